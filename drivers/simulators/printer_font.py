"""The characters a simulated printer carries, drawn into its fixed cells."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

USUAL_PLACES = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
)


class PrinterFont:
    """Cells of a fixed size in dots. Without a Chinese font file, hanzi come out as the fallback font's empty box."""

    def __init__(self, path: Path | None) -> None:
        self._path = path if path is not None else next((place for place in USUAL_PLACES if place.exists()), None)
        self._sized = lru_cache(maxsize=8)(self._load)
        self.cell = lru_cache(maxsize=4096)(self._draw)

    def _load(self, height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        size = round(height * 0.9)
        return ImageFont.truetype(self._path, size) if self._path is not None else ImageFont.load_default(size)

    def _draw(self, character: str, width: int, height: int, bold: bool) -> Image.Image:
        """Draw one character; mode L, ink is 255."""
        image = Image.new("L", (width, height), 0)
        font = self._sized(height)
        draw = ImageDraw.Draw(image)
        if isinstance(font, ImageFont.FreeTypeFont):
            place, anchor = (width / 2, height * 0.84), "ms"
            draw.text(place, character, fill=255, font=font, anchor=anchor, stroke_width=1 if bold else 0)
        else:
            draw.text((0, 0), character, fill=255, font=font)
        return image.point([0] * 128 + [255] * 128)
