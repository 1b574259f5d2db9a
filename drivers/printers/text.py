"""A slip as text for printers with a Chinese fount: own GB18030 encoding, because python-escpos sends punctuation-only
strings through single-byte code pages.

Two-byte codes only (GBK): most founts lack the four-byte part. What GBK lacks becomes its look-alike, else a picture
24 dots high in the middle of the line (ESC *), else 〓, which is reported. 0.2 to 1 KB a slip, plus the QR code.
"""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from drivers.printers.faces import MISSING, Faces
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
from drivers.printers.qr_dots import qr_dots
from drivers.printers.raster import raster_bands

INITIALISE = b"\x1b@\x1c&\x1b3\x22"  # ESC @, FS & (two-byte characters), ESC 3 34 (line spacing for 24-dot characters)
CENTRE, LEFT = b"\x1ba\x01", b"\x1ba\x00"
LOOK_ALIKES = str.maketrans({"¥": "￥", "〜": "～", "−": "-", "‑": "-", "•": "·", "‧": "·"})
CELL = 24  # dots of a Chinese character's square

SCALES = {Size.NOTE: (1, 1), Size.TEXT: (1, 1), Size.VALUE: (1, 1), Size.TITLE: (1, 2), Size.GREAT: (2, 2)}
FIGURE_SCALE = (2, 2)
LARGEST_SEAL = 6


@dataclass(frozen=True)
class TextJob:
    """The bytes of a slip and the characters that were replaced by 〓."""

    data: bytes
    substituted: tuple[str, ...]


def encode(slip: Slip, roll: Roll, font: Path | None = None) -> TextJob:
    writer = _Writer(roll, Faces(font))
    for line in slip:
        writer.line(line)
    return TextJob(bytes(writer.data), tuple(dict.fromkeys(writer.lost)))


def scale(width: int, height: int) -> bytes:
    """Magnification 1 to 8. FS ! knows only 1 and 2 and goes first, so that GS ! has the last word on both founts."""
    kanji = (4 if width > 1 else 0) | (8 if height > 1 else 0)
    return b"\x1c!" + bytes((kanji,)) + b"\x1d!" + bytes(((width - 1) << 4 | (height - 1),))


def _columns(text: str) -> int:
    """Columns of 12 dots; whatever is not ASCII is printed in a square."""
    return sum(1 if character.isascii() else 2 for character in text)


class _Writer:
    def __init__(self, roll: Roll, faces: Faces) -> None:
        self._columns = roll.columns
        self._dots = roll.dots
        self._faces = faces
        self.data = bytearray()
        self.lost: list[str] = []

    def line(self, line: Line) -> None:
        match line:
            case Text():
                self._text(line)
            case Split():
                self._split(clean(line.left), clean(line.right))
            case Field():
                self._field(line)
            case Rule():
                self._rule(line.thick)
            case Space():
                if line.dots >= CELL // 2:
                    self.data += b"\x1bJ" + bytes((min(line.dots, 255),))
            case Seal():
                self._seal(clean(line.number))
            case Badges():
                self._text(Text("  ".join(f"【{text}】" for text in line.texts), Size.TEXT, Align.CENTRE))
            case Qr():
                self._qr(line)

    def _text(self, line: Text) -> None:
        width, height = SCALES[line.size]
        rows = break_text(
            clean(line.text).translate(LOOK_ALIKES),
            lambda text: width * _columns(text),
            self._columns,
            balanced=line.align is Align.CENTRE,
        )
        self.data += CENTRE if line.align is Align.CENTRE else LEFT
        self.data += b"\x1bE" + bytes((line.bold,)) + scale(width, height)
        for row in rows:
            self._write(row)
            self.data += b"\n"
        self.data += b"\x1bE\x00" + scale(1, 1) + LEFT

    def _split(self, left: str, right: str) -> None:
        gap = self._columns - _columns(left) - _columns(right)
        if gap < 1:
            for text in filter(None, (left, right)):
                self._text(Text(text))
            return
        self._write(left + " " * gap + right)
        self.data += b"\n"

    def _field(self, line: Field) -> None:
        label = clean(line.label).translate(LOOK_ALIKES)
        start = max(8, _columns(label) + 1)

        def measure(span: Span) -> float:
            return (FIGURE_SCALE[0] if span.figure else 1) * _columns(span.text)

        spans = [Span(clean(span.text).translate(LOOK_ALIKES), span.figure) for span in line.value]
        head = label + " " * (start - _columns(label))
        for row in break_spans(spans, measure, self._columns - start):
            self._write(head)
            head = " " * start
            for span in row:
                self.data += scale(*FIGURE_SCALE) if span.figure else scale(1, 1)
                self._write(span.text)
            self.data += scale(1, 1) + b"\n"
        self._rule(thick=False)

    def _rule(self, thick: bool) -> None:
        self._write(("━" if thick else "─") * (self._columns // 2))
        self.data += b"\n"

    def _seal(self, number: str) -> None:
        """Text has no frame around large characters: a double line above and below, the number as large as it fits."""
        largest = max(1, min(LARGEST_SEAL, self._columns // max(1, _columns(number))))
        double = "═" * (self._columns // 2)
        self._write(double)
        self.data += b"\n" + CENTRE + b"\x1bE\x01" + scale(largest, largest)
        self._write(number)
        self.data += b"\n\x1bE\x00" + scale(1, 1) + LEFT
        self._write(double)
        self.data += b"\n"

    def _qr(self, line: Qr) -> None:
        self.data += CENTRE
        for band in raster_bands(qr_dots(line.data, self._dots).point([0] * 128 + [255] * 128, "1")):
            self.data += band
        self.data += LEFT
        for note in line.notes:
            self._text(Text(note.text, note.size, Align.CENTRE, note.bold))

    def _write(self, text: str) -> None:
        for character in text.translate(LOOK_ALIKES):
            try:
                self.data += character.encode("gbk")
            except UnicodeEncodeError:
                self._picture(character)

    def _picture(self, character: str) -> None:
        """One square of 24 dots drawn from the slip's font, in columns of three bytes (ESC * 33)."""
        glyph = self._faces.glyph(character, CELL, "regular")
        if glyph.lost:
            self.lost.append(character)
            self.data += MISSING.encode("gbk")
            return
        square = Image.new("L", (CELL, CELL), 255)
        ImageDraw.Draw(square).text((CELL // 2, 21), character, font=glyph.font, fill=0, anchor="ms")
        dots = square.point([1] * 128 + [0] * 128, "1").transpose(Image.Transpose.TRANSPOSE)
        self.data += b"\x1b*\x21" + CELL.to_bytes(2, "little") + dots.tobytes()
