"""What travels on a hall's RS-485 line: pad frames (FF 68 … 16) and strip frames (A0 90 … XOR).

Pad frame: ``[FF] 68 L L 68 ADDR FUNC DATA… CS 16``; L counts ADDR to the last DATA byte, CS is their sum mod 256.
Keypads' acknowledgements come without the FF, and some hosts send 00 instead of 16; both are heard.
Strip frame: ``A0 90 ADDR CMD LENH LENL DATA… XOR``; XOR over ADDR to the last DATA byte.
The length counts in base 256; one host program counts in base 255, so only data under 255 bytes is safe in the field.
These layouts come from published host programs and were never checked against the devices themselves.
"""

from dataclasses import dataclass
from typing import Literal

LONGEST_STRIP_DATA = 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame, or bytes that belong to none (kind ``noise``; then the other fields say nothing)."""

    kind: Literal["pad", "strip", "noise"]
    raw: bytes
    address: int = 0
    function: int = 0
    data: bytes = b""


def pad_frame(address: int, function: int, data: bytes = b"") -> bytes:
    body = bytes((address, function)) + data
    return b"\xff\x68" + bytes((len(body), len(body))) + b"\x68" + body + bytes((sum(body) & 0xFF, 0x16))


def strip_success(address: int) -> bytes:
    """What a strip answers to a frame it understood."""
    return bytes((0xA0, 0x90, address, 0xA5, 0xAA))


class BusScanner:
    """Finds frames in the host's bytes, wherever reads are cut; on nonsense drops one byte and looks again.

    Half a frame is forgotten when nothing follows for ``patience`` seconds.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._pending = bytearray()
        self._last = 0.0

    def feed(self, data: bytes, now: float) -> list[Heard]:
        """Take bytes read at monotonic time ``now``, in seconds; every byte comes back once, in a frame or as noise."""
        heard: list[Heard] = []
        noise = bytearray()
        if self._pending and now - self._last > self._patience:
            noise += self._pending
            self._pending.clear()
        self._last = now
        self._pending += data
        while self._pending:
            found = _frame_at_start(self._pending)
            if found == "unfinished":
                break
            if isinstance(found, Heard):
                _give_noise(noise, heard)
                heard.append(found)
                del self._pending[: len(found.raw)]
            else:
                noise.append(self._pending.pop(0))
        _give_noise(noise, heard)
        return heard


def _give_noise(noise: bytearray, heard: list[Heard]) -> None:
    if noise:
        heard.append(Heard("noise", bytes(noise)))
        noise.clear()


def _frame_at_start(pending: bytearray) -> Heard | Literal["unfinished", "nonsense"]:
    if pending[0] == 0xFF:
        return _pad_frame(pending, lead=1)
    if pending[0] == 0x68:
        return _pad_frame(pending, lead=0)
    if pending[0] == 0xA0:
        return _strip_frame(pending)
    return "nonsense"


def _pad_frame(pending: bytearray, *, lead: int) -> Heard | Literal["unfinished", "nonsense"]:
    head = bytes(pending[lead : lead + 4])
    if head[:1] not in (b"", b"\x68") or (len(head) > 2 and head[1] != head[2]) or (len(head) > 3 and head[3] != 0x68):
        return "nonsense"
    if len(head) > 1 and head[1] < 2:
        return "nonsense"
    if len(head) < 4 or len(pending) < lead + 4 + head[1] + 2:
        return "unfinished"
    end = lead + 4 + head[1]
    body = pending[lead + 4 : end]
    if sum(body) & 0xFF != pending[end] or pending[end + 1] not in (0x16, 0x00):
        return "nonsense"
    return Heard("pad", bytes(pending[: end + 2]), body[0], body[1], bytes(body[2:]))


def _strip_frame(pending: bytearray) -> Heard | Literal["unfinished", "nonsense"]:
    if len(pending) > 1 and pending[1] != 0x90:
        return "nonsense"
    if len(pending) < 6:
        return "unfinished"
    length = pending[4] << 8 | pending[5]
    if length > LONGEST_STRIP_DATA:
        return "nonsense"
    if len(pending) < 7 + length:
        return "unfinished"
    check = 0
    for byte in pending[2 : 6 + length]:
        check ^= byte
    if check != pending[6 + length]:
        return "nonsense"
    return Heard("strip", bytes(pending[: 7 + length]), pending[2], pending[3], bytes(pending[6 : 6 + length]))
