"""Checks of a frame, by the names profiles use. The covered bytes go in, what stands in the frame comes out.

CRC names, polynomials and orders as in the public catalogue of parametrised CRC algorithms; the value of each for the
nine bytes "123456789" is in the tests.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import xor
from typing import Final, Literal

CheckKind = Literal[
    "none", "sum8", "neg8", "inv8", "xor8", "sum16", "sum-ascii", "xor-ascii",
    "crc8", "crc16-arc", "crc16-modbus", "crc16-xmodem", "crc16-ccitt",
]  # fmt: skip
ByteOrder = Literal["high first", "low first"]


def _crc_reflected(covered: bytes, polynomial: int, crc: int) -> int:
    for byte in covered:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ polynomial if crc & 1 else crc >> 1
    return crc


def _crc_straight(covered: bytes, polynomial: int, crc: int, bits: int) -> int:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    for byte in covered:
        crc ^= byte << bits - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & mask
    return crc


def _xor(covered: Iterable[int]) -> int:
    return reduce(xor, covered, 0)


# The value, and whether its two bytes stand low first where a profile does not say.
_VALUES: Final[dict[str, tuple[Callable[[bytes], int], int, ByteOrder]]] = {
    "sum8": (lambda covered: sum(covered) & 0xFF, 1, "high first"),
    "neg8": (lambda covered: -sum(covered) & 0xFF, 1, "high first"),
    "inv8": (lambda covered: ~sum(covered) & 0xFF, 1, "high first"),
    "xor8": (_xor, 1, "high first"),
    "sum16": (lambda covered: sum(covered) & 0xFFFF, 2, "high first"),
    "crc8": (lambda covered: _crc_straight(covered, 0x07, 0, 8), 1, "high first"),
    "crc16-arc": (lambda covered: _crc_reflected(covered, 0xA001, 0), 2, "low first"),
    "crc16-modbus": (lambda covered: _crc_reflected(covered, 0xA001, 0xFFFF), 2, "low first"),
    "crc16-xmodem": (lambda covered: _crc_straight(covered, 0x1021, 0, 16), 2, "high first"),
    "crc16-ccitt": (lambda covered: _crc_straight(covered, 0x1021, 0xFFFF, 16), 2, "high first"),
}
_ASCII: Final[dict[str, str]] = {"sum-ascii": "sum8", "xor-ascii": "xor8"}  # two hex digits in capitals


def check_size(kind: CheckKind) -> int:
    """How many bytes the check takes in a frame."""
    return 0 if kind == "none" else 2 if kind in _ASCII else _VALUES[kind][1]


def check_bytes(kind: CheckKind, covered: bytes, order: ByteOrder | None = None) -> bytes:
    """The check of the covered bytes; nothing where the family has none."""
    if kind == "none":
        return b""
    if kind in _ASCII:
        return f"{_VALUES[_ASCII[kind]][0](covered):02X}".encode("ascii")
    value, size, usual = _VALUES[kind]
    return value(covered).to_bytes(size, "big" if (order or usual) == "high first" else "little")
