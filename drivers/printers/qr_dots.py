"""QR codes as dots: whole dots per module, at least four, inside the quiet zone of four modules."""

import segno
from PIL import Image

LEAST_MODULE, USUAL_MODULE, QUIET = 4, 5, 4


def qr_dots(data: str, room: int) -> Image.Image:
    """The code with its quiet zone, mode L. Error correction M (a creased slip still reads); L where M needs too much.

    Raises ValueError when even L does not fit into `room` dots with modules of four.
    """
    for level in ("M", "L"):
        code = segno.make(data, error=level, micro=False, boost_error=False)
        side = len(code.matrix) + 2 * QUIET
        module = min(USUAL_MODULE, room // side)
        if module >= LEAST_MODULE:
            break
    else:
        raise ValueError(f"a QR code of {len(data)} characters does not fit into {room} dots")
    rows = [[0 if dark else 255 for dark in row] for row in code.matrix_iter(border=QUIET)]
    small = Image.new("L", (side, side))
    small.putdata([grey for row in rows for grey in row])
    return small.resize((side * module, side * module), Image.Resampling.NEAREST)
