"""What all Onbon (仰邦) cards share: A5 eight times, header, data and CRC-16/ARC with four bytes escaped, then 5A; and
what their answers mean. Numbers stand low byte first. From the vendor's published documents and source.
"""

from typing import Final

from drivers.profiles.checks import check_bytes
from drivers.profiles.template import escaped
from drivers.screens.strip_driver import Answer

_ESCAPE: Final = {b"\xa5": b"\xa6\x02", b"\xa6": b"\xa6\x01", b"\x5a": b"\x5b\x02", b"\x5b": b"\x5b\x01"}
_YES, _NO = b"\xa0\x00", b"\xa0\x01"
_BUSY: Final = 3
_REASONS: Final = {
    1: "no such group of commands",
    2: "no such command",
    _BUSY: "busy",
    4: "out of memory",
    5: "wrong checksum",
    7: "its memory failed",
    12: "it lacks the font",
    13: "its firmware is of another type",
}


def wrapped(inside: bytes) -> bytes:
    """Header and data as they go over the line."""
    return b"\xa5" * 8 + escaped(inside + check_bytes("crc16-arc", inside), _ESCAPE) + b"\x5a"


def answer_to(kind: bytes, error: int) -> Answer | None:
    """``kind``: group and command of what the card said."""
    if kind == _YES:
        return Answer(done=True)
    if kind == _NO:
        return Answer(done=False, busy=error == _BUSY, why=_REASONS.get(error, f"error {error}"))
    return None
