"""The line being gathered in a printer's buffer before it is printed."""

from dataclasses import dataclass

from PIL import Image

from drivers.simulators.paper import PaperLine
from drivers.simulators.printer_font import PrinterFont

KANJI_CELL = (24, 24)
ANK_CELLS = {0: (12, 24), 1: (9, 17)}
"""Width and height in dots of fonts A and B."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the next characters are printed: multiples of the cell, weight, font (0 A, 1 B)."""

    width: int = 1
    height: int = 1
    bold: bool = False
    font: int = 0


@dataclass(frozen=True, slots=True)
class _Cell:
    left: int
    character: str
    picture: Image.Image
    look: Look


class LineBuffer:
    """Characters with their places, up to the width of the head."""

    def __init__(self, width: int, font: PrinterFont) -> None:
        self._width = width
        self._font = font
        self._cells: list[_Cell] = []
        self.cursor = 0

    @property
    def empty(self) -> bool:
        return not self._cells

    def has_room(self, look: Look, *, wide: bool) -> bool:
        return self.cursor + cell_size(look, wide=wide)[0] * look.width <= self._width

    def add(self, character: str, look: Look, *, wide: bool) -> None:
        width, height = cell_size(look, wide=wide)
        picture = self._font.cell(character, width, height, look.bold)
        size = (width * look.width, height * look.height)
        if size != picture.size:
            picture = picture.resize(size, Image.Resampling.NEAREST)
        self._cells.append(_Cell(self.cursor, character, picture, look))
        self.cursor += size[0]

    def fits(self, width: int) -> bool:
        return self.cursor + width <= self._width

    def add_picture(self, picture: Image.Image, look: Look) -> None:
        """A picture stands in the line without being a letter of it."""
        self._cells.append(_Cell(self.cursor, "", picture, look))
        self.cursor += picture.width

    def take(self, align: int) -> tuple[PaperLine, Image.Image]:
        """Hand over the line and its picture (characters stand on one base line), and start a new one."""
        height = max(cell.picture.height for cell in self._cells)
        width = max(cell.left + cell.picture.width for cell in self._cells)
        picture = Image.new("L", (width, height), 0)
        for cell in self._cells:
            picture.paste(255, (cell.left, height - cell.picture.height), cell.picture)
        line = PaperLine(
            text="".join(cell.character for cell in self._cells),
            width=max(cell.look.width for cell in self._cells),
            height=max(cell.look.height for cell in self._cells),
            bold=any(cell.look.bold for cell in self._cells),
            align=align,
        )
        self.clear()
        return line, picture

    def clear(self) -> None:
        self._cells.clear()
        self.cursor = 0


def cell_size(look: Look, *, wide: bool) -> tuple[int, int]:
    return KANJI_CELL if wide else ANK_CELLS[look.font]
