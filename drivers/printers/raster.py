"""A slip as dots: drawn in grey, cut to black and white at 128 without dithering, and packed for GS v 0.

Sizes are dots of 203 dpi (8 per mm). Lines are at least 2 dots, small text at least 22 (2.8 mm).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from drivers.printers.faces import Faces
from drivers.printers.layout import (
    Align,
    Badges,
    Field,
    Line,
    Qr,
    Roll,
    Rule,
    Seal,
    Size,
    Slip,
    Space,
    Span,
    Split,
    Text,
)
from drivers.printers.linebreak import break_spans, break_text, clean
from drivers.printers.qr_dots import QUIET, USUAL_MODULE, qr_dots

WHITE, BLACK, THRESHOLD = 255, 0, 128
BAND_ROWS = 112  # 8 KiB at 576 dots: what a printer still owes after a cut line can be flushed with 8 KiB of zeros


@dataclass(frozen=True)
class Measures:
    """The typographer's choices for one roll, in dots."""

    margin: int
    sizes: dict[Size, int]
    figure: int  # figures in a field
    label_column: int
    seal: int  # em of the number
    qr_beside: bool


MEASURES = {
    Roll.MM80: Measures(
        16,
        {Size.NOTE: 24, Size.TEXT: 28, Size.VALUE: 34, Size.TITLE: 38, Size.GREAT: 46},
        figure=48,
        label_column=120,
        seal=220,
        qr_beside=True,
    ),
    Roll.MM58: Measures(
        10,
        {Size.NOTE: 22, Size.TEXT: 25, Size.VALUE: 28, Size.TITLE: 32, Size.GREAT: 36},
        figure=40,
        label_column=90,
        seal=150,
        qr_beside=False,
    ),
}


@dataclass(frozen=True)
class Drawing:
    """The finished picture (mode 1, as wide as the roll prints) and the characters no font had."""

    picture: Image.Image
    substituted: tuple[str, ...]


def preview(slip: Slip, roll: Roll, font: Path | None = None) -> Image.Image:
    """What the printer will put on paper, one pixel per dot."""
    return draw(slip, roll, Faces(font)).picture


def draw(slip: Slip, roll: Roll, faces: Faces) -> Drawing:
    pen = _Pen(roll, faces)
    strips = [pen.strip(line) for line in slip]
    picture = Image.new("L", (roll.dots, max(1, sum(strip.height for strip in strips))), WHITE)
    top = 0
    for strip in strips:
        picture.paste(strip, (0, top))
        top += strip.height
    black_and_white = picture.point([BLACK if grey < THRESHOLD else WHITE for grey in range(256)], "1")
    return Drawing(black_and_white, tuple(dict.fromkeys(pen.lost)))


def raster_bands(picture: Image.Image) -> Iterator[bytes]:
    """GS v 0 commands (1 = black), each a band of at most BAND_ROWS rows; width padded to whole bytes with white."""
    width = (picture.width + 7) // 8
    for top in range(0, picture.height, BAND_ROWS):
        rows = min(BAND_ROWS, picture.height - top)
        band = Image.new("1", (width * 8, rows), 1)
        band.paste(picture.crop((0, top, picture.width, top + rows)), (0, 0))
        dots = band.point([1] + [0] * 255, "1").tobytes()
        yield b"\x1dv0\x00" + width.to_bytes(2, "little") + rows.to_bytes(2, "little") + dots


