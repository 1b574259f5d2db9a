"""Onbon (仰邦) BX-5K/6K font cards: a text in a dynamic area, which lives in the card's memory and wears nothing out.

Layout from the vendor's published documents and source (confidence A), unverified on hardware. All numbers stand low
byte first. A frame is A5 eight times, then header, data and CRC-16/ARC with four bytes escaped, then 5A.
"""

import socket
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from drivers.framing import Framer
from drivers.profiles.checks import check_bytes
from drivers.profiles.frames import DelimitedFrame
from drivers.profiles.template import escaped

PORT: Final = 5005
_ESCAPE: Final = {b"\xa5": b"\xa6\x02", b"\xa6": b"\xa6\x01", b"\x5a": b"\x5b\x02", b"\x5b": b"\x5b\x01"}
# Two of the leading A5 are enough to begin: the first that a line loses are not missed.
_REPLY: Final = DelimitedFrame(
    mode="delimited", family="bxk", start=b"\xa5\xa5", tail=b"\x5a", longest=512, escape=_ESCAPE, check="crc16-arc",
    address_at=-1, function_at=-1, data_from=14, inter_byte_timeout_ms=200,
)  # fmt: skip
_ERRORS: Final = {0x03: "busy", 0x05: "checksum", 0x0C: "font missing", 0x0D: "firmware of another type"}


class Motion(IntEnum):
    """How a text comes."""

    STILL = 1
    INSTANT = 2
    LEFT = 3
    RIGHT = 4
    UP = 5
    DOWN = 6


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the screen. ``x`` and ``width``: in units of 8 pixels on 5K cards, in pixels on 6K; the others in
    pixels. ``stay``: half seconds. ``lines``: 1 single, 2 several."""

    number: int = 0
    x: int = 0
    y: int = 0
    width: int = 24
    height: int = 32
    motion: Motion = Motion.STILL
    lines: int = 1
    speed: int = 0
    stay: int = 0
    timeout_s: int = 2


def frame(data: bytes, address: int = 1) -> bytes:
    """A frame for the card at this address (FFFE or FFFF: every card)."""
    header = address.to_bytes(2, "little") + b"\x00\x80" + bytes(6) + b"\xfe\x02" + len(data).to_bytes(2, "little")
    inside = header + data
    return b"\xa5" * 8 + escaped(inside + check_bytes("crc16-arc", inside), _ESCAPE) + b"\x5a"


def ping() -> bytes:
    """Are you there?"""
    return b"\xa2\x00\x01\x00\x00"


def status() -> bytes:
    """How are you?"""
    return b"\xa1\x02\x01\x00\x00"


def clear() -> bytes:
    """Show nothing."""
    return b"\xa3\x10\x01\x00\x00"


def dynamic_area(area: Area, text: bytes) -> bytes:
    """The data that puts a text into an area, with no sound."""
    body = b"\x00" + b"".join(n.to_bytes(2, "little") for n in (area.x, area.y, area.width, area.height))
    body += bytes([area.number, 0, 0]) + area.timeout_s.to_bytes(2, "little")
    body += bytes([0, 0, 0, area.lines, 2, area.motion, 0, area.speed, area.stay])
    body += len(text).to_bytes(4, "little") + text
    rest = b"\x00\x01" + len(body).to_bytes(2, "little") + body
    return b"\xa3\x06\x01" + len(rest).to_bytes(2, "little") + rest


def coded(text: str) -> bytes:
    """GB2312; a character it does not have becomes □, and a backslash, which the card takes for an order, ＼."""
    signs = (sign if sign != "\\" else "＼" for sign in text if sign.isprintable())
    return b"".join(_code(sign) for sign in signs)


def _code(sign: str) -> bytes:
    try:
        return sign.encode("gb2312")
    except UnicodeEncodeError:
        return "□".encode("gb2312")


class ScreenRefused(Exception):
    """The card said no, or said nothing."""


class Replies:
    """What the card says, split anywhere: None for yes, else why not."""

    def __init__(self) -> None:
        self._framer = Framer([_REPLY])

    def feed(self, chunk: bytes) -> list[str | None]:
        """The answers that are complete."""
        return [self._meaning(one.data) for one in self._framer.feed(chunk)]

    def _meaning(self, data: bytes) -> str | None:
        if data[:2] == b"\xa0\x00":
            return None
        if data[:2] == b"\xa0\x01" and len(data) > 2:
            return _ERRORS.get(data[2], f"error {data[2]:02X}")
        return "an answer that means nothing here"


class OnbonScreen:
    """A card reached by TCP. Each call opens, asks and closes: a card serves one host at a time."""

    def __init__(self, host: str, port: int = PORT, area: Area | None = None, timeout_s: float = 3.0) -> None:
        self._where = (host, port)
        self._area = area or Area()
        self._timeout_s = timeout_s

    def show(self, text: str) -> None:
        """Raises ScreenRefused when the card did not say yes."""
        self._ask(dynamic_area(self._area, coded(text)))

    def clear(self) -> None:
        """Raises ScreenRefused."""
        self._ask(clear())

    def is_there(self) -> bool:
        """Whether the card answers a ping."""
        try:
            self._ask(ping())
        except ScreenRefused:
            return False
        return True

    def _ask(self, data: bytes) -> None:
        replies = Replies()
        try:
            with socket.create_connection(self._where, self._timeout_s) as line:
                line.sendall(frame(data))
                while chunk := line.recv(1024):
                    for reason in replies.feed(chunk):
                        if reason is not None:
                            raise ScreenRefused(reason)
                        return
        except OSError as error:
            raise ScreenRefused(f"no answer: {error}") from error
        raise ScreenRefused("it hung up without an answer")
