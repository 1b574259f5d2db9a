"""A text as pixels of full colour, drawn with the shipped typeface: what the screen's own fonts lack does not matter.

Layout is Pillow's basic one and each pixel is lit or dark, so that every machine draws the same picture.
"""

from typing import Final

from PIL import Image, ImageDraw

from drivers.printers.faces import Faces, Glyph
from drivers.profiles.profile import Area
from drivers.screens.strip_text import Colour, StripText, coloured

LIGHT: Final = {Colour.RED: (255, 0, 0), Colour.GREEN: (0, 255, 0), Colour.YELLOW: (255, 255, 0)}
_STYLE: Final = "bold"
_SMALLEST_PX: Final = 12
_LIT: Final = 128
_INVISIBLE: Final = "□"  # stands for control characters, which no typeface has

_Signs = list[tuple[Glyph, Colour]]


def picture(text: str, colour: Colour, area: Area) -> StripText:
    """The payload is RGB, three bytes a pixel, row by row. The text stands in the middle, as high as fits; where even
    the smallest characters are too wide, its end is left out."""
    faces = Faces()
    signs = [(sign if sign.isprintable() else _INVISIBLE, of_colour) for sign, of_colour in coloured(text, colour)]
    size, drawn = _sized(faces, signs, area)
    kept = _fitting(drawn, area.width)
    lost = "".join(
        before for (before, _), (glyph, _) in zip(coloured(text, colour), drawn, strict=True)
        if glyph.lost or not before.isprintable()
    )  # fmt: skip
    shown = "".join(glyph.character for glyph, _ in kept)
    return StripText(_painted(kept, size, area), shown, lost, clipped=len(kept) < len(drawn))


def _sized(faces: Faces, signs: list[tuple[str, Colour]], area: Area) -> tuple[int, _Signs]:
    """The greatest size at which all of it is wide and high enough to fit."""
    size = min(area.font_px or area.height, area.height)
    while True:
        drawn = [(faces.glyph(sign, size, _STYLE), of_colour) for sign, of_colour in signs]
        if size <= _SMALLEST_PX or sum(glyph.width for glyph, _ in drawn) <= area.width:
            return size, drawn
        size -= 1


def _fitting(drawn: _Signs, width: int) -> _Signs:
    kept: _Signs = []
    so_far = 0.0
    for glyph, of_colour in drawn:
        so_far += glyph.width
        if so_far > width:
            break
        kept.append((glyph, of_colour))
    return kept


def _painted(kept: _Signs, size: int, area: Area) -> bytes:
    image = Image.new("RGB", (area.width, area.height))
    at = (area.width - sum(glyph.width for glyph, _ in kept)) / 2
    # The body of a Chinese character is the em; its foot stands some way below the line that Latin letters stand on.
    baseline = (area.height - size) // 2 + round(size * 0.88)
    for colour in Colour:
        mask = Image.new("L", image.size)
        pen, x = ImageDraw.Draw(mask), at
        for glyph, of_colour in kept:
            if of_colour is colour:
                pen.text((round(x), baseline), glyph.character, fill=255, font=glyph.font, anchor="ls")
            x += glyph.width
        image.paste(LIGHT[colour], mask=mask.point(lambda grey: 255 if grey >= _LIT else 0))
    return image.tobytes()
