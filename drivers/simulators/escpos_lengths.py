"""How long each ESC/POS command is: the number of bytes after its two-byte name.

Written from the command lists of thermal printers' manuals (see docs/hardware.md). A command missing here is taken
as having no bytes after its name.
"""

from collections.abc import Callable

Measure = Callable[[bytearray, int], int | None]
"""Number of argument bytes of the command whose arguments begin at an index; None while that cannot be known yet."""

FIXED = {
    "ESC @": 0, "ESC 2": 0, "ESC i": 0, "ESC m": 0, "ESC <": 0, "ESC L": 0, "ESC S": 0,
    "ESC !": 1, "ESC 3": 1, "ESC a": 1, "ESC E": 1, "ESC G": 1, "ESC M": 1, "ESC d": 1, "ESC e": 1, "ESC J": 1,
    "ESC K": 1, "ESC R": 1, "ESC t": 1, "ESC r": 1, "ESC -": 1, "ESC {": 1, "ESC V": 1, "ESC T": 1, "ESC U": 1,
    "ESC %": 1, "ESC =": 1, "ESC ?": 1, "ESC SP": 1, "ESC u": 1, "ESC v": 0,
    "ESC $": 2, "ESC \\": 2, "ESC B": 2, "ESC c": 2, "ESC p": 3, "ESC W": 8,
    "FS &": 0, "FS .": 0, "FS !": 1, "FS -": 1, "FS C": 1, "FS W": 1, "FS S": 2, "FS p": 2, "FS 2": 74,
    "GS !": 1, "GS B": 1, "GS H": 1, "GS I": 1, "GS a": 1, "GS b": 1, "GS f": 1, "GS h": 1, "GS r": 1, "GS w": 1,
    "GS /": 1, "GS :": 0, "GS L": 2, "GS W": 2, "GS P": 2, "GS $": 2, "GS \\": 2, "GS T": 1, "GS ^": 3,
    "DLE ENQ": 1,
}  # fmt: skip


def _word(buffer: bytearray, at: int) -> int:
    return buffer[at] | buffer[at + 1] << 8


def _cut(buffer: bytearray, at: int) -> int | None:
    if len(buffer) <= at:
        return None
    return 2 if buffer[at] in (65, 66, 97, 98, 103, 104) else 1


def _raster(buffer: bytearray, at: int) -> int | None:
    """GS v 0 m xL xH yL yH: x bytes across, y rows."""
    if len(buffer) < at + 6:
        return None
    return 6 + _word(buffer, at + 2) * _word(buffer, at + 4)


def _counted(buffer: bytearray, at: int) -> int | None:
    """A letter, a 16-bit count, and that many bytes."""
    return 3 + _word(buffer, at + 1) if len(buffer) >= at + 3 else None


def _counted_long(buffer: bytearray, at: int) -> int | None:
    if len(buffer) < at + 5:
        return None
    return 5 + int.from_bytes(buffer[at + 1 : at + 5], "little")


def _column_image(buffer: bytearray, at: int) -> int | None:
    if len(buffer) < at + 3:
        return None
    return 3 + _word(buffer, at + 1) * (3 if buffer[at] in (32, 33) else 1)


def _downloaded_image(buffer: bytearray, at: int) -> int | None:
    return 2 + buffer[at] * buffer[at + 1] * 8 if len(buffer) >= at + 2 else None


def _barcode(buffer: bytearray, at: int) -> int | None:
    if len(buffer) < at + 2:
        return None
    if buffer[at] >= 65:
        return 2 + buffer[at + 1]
    data = _until_nul(buffer, at + 1)
    return None if data is None else 1 + data


def _until_nul(buffer: bytearray, at: int) -> int | None:
    end = buffer.find(0, at)
    return None if end < 0 else end - at + 1


def _real_time_status(buffer: bytearray, at: int) -> int | None:
    if len(buffer) <= at:
        return None
    return 2 if buffer[at] in (7, 8) else 1


def _real_time_pulse(buffer: bytearray, at: int) -> int | None:
    return {1: 3, 2: 3, 8: 8}.get(buffer[at], 1) if len(buffer) > at else None


MEASURED: dict[str, Measure] = {
    "GS V": _cut,
    "GS v": _raster,
    "GS (": _counted,
    "FS (": _counted,
    "ESC (": _counted,
    "GS 8": _counted_long,
    "ESC *": _column_image,
    "GS *": _downloaded_image,
    "GS k": _barcode,
    "ESC D": _until_nul,
    "DLE EOT": _real_time_status,
    "DLE DC4": _real_time_pulse,
}
