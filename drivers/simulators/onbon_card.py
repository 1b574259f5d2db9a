"""Onbon BX-K font cards with dynamic areas, one or several on a line, reached by a serial port or by TCP.

A second implementation from docs/hardware.md; it shares nothing with the drivers. Unverified on hardware.
"""

import threading
from pathlib import Path
from typing import Literal, Protocol

from drivers.simulators.device_port import DevicePort
from drivers.simulators.on_port import PluggedIn

BACK = {(0xA6, 0x02): 0xA5, (0xA6, 0x01): 0xA6, (0x5B, 0x02): 0x5A, (0x5B, 0x01): 0x5B}
LONGEST = 65536


def crc(data: bytes) -> int:
    """CRC-16/ARC, one bit after another."""
    value = 0
    for byte in data:
        for place in range(8):
            odd = (value ^ byte >> place) & 1
            value >>= 1
            if odd:
                value ^= 0xA001
    return value


def wrapped(data: bytes, address: int = 1) -> bytes:
    """A frame of the card to the host."""
    header = bytes([0x00, 0x80, address, 0x00, 0, 0, 0, 0, 0, 0, 0xFE, 0x02, len(data) % 256, len(data) // 256])
    return enclosed(header + data)


def enclosed(plain: bytes) -> bytes:
    """Header and data with check, escapes, head and tail."""
    plain += bytes([crc(plain) % 256, crc(plain) // 256])
    out = [0xA5] * 8
    for byte in plain:
        out += next(([*pair] for pair, meant in BACK.items() if meant == byte), [byte])
    return bytes([*out, 0x5A])


def opened(inside: bytes) -> bytes | None:
    """What stood between the leading A5 and the 5A, without escapes and check; None if the check is wrong."""
    plain, at = bytearray(), 0
    while at < len(inside):
        pair = (inside[at], inside[at + 1]) if at + 1 < len(inside) else (0, 0)
        plain.append(BACK.get(pair, inside[at]))
        at += 2 if pair in BACK else 1
    if len(plain) < 16 or crc(bytes(plain[:-2])) != plain[-2] + 256 * plain[-1]:
        return None
    return bytes(plain[:-2])


class OnbonCard:
    """One card. ``areas``: the text of each dynamic area; ``places``: where it is, in pixels. Faults: ``busy``: it says
    no so many times; ``error``: always with this number; ``silent``: never; ``nonsense``: it answers with these bytes.
    """

    def __init__(self, address: int = 1, model: Literal["5K", "6K"] = "5K", charset: str = "gb2312") -> None:
        self.address = address
        self.unit = 8 if model == "5K" else 1
        self.charset = charset
        self.areas: dict[int, str] = {}
        self.places: dict[int, tuple[int, int, int, int]] = {}
        self.shown: list[str] = []  # every text that came
        self.asked = 0
        self.refused = 0
        self.busy = 0
        self.error = 0
        self.silent = False
        self.nonsense = b""

    @property
    def text(self) -> str:
        """What stands in the first area."""
        return self.areas.get(0, "")

    def lose_power(self) -> None:
        """What was in its memory is gone, and it says nothing until ``silent`` is taken back."""
        self.areas.clear()
        self.silent = True

    def hear(self, plain: bytes | None) -> bytes:
        """The answer to header and data."""
        if self.silent:
            return b""
        if self.nonsense:
            return self.nonsense
        if plain is None or plain[12] + 256 * plain[13] != len(plain) - 14:
            self.refused += 1
            return self._no(5)
        if self.busy:
            self.busy -= 1
            return self._no(3)
        if self.error:
            return self._no(self.error)
        self._do(plain[14:])
        return wrapped(bytes([0xA0, 0x00, 0, 0, 0]), self.address)

    def _no(self, error: int) -> bytes:
        return wrapped(bytes([0xA0, 0x01, error, 0, 0]), self.address)

    def _do(self, data: bytes) -> None:
        if data[:2] == b"\xa2\x00":
            self.asked += 1
        if data[:2] == b"\xa3\x10":
            self.areas.clear()
        if data[:2] == b"\xa3\x06":
            at = 6 + data[5]
            for _ in range(data[at]):
                size = data[at + 1] + 256 * data[at + 2]
                self._show(data[at + 3 : at + 3 + size])
                at += 2 + size

    def _show(self, area: bytes) -> None:
        x, y, width, height = (int.from_bytes(area[at : at + 2], "little") for at in (1, 3, 5, 7))
        length = int.from_bytes(area[23:27], "little")
        text = area[27 : 27 + length].decode(self.charset).strip()
        self.places[area[9]] = (x * self.unit, y, width * self.unit, height)
        self.areas[area[9]] = text
        self.shown.append(text)


class Card(Protocol):
    """What is plugged in."""

    address: int

    def hear(self, plain: bytes | None) -> bytes:
        """The answer to header and data; None for a frame with a wrong check."""
        ...


class OnbonLine(PluggedIn):
    """Where cards are plugged in, those that draw text or those that show pictures. ``split``: answers come a byte at a
    time. ``cut_after``: the line is cut when so many bytes of the host have come, whatever it was saying."""

    def __init__(self, *cards: Card, link: Path | None = None, tcp: bool = False) -> None:
        super().__init__(DevicePort(received=self._receive, noted=lambda what: None, link=link, tcp=tcp))
        self.changed = threading.Condition()
        self.cards = cards
        self.split = False
        self.cut_after: int | None = None
        self._held = b""

    def wait_cut(self) -> None:
        """Until ``cut_after`` has come."""
        self._port.wait_unplugged()

    def plug(self) -> None:
        """Where it was before."""
        self._held = b""
        super().plug()

    def wait_text(self, card: OnbonCard, text: str, timeout: float) -> None:
        """Until the card shows exactly this. Raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(lambda: card.text == text, timeout):
                raise TimeoutError(f"card {card.address} shows {card.text!r}, not {text!r}")

    def _receive(self, data: bytes) -> None:
        with self.changed:
            if self.cut_after is not None:
                data = data[: self.cut_after]
                self.cut_after -= len(data)
                if not self.cut_after:
                    self.cut_after = None
                    self._port.unplug_soon()
            self._held = (self._held + data)[-LONGEST:]
            while 0x5A in self._held:
                whole, _, self._held = self._held.partition(b"\x5a")
                self._answer(opened(whole[whole.rfind(b"\xa5") + 1 :]))
            self.changed.notify_all()

    def _answer(self, plain: bytes | None) -> None:
        """A frame that cannot be read is answered by every card: no one knows whom it was for."""
        to = 0xFFFF if plain is None else plain[0] + 256 * plain[1]
        for card in self.cards:
            if to in (card.address, 0xFFFE, 0xFFFF):
                answer = card.hear(plain)
                for part in [answer[at : at + 1] for at in range(len(answer))] if self.split else [answer]:
                    self._port.send(part)
