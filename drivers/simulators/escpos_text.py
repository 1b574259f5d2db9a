"""Text bytes as a Chinese thermal printer reads them: kanji mode (GB18030) or a single-byte code page."""

import codecs

CODE_PAGE = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852",
             19: "cp858", 255: "gb18030"}  # fmt: skip

NO_GLYPH = "□"
"""What is printed for a character the printer's font does not hold."""


class TextDecoder:
    """Keeps the mode, and half a character between two runs of text.

    Printers differ in whether kanji mode is on after reset; here it is off unless asked for, so that a host that
    forgets FS & is found out. A printer without a Chinese font stays in its code page for ever.
    """

    def __init__(self, *, has_chinese: bool, kanji_after_reset: bool, four_byte_glyphs: bool) -> None:
        self._has_chinese = has_chinese
        self._kanji_after_reset = kanji_after_reset
        self._four_byte_glyphs = four_byte_glyphs
        self.reset()

    def reset(self) -> None:
        self.kanji = self._has_chinese and self._kanji_after_reset
        self.code_page = 0
        self._gb18030 = codecs.getincrementaldecoder("gb18030")(errors="replace")

    def use_kanji(self, wanted: bool) -> None:
        self.kanji = wanted and self._has_chinese

    def decode(self, data: bytes) -> str:
        if self.kanji:
            return self._printable(self._gb18030.decode(data))
        return data.decode(CODE_PAGE.get(self.code_page, "cp437"), errors="replace")

    def end(self) -> str:
        """What half a character at the end of a run comes to, now that a command follows it."""
        text = self._gb18030.decode(b"", final=True)
        self._gb18030.reset()
        return NO_GLYPH if text else ""

    def _printable(self, text: str) -> str:
        if self._four_byte_glyphs:
            return text
        return "".join(c if len(c.encode("gb18030", errors="replace")) <= 2 else NO_GLYPH for c in text)
