"""Bar and QR code scanners: a serial one says lines, a keyboard wedge types them. Unverified on hardware.

Chinese in a QR code arrives as UTF-8 or as GBK: UTF-8 is tried strictly, then GB18030.
"""

from typing import Final

from drivers.keyboard import WORD, InputEvents, Typing

_ENDS: Final = b"\r\n"
_LONGEST: Final = 2048
_BURST_S: Final = 0.05  # a scanner types faster than any finger


class Debounce:
    """A code seen again within ``within_s`` is the same paper still lying there."""

    def __init__(self, within_s: float = 2.5) -> None:
        self._within_s = within_s
        self._last = ("", 0.0)

    def is_new(self, code: str, now: float) -> bool:
        """Notes the code; the time counts from when it was seen last."""
        last, self._last = self._last, (code, now)
        return code != last[0] or now - last[1] >= self._within_s


class SerialScanner:
    """Lines from a scanner in serial or USB-CDC mode."""

    def __init__(self, debounce: Debounce | None = None) -> None:
        self._held = bytearray()
        self._too_long = False
        self._debounce = debounce or Debounce()
        self.refused = 0

    def feed(self, chunk: bytes, now: float) -> list[str]:
        """The codes that are complete; the stream may be split anywhere."""
        codes = []
        for byte in chunk:
            if byte not in _ENDS:
                self._too_long = self._too_long or len(self._held) >= _LONGEST
                if not self._too_long:
                    self._held.append(byte)
                continue
            code = None if self._too_long else _text(bytes(self._held))
            self.refused += code is None
            if code and self._debounce.is_new(code, now):
                codes.append(code)
            self._held.clear()
            self._too_long = False
        return codes


class WedgeScanner:
    """What a scanner types as a keyboard, on its own input device. A pause within a code means that it was fingers."""

    def __init__(self, debounce: Debounce | None = None, word: int = WORD) -> None:
        self._events = InputEvents(word)
        self._typing = Typing()
        self._typed = ""
        self._typed_at = 0.0
        self._debounce = debounce or Debounce()

    def feed(self, chunk: bytes, now: float) -> list[str]:
        """The codes that ended with Enter."""
        codes = []
        for code, down in self._events.feed(chunk):
            sign = self._typing.sign(code, down)
            if sign is None:
                continue
            if self._typed and now - self._typed_at > _BURST_S:
                self._typed = ""
            self._typed_at = now
            if sign != "\n":
                self._typed = (self._typed + sign)[:_LONGEST]
            elif self._typed:
                if self._debounce.is_new(self._typed, now):
                    codes.append(self._typed)
                self._typed = ""
        return codes


def _text(raw: bytes) -> str | None:
    """The text; None if it is neither coding or has control characters."""
    for coding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(coding)
        except UnicodeDecodeError:
            continue
        return text if text.isprintable() else None
    return None
