"""What was heard on a line, kept in a file: JSON lines, a head and then one line for each read.

`{"port": "/dev/ttyUSB0", "baud": 9600}`, then `{"at": 1.25, "heard": "FF 68 …"}` with seconds from the start.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


class SessionRefused(ValueError):
    """The file is no recorded session: names its line."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Bytes that came together; `at` in seconds from the start."""

    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Session:
    port: str
    baud: int
    heard: tuple[Heard, ...]


class Recording:
    """A session being written; each line is on its way to the disk at once."""

    def __init__(self, file: TextIO, port: str, baud: int) -> None:
        self._file = file
        self._write({"port": port, "baud": baud})

    def add(self, heard: Heard) -> None:
        self._write({"at": round(heard.at, 3), "heard": heard.data.hex(" ").upper()})

    def _write(self, line: dict[str, object]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


def read_session(file: Path) -> Session:
    """Raises SessionRefused, OSError."""
    lines = _parsed(file.read_text(encoding="utf-8").splitlines())
    number, head = next(lines, (1, {}))
    port, baud = head.get("port"), head.get("baud")
    if not isinstance(port, str) or not isinstance(baud, int):
        raise SessionRefused(f"{file.name}:{number}: port, baud?")
    return Session(port, baud, tuple(_heard(file, number, line) for number, line in lines))


def _parsed(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                parsed = json.loads(line)
            except ValueError:
                parsed = None
            yield number, parsed if isinstance(parsed, dict) else {}


def _heard(file: Path, number: int, line: dict[str, object]) -> Heard:
    at, heard = line.get("at"), line.get("heard")
    try:
        if isinstance(at, (int, float)) and isinstance(heard, str):
            return Heard(float(at), bytes.fromhex(heard))
    except ValueError:
        pass
    raise SessionRefused(f"{file.name}:{number}: at, heard?")
