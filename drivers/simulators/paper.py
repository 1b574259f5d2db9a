"""What comes out of a simulated printer: the strip under the head, and the pieces cut from it."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from PIL import Image

PaperEnd = Literal["cut", "idle", "torn"]


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One printed line of text; width and height are the largest multiples used in it (1 to 8)."""

    text: str
    width: int = 1
    height: int = 1
    bold: bool = False
    align: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """One piece of paper in somebody's hand.

    A slip sent as a picture has no text and no QR payloads here: whoever judges it compares `image` (black on white,
    mode 1, as wide as the print head) with the picture it expects. ``interrupted`` says that the printer stood still
    (cover, paper, error) after its first mark and before its last.
    """

    number: int
    time: datetime
    lines: tuple[PaperLine, ...]
    qr_payloads: tuple[str, ...]
    png: bytes = field(repr=False)  # some 5 KB, where the open picture takes 400: a day of them is kept
    raw_bytes: int
    ended_by: PaperEnd
    interrupted: bool

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def image(self) -> Image.Image:
        """The picture, opened anew each time."""
        with Image.open(io.BytesIO(self.png)) as picture:
            return picture.convert("1", dither=Image.Dither.NONE)

    def save(self, path: Path | str) -> None:
        Path(path).write_bytes(self.png)


class Strip:
    """The paper that has passed the head since the last cut. Pictures are mode L with ink 255."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.height = 0
        self.raw_bytes = 0
        self.marked = False
        self.interrupted = False
        self.lines: list[PaperLine] = []
        self.qr_payloads: list[str] = []
        self._pieces: list[tuple[int, int, Image.Image]] = []

    def feed(self, dots: int) -> None:
        self.height += max(0, dots)

    def print_rows(self, picture: Image.Image, *, align: int, left: int = 0) -> None:
        """Print a picture as the next rows, clipped at the head's width; align is 0 left, 1 centre, 2 right."""
        spare = max(0, self.width - picture.width)
        self._pieces.append((left + (0, spare // 2, spare)[align], self.height, picture))
        self.height += picture.height
        self.marked = True

    def finish(self, number: int, time: datetime, ended_by: PaperEnd) -> Paper:
        sheet = Image.new("L", (self.width, max(1, self.height)), 255)
        for left, top, picture in self._pieces:
            sheet.paste(0, (left, top), picture)
        png = io.BytesIO()
        sheet.convert("1", dither=Image.Dither.NONE).save(png, format="PNG")
        return Paper(
            number=number,
            time=time,
            lines=tuple(self.lines),
            qr_payloads=tuple(self.qr_payloads),
            png=png.getvalue(),
            raw_bytes=self.raw_bytes,
            ended_by=ended_by,
            interrupted=self.interrupted,
        )


StripEnded = Callable[[PaperEnd], None]
"""Told by the cutter; the printer then takes the strip away and starts another."""