class _Pen:
    """Draws each kind of line as a strip as wide as the roll."""

    def __init__(self, roll: Roll, faces: Faces) -> None:
        self._dots = roll.dots
        self._measures = MEASURES[roll]
        self._faces = faces
        self._room = roll.dots - 2 * self._measures.margin
        self.lost: list[str] = []

    def strip(self, line: Line) -> Image.Image:
        match line:
            case Text():
                return self._text(line, self._dots, self._measures.margin)
            case Split():
                return self._split(line)
            case Field():
                return self._field(line)
            case Rule():
                return self._rule(4 if line.thick else 2)
            case Space():
                return self._blank(line.dots)
            case Seal():
                return self._seal(clean(line.number))
            case Badges():
                return self._badges([clean(text) for text in line.texts])
            case Qr():
                return self._qr(line)

    def _blank(self, height: int, width: int | None = None) -> Image.Image:
        return Image.new("L", (width or self._dots, height), WHITE)

    def _rule(self, thickness: int) -> Image.Image:
        strip = self._blank(thickness)
        strip.paste(BLACK, (self._measures.margin, 0, self._dots - self._measures.margin, thickness))
        return strip

    def _write(self, strip: Image.Image, x: float, baseline: int, text: str, size: int, style: str) -> float:
        """Write one line of text from x; the x where it ends."""
        pen = ImageDraw.Draw(strip)
        for character in text:
            glyph = self._faces.glyph(character, size, style)
            if glyph.lost:
                self.lost.append(character)
            pen.text((round(x), baseline), glyph.character, font=glyph.font, fill=BLACK, anchor="ls")
            x += glyph.width
        return x

    def _text(self, line: Text, width: int, margin: int) -> Image.Image:
        size = self._measures.sizes[line.size]
        style = "bold" if line.bold else "regular"
        centred = line.align is Align.CENTRE

        def measure(text: str) -> float:
            return self._faces.width(text, size, style)

        rows = break_text(clean(line.text), measure, width - 2 * margin, balanced=centred)
        leading = _leading(size, tight=line.size in (Size.TITLE, Size.GREAT))
        strip = self._blank(leading * len(rows), width)
        for number, row in enumerate(rows):
            x = (width - measure(row)) / 2 if centred else margin
            self._write(strip, x, number * leading + _baseline(leading, size), row, size, style)
        return strip

    def _split(self, line: Split) -> Image.Image:
        left, right = clean(line.left), clean(line.right)
        size = self._measures.sizes[Size.NOTE]
        right_width = self._faces.width(right, size, "regular")
        if self._faces.width(left, size, "regular") + size + right_width > self._room:
            rows = [self.strip(Text(text, Size.NOTE)) for text in (left, right) if text]
            return _stacked(rows, self._dots)
        leading = _leading(size)
        strip = self._blank(leading)
        baseline = _baseline(leading, size)
        self._write(strip, self._measures.margin, baseline, left, size, "regular")
        self._write(strip, self._dots - self._measures.margin - right_width, baseline, right, size, "regular")
        return strip

    def _field(self, line: Field) -> Image.Image:
        label_size, value_size = self._measures.sizes[Size.TEXT], self._measures.sizes[Size.VALUE]
        start = self._measures.margin + self._measures.label_column

        def size_of(span: Span) -> int:
            return self._measures.figure if span.figure else value_size

        def measure(span: Span) -> float:
            return self._faces.width(span.text, size_of(span), "figure" if span.figure else "regular")

        spans = [Span(clean(span.text), span.figure) for span in line.value]
        rows = break_spans(spans, measure, self._dots - self._measures.margin - start)
        leading = self._measures.figure + 10
        strip = self._blank(leading * len(rows) + 10)
        for number, row in enumerate(rows):
            baseline = 7 + number * leading + _baseline(leading, value_size)
            if number == 0:
                self._write(strip, self._measures.margin, baseline, clean(line.label), label_size, "regular")
            x: float = start
            for span in row:
                x = self._write(strip, x, baseline, span.text, size_of(span), "figure" if span.figure else "regular")
        return _stacked([strip, self._rule(2)], self._dots)

    def _seal(self, number: str) -> Image.Image:
        """The number as large as it fits. Frame lines are parts of an em, as on screen; the padding gives way first."""
        em = self._measures.seal
        ink = self._faces.width(number, em, "figure")
        frame = 0.145  # both lines and the white between them, in em
        padding = max(0.07, min(0.19, ((self._room - ink) / em) / 2 - frame))
        if ink + 2 * (padding + frame) * em > self._room:
            em = int(em * self._room / (ink + 2 * (padding + frame) * em))
            ink = self._faces.width(number, em, "figure")
        capital, gap = round(0.7 * em), round(0.215 * em)
        width, height = round(ink + 2 * (padding + frame) * em), capital + 2 * (gap + round(frame * em) // 2)
        strip = self._blank(height)
        left = (self._dots - width) // 2
        pen = ImageDraw.Draw(strip)
        outer, inset, inner = round(0.045 * em), round(0.1 * em), max(2, round(0.014 * em))
        box = (left, 0, left + width - 1, height - 1)
        pen.rounded_rectangle(box, radius=round(0.03 * em), outline=BLACK, width=outer)
        pen.rectangle((left + inset, inset, left + width - 1 - inset, height - 1 - inset), outline=BLACK, width=inner)
        self._write(strip, left + (width - ink) / 2, (height + capital) // 2, number, em, "figure")
        return strip

    def _badges(self, texts: list[str]) -> Image.Image:
        size = self._measures.sizes[Size.TEXT]
        padding, gap, leading = 12, 12, _leading(size)

        def frame_width(text: str) -> int:
            return round(self._faces.width(text, size, "regular")) + 2 * padding

        def measure(text: str) -> float:
            return self._faces.width(text, size, "regular")

        texts = [row for text in texts for row in break_text(text, measure, self._room - 2 * padding, balanced=True)]
        rows: list[list[str]] = []
        for text in texts:
            if rows and sum(frame_width(other) + gap for other in rows[-1]) + frame_width(text) <= self._room:
                rows[-1].append(text)
            else:
                rows.append([text])
        strip = self._blank(len(rows) * (leading + gap) - gap)
        pen = ImageDraw.Draw(strip)
        for number, row in enumerate(rows):
            x = (self._dots - sum(map(frame_width, row)) - gap * (len(row) - 1)) // 2
            top = number * (leading + gap)
            for text in row:
                box = (x, top, x + frame_width(text) - 1, top + leading - 1)
                pen.rounded_rectangle(box, radius=3, outline=BLACK, width=2)
                self._write(strip, x + padding, top + _baseline(leading, size), text, size, "regular")
                x += frame_width(text) + gap
        return strip

    def _qr(self, line: Qr) -> Image.Image:
        code = qr_dots(line.data, self._dots)
        if not self._measures.qr_beside or code.width + 200 > self._room:
            strip = self._blank(code.height)
            strip.paste(code, ((self._dots - code.width) // 2, 0))
            notes = [Text(note.text, note.size, Align.CENTRE, note.bold) for note in line.notes]
            texts = [self._text(note, self._dots, self._measures.margin) for note in notes]
            return _stacked([strip, *texts, self._blank(10)], self._dots)
        left = max(0, self._measures.margin - QUIET * USUAL_MODULE)  # the dark modules stand at the margin
        beside = self._room + self._measures.margin - left - code.width
        notes_strip = _stacked([self._text(note, beside, 0) for note in line.notes], beside)
        strip = self._blank(max(code.height, notes_strip.height))
        strip.paste(code, (left, (strip.height - code.height) // 2))
        strip.paste(notes_strip, (left + code.width, (strip.height - notes_strip.height) // 2))
        return strip


def _leading(size: int, *, tight: bool = False) -> int:
    """Height of one line of text."""
    return round(size * (1.25 if tight else 1.42))


def _baseline(leading: int, size: int) -> int:
    """From the top of the line to the baseline: the square of a Chinese character stands in the middle."""
    return (leading - size) // 2 + round(0.88 * size)


def _stacked(strips: list[Image.Image], width: int) -> Image.Image:
    picture = Image.new("L", (width, sum(strip.height for strip in strips)), WHITE)
    top = 0
    for strip in strips:
        picture.paste(strip, (0, top))
        top += strip.height
    return picture
