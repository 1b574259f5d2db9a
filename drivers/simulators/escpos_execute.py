"""Carries out ESC/POS commands: modes, text, pictures and QR codes onto the paper."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from drivers.simulators.escpos_columns import columns_picture
from drivers.simulators.escpos_line import LineBuffer, Look
from drivers.simulators.escpos_qr import QrSymbol
from drivers.simulators.escpos_stream import Command
from drivers.simulators.escpos_text import TextDecoder
from drivers.simulators.paper import PaperLine, Strip, StripEnded
from drivers.simulators.printer_font import PrinterFont
from drivers.simulators.printer_model import PrinterModel

DEFAULT_LINE_DOTS = 30

ACCEPTED = frozenset({
    "NUL", "CR", "FF", "CAN", "ESC R", "ESC r", "ESC -", "ESC {", "ESC V", "ESC U", "ESC =", "ESC SP", "ESC c",
    "ESC S", "FS -", "FS S", "FS C", "GS B", "GS L", "GS W", "GS P", "GS H", "GS h", "GS w", "GS f",
})  # fmt: skip
"""Commands obeyed in silence: they change nothing that this simulator draws."""


class EscposExecutor:
    """One printer's mechanism. ``cut`` is told when a piece of paper comes off.

    ESC ! sizes only single-byte characters and FS ! only hanzi, as on the strictest printers; GS ! sizes both.
    What is not known is counted in ``unknown`` under its name.
    """

    def __init__(self, model: PrinterModel, *, cut: StripEnded) -> None:
        self.strip = Strip(model.width_dots)
        self.unknown: Counter[str] = Counter()
        self.beeps = 0
        self.drawer_pulses = 0
        self._text = TextDecoder(
            has_chinese=model.has_text_font,
            kanji_after_reset=model.kanji_after_reset,
            four_byte_glyphs=model.four_byte_glyphs,
        )
        self._has_qr = model.has_qr
        self._has_cutter = model.has_cutter
        self._cut = cut
        self._line = LineBuffer(model.width_dots, PrinterFont(model.font))
        self._qr = QrSymbol()
        self._modes_at_start()
        self._deeds: dict[str, Callable[[bytes], None]] = self._table()

    def execute(self, command: Command) -> None:
        self.strip.raw_bytes += command.size
        if command.name == "text":
            self._put(self._text.decode(command.arguments))
            return
        self._put(self._text.end())
        deed = self._deeds.get(command.name)
        if deed is not None:
            deed(command.arguments)
        elif command.name not in ACCEPTED:
            self.unknown[command.name] += 1

    def reset(self) -> None:
        """ESC @ and power: an unprinted line is lost, modes are as at the start."""
        self._line.clear()
        self._text.reset()
        self._qr.reset()
        self._modes_at_start()

    @property
    def line_begun(self) -> bool:
        return not self._line.empty

    def print_line(self) -> None:
        """Print what is in the buffer, if anything."""
        if not self._line.empty:
            self._flush(self._line_dots)

    def _modes_at_start(self) -> None:
        self._ank = Look()
        self._kanji = Look()
        self._align = 0
        self._line_dots = DEFAULT_LINE_DOTS

    def _table(self) -> dict[str, Callable[[bytes], None]]:
        return {
            "LF": lambda _: self._line_feed(),
            "HT": lambda _: self._tab(),
            "ESC @": lambda _: self.reset(),
            "FS &": lambda _: self._text.use_kanji(True),
            "FS .": lambda _: self._text.use_kanji(False),
            "ESC t": self._choose_code_page,
            "GS !": self._size_all,
            "ESC !": self._style_ank,
            "FS !": self._style_kanji,
            "ESC E": self._embolden,
            "ESC G": self._embolden,
            "ESC M": self._choose_font,
            "ESC a": self._choose_align,
            "ESC 3": self._set_line_dots,
            "ESC 2": lambda _: self._set_line_dots(bytes((DEFAULT_LINE_DOTS,))),
            "ESC $": self._go_to,
            "ESC \\": self._go_by,
            "ESC d": self._feed_lines,
            "ESC J": self._feed_dots,
            "GS V": self._cut_paper,
            "ESC i": self._cut_paper,
            "ESC m": self._cut_paper,
            "GS v": self._print_raster,
            "ESC *": self._put_picture,
            "GS (": self._two_dimensional,
            "ESC B": self._beep,
            "ESC p": self._pulse,
        }

    def _put(self, text: str) -> None:
        for character in text:
            wide = self._text.kanji and ord(character) > 0x7F
            look = self._kanji if wide else self._ank
            if not self._line.empty and not self._line.has_room(look, wide=wide):
                self._flush(self._line_dots)
            self._line.add(character, look, wide=wide)

    def _flush(self, least_dots: int) -> None:
        line, picture = self._line.take(self._align)
        self.strip.lines.append(line)
        self.strip.print_rows(picture, align=self._align)
        self.strip.feed(least_dots - picture.height)

    def _line_feed(self) -> None:
        if self._line.empty:
            self.strip.lines.append(PaperLine("", align=self._align))
            self.strip.feed(self._line_dots)
        else:
            self._flush(self._line_dots)

    def _tab(self) -> None:
        stop = 8 * 12
        self._line.cursor = (self._line.cursor // stop + 1) * stop

    def _choose_code_page(self, arguments: bytes) -> None:
        self._text.code_page = arguments[0]

    def _size_all(self, arguments: bytes) -> None:
        width, height = (arguments[0] >> 4 & 7) + 1, (arguments[0] & 7) + 1
        self._ank = replace(self._ank, width=width, height=height)
        self._kanji = replace(self._kanji, width=width, height=height)

    def _style_ank(self, arguments: bytes) -> None:
        bits = arguments[0]
        bold = bool(bits & 0x08)
        self._ank = Look(2 if bits & 0x20 else 1, 2 if bits & 0x10 else 1, bold, bits & 1)
        self._kanji = replace(self._kanji, bold=bold)

    def _style_kanji(self, arguments: bytes) -> None:
        bits = arguments[0]
        self._kanji = replace(self._kanji, width=2 if bits & 0x04 else 1, height=2 if bits & 0x08 else 1)

    def _embolden(self, arguments: bytes) -> None:
        bold = bool(arguments[0] & 1)
        self._ank = replace(self._ank, bold=bold)
        self._kanji = replace(self._kanji, bold=bold)

    def _choose_font(self, arguments: bytes) -> None:
        self._ank = replace(self._ank, font=arguments[0] & 1)

    def _choose_align(self, arguments: bytes) -> None:
        """Only obeyed at the beginning of a line."""
        if self._line.empty and arguments[0] in (0, 1, 2, 48, 49, 50):
            self._align = arguments[0] % 48

    def _set_line_dots(self, arguments: bytes) -> None:
        self._line_dots = arguments[0]

    def _go_to(self, arguments: bytes) -> None:
        self._line.cursor = int.from_bytes(arguments, "little")

    def _go_by(self, arguments: bytes) -> None:
        self._line.cursor = max(0, self._line.cursor + int.from_bytes(arguments, "little", signed=True))

    def _feed_lines(self, arguments: bytes) -> None:
        lines = arguments[0]
        if not self._line.empty:
            self._flush(self._line_dots if lines else 0)
            lines = max(0, lines - 1)
        self.strip.feed(lines * self._line_dots)

    def _feed_dots(self, arguments: bytes) -> None:
        if not self._line.empty:
            self._flush(0)
        self.strip.feed(arguments[0])

    def _cut_paper(self, arguments: bytes) -> None:
        """Functions 65 and up feed to the cutter and n dots more; a printer without a cutter only feeds."""
        self.print_line()
        if len(arguments) == 2:
            self.strip.feed(arguments[1])
        if self._has_cutter:
            self._cut("cut")

    def _put_picture(self, arguments: bytes) -> None:
        picture = columns_picture(arguments)
        if picture is None:
            self.unknown["ESC *"] += 1
            return
        if not self._line.empty and not self._line.fits(picture.width):
            self._flush(self._line_dots)
        self._line.add_picture(picture, self._ank)

    def _print_raster(self, arguments: bytes) -> None:
        if len(arguments) < 6:
            self.unknown["GS v"] += 1
            return
        self.print_line()
        mode = arguments[1] & 3
        across, rows = int.from_bytes(arguments[2:4], "little"), int.from_bytes(arguments[4:6], "little")
        if not across or not rows:
            return
        picture = Image.frombytes("1", (across * 8, rows), arguments[6:]).convert("L")
        if mode:
            size = (picture.width * (2 if mode & 1 else 1), picture.height * (2 if mode & 2 else 1))
            picture = picture.resize(size, Image.Resampling.NEAREST)
        self.strip.print_rows(picture, align=self._align)

    def _two_dimensional(self, arguments: bytes) -> None:
        """GS ( letter pL pH cn fn …; of these only the QR functions are carried out."""
        letter, body = chr(arguments[0]), arguments[3:]
        known = self._has_qr and letter == "k" and len(body) >= 2 and body[0] == 49
        if known and body[1] == 81:
            known = self._print_qr()
        elif known:
            known = self._qr.take(body[1], body[2:])
        if not known:
            self.unknown[f"GS ( {letter}"] += 1

    def _print_qr(self) -> bool:
        picture = self._qr.picture()
        if picture is None:
            return False
        self.print_line()
        self.strip.print_rows(picture, align=self._align)
        self.strip.qr_payloads.append(self._qr.payload)
        return True

    def _beep(self, arguments: bytes) -> None:
        self.beeps += arguments[0]

    def _pulse(self, _: bytes) -> None:
        self.drawer_pulses += 1
