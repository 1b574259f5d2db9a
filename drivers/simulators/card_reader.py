"""An ID-card reader of the SAM family with a card that can be laid on it and lifted.

A second implementation, byte by byte from docs/hardware.md; it shares nothing with the drivers. Unverified on hardware.
"""

from collections.abc import Callable
from dataclasses import dataclass

WIDTHS = {"name": 15, "sex": 1, "nation": 2, "birth": 8, "address": 35, "number": 18, "issuer": 15}


@dataclass(slots=True)
class Card:
    """An invented citizen. ``spare``: what stands there on cards of other kinds."""

    name: str
    sex: str
    birth: str
    number: str
    nation: str = "01"
    address: str = "临江区临江街道一号"
    issuer: str = "临江区公安局"
    valid: tuple[str, str] = ("20200101", "20400101")
    spare: str = ""

    def text(self) -> bytes:
        """The 256 bytes of its text."""
        fields = [str(getattr(self, name)).ljust(width) for name, width in WIDTHS.items()]
        fields += [date.ljust(8) for date in self.valid]
        raw = "".join([*fields, self.spare.ljust(18)]).encode("utf-16-le")
        assert len(raw) == 256
        return raw


def answer(status: tuple[int, int, int], data: bytes = b"") -> bytes:
    """A frame of the reader."""
    size = 3 + len(data) + 1
    frame = [size // 256, size % 256, *status, *data]
    check = 0
    for byte in frame:
        check ^= byte
    return bytes([0xAA, 0xAA, 0xAA, 0x96, 0x69, *frame, check])


class CardReader:
    """Answers the host's bytes. A card that was read must be lifted before it is found again."""

    def __init__(self) -> None:
        self._card: Card | None = None
        self._state = ""
        self._held: list[int] = []
        self.spoil: Callable[[bytes], bytes] = lambda frame: frame

    def lay(self, card: Card) -> None:
        """Somebody lays a card on it."""
        self._card, self._state = card, "laid"

    def lift(self) -> None:
        """And takes it away."""
        self._card, self._state = None, ""

    def hear(self, data: bytes) -> bytes:
        """What it says to these bytes."""
        said = b""
        for byte in data:
            self._held.append(byte)
            if self._held[-10:-5] == [0xAA, 0xAA, 0xAA, 0x96, 0x69] and self._held[-5:-3] == [0x00, 0x03]:
                command, parameter, check = self._held[-3:]
                if 3 ^ command ^ parameter == check:
                    said += self.spoil(self._do(command, parameter))
                self._held.clear()
        return said

    def _do(self, command: int, parameter: int) -> bytes:
        if (command, parameter) == (0x11, 0xFF):
            return answer((0, 0, 0x90))
        if (command, parameter) == (0x20, 0x01):
            if self._card is None or self._state == "read":
                return answer((0, 0, 0x80))
            self._state = "found"
            return answer((0, 0, 0x9F), bytes(4))
        if (command, parameter) == (0x20, 0x02) and self._state == "found":
            self._state = "selected"
            return answer((0, 0, 0x90), bytes(8))
        if (command, parameter) == (0x30, 0x01) and self._state == "selected" and self._card is not None:
            self._state = "read"
            return answer((0, 0, 0x90), bytes([0x01, 0x00, 0x04, 0x00]) + self._card.text() + bytes(1024))
        return answer((0, 0, 0x41 if command == 0x30 else 0x81))
