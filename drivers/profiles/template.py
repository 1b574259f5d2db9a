"""Byte templates: how a profile writes down the frame of a command.

A template is a line of tokens. Two hex digits are that byte. ``{addr}`` is the address byte on the line, ``{digits}``
and ``{text}`` are the payload. ``[`` and ``]`` enclose what the length counts (``{len}`` one byte, ``{len16}`` two,
high byte first, ``{len16le}`` two, low byte first); ``(`` and ``)`` enclose what ``{check}`` covers, wherever it
stands. ``<`` and ``>`` enclose what is escaped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from drivers.profiles.checks import ByteOrder, CheckKind, check_bytes, check_size

_PAYLOADS: Final = ("{addr}", "{digits}", "{text}")
_LENGTHS: Final[dict[str, tuple[int, Literal["big", "little"]]]] = {
    "{len}": (1, "big"),
    "{len16}": (2, "big"),
    "{len16le}": (2, "little"),
}
_PAIRS: Final = (("[", "]"), ("(", ")"), ("<", ">"))
_MARKS: Final = tuple(mark for pair in _PAIRS for mark in pair)


def escaped(inside: bytes, table: Mapping[bytes, bytes]) -> bytes:
    """Each byte that may not stand in a frame as the bytes that stand for it."""
    return b"".join(table.get(bytes([byte]), bytes([byte])) for byte in inside)


@dataclass(frozen=True, slots=True)
class Template:
    """One command of a profile; ``fill`` makes the bytes."""

    tokens: tuple[str, ...]
    check: CheckKind
    order: ByteOrder | None = None
    escape: Mapping[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def parse(
        cls, source: str, check: CheckKind, order: ByteOrder | None = None, escape: Mapping[bytes, bytes] | None = None
    ) -> "Template":
        """Raises ValueError for a token that means nothing or for brackets that do not match."""
        tokens = tuple(source.split())
        for token in tokens:
            if token in _PAYLOADS or token in _LENGTHS or token in _MARKS or token == "{check}":
                continue
            if len(token) != 2:
                raise ValueError(f"template {source!r}: {token!r} is neither a byte nor a known field")
            bytes.fromhex(token)
        if "{check}" in tokens and check == "none":
            raise ValueError(f"template {source!r}: {{check}} is used, but the profile has no check")
        needs = ("{len" in source, "{check}" in source, bool(escape))
        for (opening, closing), needed, why in zip(
            _PAIRS, needs, ("{len} is used", "{check} is used", "the frame has an escape table"), strict=True
        ):
            if (tokens.count(opening), tokens.count(closing)) != (needed, needed):
                raise ValueError(f"template {source!r}: {opening} {closing} must stand once where {why}")
            if needed and tokens.index(opening) > tokens.index(closing):
                raise ValueError(f"template {source!r}: {closing} stands before {opening}")
        return cls(tokens, check, order, escape or {})

    def fill(self, address: int, *, digits: bytes = b"", text: bytes = b"") -> bytes:
        """The frame for the device at this address byte. Raises ValueError when the payload is longer than fits."""
        payload = {"{addr}": bytes([address]), "{digits}": digits, "{text}": text}
        counted = self._counted(payload)
        frame = bytearray()
        places: dict[str, int] = {}  # where the marks and the check stand
        for token in self.tokens:
            if token in payload:
                frame += payload[token]
            elif token in _LENGTHS:
                frame += _length(counted, *_LENGTHS[token])
            elif token in _MARKS:
                places[token] = len(frame)
            elif token == "{check}":
                places[token] = len(frame)
                frame += bytes(check_size(self.check))
            else:
                frame += bytes.fromhex(token)
        if "{check}" in places:
            covered = bytes(frame[places["("] : places[")"]])
            at = places["{check}"]
            frame[at : at + check_size(self.check)] = check_bytes(self.check, covered, self.order)
        if "<" in places:
            frame[places["<"] : places[">"]] = escaped(bytes(frame[places["<"] : places[">"]]), self.escape)
        return bytes(frame)

    def _counted(self, payload: dict[str, bytes]) -> int:
        if "[" not in self.tokens:
            return 0
        inside = self.tokens[self.tokens.index("[") + 1 : self.tokens.index("]")]
        return sum(self._size(token, payload) for token in inside)

    def _size(self, token: str, payload: dict[str, bytes]) -> int:
        if token in payload:
            return len(payload[token])
        if token == "{check}":
            return check_size(self.check)
        return _LENGTHS[token][0] if token in _LENGTHS else 0 if token in _MARKS else 1


def _length(counted: int, size: int, order: Literal["big", "little"]) -> bytes:
    # Two sources split the two-byte length by 256 and by 255; below 255 both mean the same.
    if counted >= 255:
        raise ValueError(f"{counted} bytes do not fit into one frame (at most 254)")
    return counted.to_bytes(size, order)
