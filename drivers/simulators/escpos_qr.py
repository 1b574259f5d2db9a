"""QR codes the printer makes itself: GS ( k with cn 49, functions 65, 67, 69, 80 and 81."""

import segno
from PIL import Image

LEVEL = {48: "L", 49: "M", 50: "Q", 51: "H"}
STORE_BYTES = 7089


class QrSymbol:
    """The printer's QR store. Settings stay until reset, data until other data is stored."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._module_dots = 3
        self._level = "L"
        self._data = b""

    @property
    def payload(self) -> str:
        return self._data.decode("utf-8", errors="replace")

    def take(self, function: int, parameters: bytes) -> bool:
        """Set or store something; false for what this printer does not know."""
        if function == 65 and len(parameters) == 2:
            return parameters[0] in (49, 50)
        if function == 67 and len(parameters) == 1 and 1 <= parameters[0] <= 16:
            self._module_dots = parameters[0]
            return True
        if function == 69 and parameters[:1] and parameters[0] in LEVEL:
            self._level = LEVEL[parameters[0]]
            return True
        if function == 80 and parameters[:1] == b"0" and len(parameters) - 1 <= STORE_BYTES:
            self._data = parameters[1:]
            return True
        return False

    def picture(self) -> Image.Image | None:
        """The symbol without a quiet zone, mode L, ink 255; None if nothing is stored or it holds too much."""
        if not self._data:
            return None
        try:
            symbol = segno.make_qr(self._data, error=self._level, boost_error=False)
        except segno.DataOverflowError:
            return None
        side = len(symbol.matrix)
        dots = Image.frombytes("L", (side, side), bytes(255 if dark else 0 for row in symbol.matrix for dark in row))
        return dots.resize((side * self._module_dots,) * 2, Image.Resampling.NEAREST)
