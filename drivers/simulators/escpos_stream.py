"""Bytes into ESC/POS commands, wherever the reads happen to be cut."""

from dataclasses import dataclass

from drivers.simulators.escpos_lengths import FIXED, MEASURED

PREFIX = {0x10: "DLE", 0x1B: "ESC", 0x1C: "FS", 0x1D: "GS"}
DLE_SECOND = {0x04: "EOT", 0x05: "ENQ", 0x14: "DC4"}
CONTROL = {0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}

REAL_TIME = frozenset({"DLE EOT", "DLE ENQ", "DLE DC4"})
"""Commands obeyed as they arrive, before what stands in the buffer and also while offline."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, or a run of text bytes (name ``text``); ``size`` counts all its bytes on the wire."""

    name: str
    arguments: bytes
    size: int


class EscposStream:
    """Cuts a stream into commands, keeping an unfinished one until its rest arrives.

    A real-time command inside another command's data counts as that data: hosts must not put it there.
    """

    def __init__(self) -> None:
        self._pending = bytearray()

    @property
    def unfinished(self) -> int:
        """Number of bytes of a command whose rest has not come."""
        return len(self._pending)

    def feed(self, data: bytes) -> list[Command]:
        self._pending += data
        commands = []
        at = 0
        while at < len(self._pending) and (command := _command_at(self._pending, at)) is not None:
            commands.append(command)
            at += command.size
        del self._pending[:at]
        return commands

    def clear(self) -> None:
        self._pending.clear()


def _command_at(buffer: bytearray, at: int) -> Command | None:
    first = buffer[at]
    if first >= 0x20:
        return _text_at(buffer, at)
    if first == 0x00:
        return _zeros_at(buffer, at)
    if first not in PREFIX:
        return Command(CONTROL.get(first, f"{first:02X}"), b"", 1)
    if len(buffer) < at + 2:
        return None
    name = _name(first, buffer[at + 1])
    start = at + 2
    measure = MEASURED.get(name)
    length = measure(buffer, start) if measure is not None else FIXED.get(name, 0)
    if length is None or len(buffer) < start + length:
        return None
    return Command(name, bytes(buffer[start : start + length]), 2 + length)


def _name(first: int, second: int) -> str:
    if first == 0x10:
        return f"DLE {DLE_SECOND.get(second, f'{second:02X}')}"
    if second == 0x20:
        return f"{PREFIX[first]} SP"
    return f"{PREFIX[first]} {chr(second) if 0x20 < second < 0x7F else f'{second:02X}'}"


def _zeros_at(buffer: bytearray, at: int) -> Command:
    """A run of zeros, as hosts send to flush half a command: one command that does nothing."""
    end = at
    while end < len(buffer) and buffer[end] == 0:
        end += 1
    return Command("NUL", b"", end - at)


def _text_at(buffer: bytearray, at: int) -> Command:
    """The run of bytes from 20 up. No byte of a GB18030 character is below 20, so a control byte always ends it."""
    end = at
    while end < len(buffer) and buffer[end] >= 0x20:
        end += 1
    return Command("text", bytes(buffer[at:end]), end - at)
