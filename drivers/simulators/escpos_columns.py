"""Pictures within a line of text (ESC *): columns from the left, in each the top dot is the highest bit."""

from PIL import Image

SHAPES = {0: (1, 2, 3), 1: (1, 1, 3), 32: (3, 2, 1), 33: (3, 1, 1)}
"""Mode to bytes in a column, and how many dots wide and high each of its dots is printed."""


def columns_picture(arguments: bytes) -> Image.Image | None:
    """Mode, number of columns in two bytes, columns. Mode L with ink 255; None for a mode that there is not."""
    shape = SHAPES.get(arguments[0])
    if shape is None:
        return None
    size, wide, high = shape
    data = arguments[3:]
    count = len(data) // size
    if not count:
        return None
    turned = Image.frombytes("1", (size * 8, count), data[: count * size]).convert("L")
    upright = turned.transpose(Image.Transpose.TRANSPOSE)
    return upright.resize((upright.width * wide, upright.height * high), Image.Resampling.NEAREST)
