"""Byte templates: how a profile writes down the frame of a command.

A template is a line of tokens. Two hex digits are that byte. ``{addr}`` is the address byte on the line, ``{digits}``
and ``{text}`` are the payload. ``[`` and ``]`` enclose what the length counts (``{len}`` one byte, ``{len16}`` two,
high byte first); ``(`` and ``)`` enclose what ``{check}`` covers.
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final, Literal

CheckKind = Literal["none", "sum8", "xor8"]

_PAYLOADS: Final = ("{addr}", "{digits}", "{text}")
_LENGTHS: Final = {"{len}": 1, "{len16}": 2}
_MARKS: Final = ("[", "]", "(", ")")


def check_byte(kind: CheckKind, covered: bytes) -> bytes:
    """The check of the covered bytes: one byte, or nothing where the family has no check."""
    if kind == "sum8":
        return bytes([sum(covered) % 256])
    if kind == "xor8":
        return bytes([reduce(xor, covered, 0)])
    return b""


@dataclass(frozen=True, slots=True)
class Template:
    """One command of a profile; ``fill`` makes the bytes."""

    tokens: tuple[str, ...]
    check: CheckKind

    @classmethod
    def parse(cls, source: str, check: CheckKind) -> "Template":
        """Raises ValueError for a token that means nothing or for brackets that do not match."""
        tokens = tuple(source.split())
        for token in tokens:
            if token in _PAYLOADS or token in _LENGTHS or token in _MARKS or token == "{check}":
                continue
            if len(token) != 2:
                raise ValueError(f"template {source!r}: {token!r} is neither a byte nor a known field")
            bytes.fromhex(token)
        for opening, closing, field in (("[", "]", "len"), ("(", ")", "check")):
            needed = any(token.startswith("{" + field) for token in tokens)
            if (tokens.count(opening), tokens.count(closing)) != (needed, needed):
                raise ValueError(f"template {source!r}: {opening} {closing} must stand once where {{{field}}} is used")
            if needed and tokens.index(opening) > tokens.index(closing):
                raise ValueError(f"template {source!r}: {closing} stands before {opening}")
        return cls(tokens, check)

    def fill(self, address: int, *, digits: bytes = b"", text: bytes = b"") -> bytes:
        """The frame for the device at this address byte. Raises ValueError when the payload is longer than fits."""
        payload = {"{addr}": bytes([address]), "{digits}": digits, "{text}": text}
        counted = self._counted(payload)
        frame = bytearray()
        covered_from = covered_to = 0
        for token in self.tokens:
            if token in payload:
                frame += payload[token]
            elif token in _LENGTHS:
                frame += _length(counted, _LENGTHS[token])
            elif token == "(":
                covered_from = len(frame)
            elif token == ")":
                covered_to = len(frame)
            elif token == "{check}":
                frame += check_byte(self.check, bytes(frame[covered_from:covered_to]))
            elif token not in _MARKS:
                frame += bytes.fromhex(token)
        return bytes(frame)

    def _counted(self, payload: dict[str, bytes]) -> int:
        if "[" not in self.tokens:
            return 0
        inside = self.tokens[self.tokens.index("[") + 1 : self.tokens.index("]")]
        return sum(len(payload[token]) if token in payload else 1 for token in inside if token not in _MARKS)


def _length(counted: int, size: int) -> bytes:
    # Two sources split the two-byte length by 256 and by 255; below 255 both mean the same.
    if counted >= 255:
        raise ValueError(f"{counted} bytes do not fit into one frame (at most 254)")
    return counted.to_bytes(size, "big")
