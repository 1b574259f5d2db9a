"""Which programs have a serial port open: Linux tells root of everybody's programs, others of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

PROCESSES = Path("/proc")
_LONGEST_NAME = 60


def holders(port: str) -> list[str]:
    """ "minicom -D /dev/ttyUSB0 (4711)" for each; empty where it cannot be told."""
    wanted = os.path.realpath(port)
    return [f"{_name_of(process)} ({process.name})" for process in _processes() if _has_open(process, wanted)]


def _processes() -> Iterator[Path]:
    try:
        yield from (process for process in PROCESSES.iterdir() if process.name.isdigit())
    except OSError:
        return


def _has_open(process: Path, wanted: str) -> bool:
    try:
        return any(os.readlink(entry) == wanted for entry in (process / "fd").iterdir())
    except OSError:
        return False


def _name_of(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    return b" ".join(word for word in words if word).decode("utf-8", "replace")[:_LONGEST_NAME] or "?"
