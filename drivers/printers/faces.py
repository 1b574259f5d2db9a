"""The fonts of the slip: which face draws a character, how wide it is, and what no face has.

Layout is Pillow's basic one, so that every machine sets the same dots.
"""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont

SHIPPED = {"regular": "PaihaoSans-Regular.otf", "bold": "PaihaoSans-Bold.otf", "figure": "PaihaoFigures-Bold.ttf"}
MISSING = "〓"  # the printers' sign for a character the fount lacks
_NO_CHARACTER = "\U0010fffe"


class Glyph(NamedTuple):
    """A character as it will be drawn; `lost` when it is only the sign that stands for it."""

    character: str
    font: ImageFont.FreeTypeFont
    width: float
    lost: bool


class Faces:
    """The shipped faces and, for characters they lack, one more font of the hall (setting `font`)."""

    def __init__(self, more: Path | None = None) -> None:
        self._more = more

    def glyph(self, character: str, size: int, style: str) -> Glyph:
        """`style`: regular, bold or figure; `size` in dots per em."""
        for font in self._order(size, style):
            if _has(font, character):
                return Glyph(character, font, font.getlength(character), lost=False)
        font = _shipped("regular", size)
        return Glyph(MISSING, font, font.getlength(MISSING), lost=True)

    def width(self, text: str, size: int, style: str) -> float:
        return sum(self.glyph(character, size, style).width for character in text)

    def _order(self, size: int, style: str) -> list[ImageFont.FreeTypeFont]:
        fonts = [_shipped(style, size)]
        if style == "figure":
            fonts.append(_shipped("bold", size))
        if self._more is not None:
            fonts.append(_simplified_face(self._more, size))
        return fonts


@cache
def _shipped(style: str, size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("drivers.printers.fonts") / SHIPPED[style]) as path:
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _simplified_face(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The Simplified Chinese face of a collection, or the first face of the file."""
    first = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    if path.suffix.lower() != ".ttc":
        return first
    for index in range(1, 16):
        try:
            face = ImageFont.truetype(str(path), size, index=index, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            break
        if (face.getname()[0] or "").endswith(" SC"):
            return face
    return first


@cache
def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Whether the face draws the character as something else than its box for missing ones."""
    return character == " " or _picture(font, character) != _picture(font, _NO_CHARACTER)


def _picture(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character, mode="L")
    return mask.size, bytes(mask)
