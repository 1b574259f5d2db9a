"""Power cuts on paper: what SQLite writes and syncs is recorded, and any moment's disk is rebuilt from it.

Between SQLite and the file system stands an apsw VFS that lets everything through and writes it down. A disk keeps for
certain only what was synced; of the writes since, each sector may have come down or not, in any order, so an image
keeps the synced state and any part of the rest.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTORS = (512, 4096)


@dataclass(frozen=True, slots=True)
class Op:
    """One thing done to a file: write (data at an offset), truncate (to a size), sync."""

    kind: str
    file: str
    offset: int = 0
    data: bytes = b""


class Recorder(apsw.VFS):
    """Lets everything through and remembers it in order."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.ops: list[Op] = []

    def xOpen(self, name: Any, flags: list[int]) -> "_Recorded":  # apsw's name
        """Open a file that is recorded."""
        return _Recorded(self.ops, name, flags)


class _Recorded(apsw.VFSFile):
    def __init__(self, ops: list[Op], name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._ops = ops
        self._file = Path(name if isinstance(name, str) else name.filename()).name

    def xWrite(self, data: Any, offset: int) -> None:
        super().xWrite(data, offset)
        self._ops.append(Op("write", self._file, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._ops.append(Op("truncate", self._file, size))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._ops.append(Op("sync", self._file))


class _Row(tuple[Any, ...]):
    """A row that also answers to its columns' names, as sqlite3.Row does."""

    names: dict[str, int]

    def __getitem__(self, place: Any) -> Any:
        return super().__getitem__(self.names[place] if isinstance(place, str) else place)


def _named(cursor: Any, values: tuple[Any, ...]) -> _Row:
    row = _Row(values)
    row.names = {column[0]: number for number, column in enumerate(cursor.get_description())}
    return row


def recorded_connection(file: Path, recorder: Recorder, pragmas: tuple[str, ...]) -> Any:
    """A connection of apsw, with its own build of SQLite, that the writer can use as if it were the driver's."""
    connection = apsw.Connection(str(file), vfs=recorder.name)
    connection.row_trace = _named
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


Kept = Callable[[random.Random, list[Op]], list[Op]]


def _nothing(_rng: random.Random, _pending: list[Op]) -> list[Op]:
    return []


def _all(_rng: random.Random, pending: list[Op]) -> list[Op]:
    return pending


def _first_ones(rng: random.Random, pending: list[Op]) -> list[Op]:
    return pending[: rng.randint(0, len(pending))]


def _some(rng: random.Random, pending: list[Op]) -> list[Op]:
    return [op for op in pending if rng.random() < 0.5]


def _sectors(rng: random.Random, pending: list[Op]) -> list[Op]:
    """Each write torn at sectors of the disk, each of them there or not."""
    size, kept = rng.choice(SECTORS), []
    for op in pending:
        if op.kind != "write":
            kept += [op] if rng.random() < 0.5 else []
            continue
        at, end = op.offset, op.offset + len(op.data)
        while at < end:
            upto = min(end, (at // size + 1) * size)
            if rng.random() < 0.5:
                kept.append(Op("write", op.file, at, op.data[at - op.offset : upto - op.offset]))
            at = upto
    return kept


WAYS: tuple[Kept, ...] = (_nothing, _all, _first_ones, _some, _sectors, _sectors)


@dataclass
class Disk:
    """Files as they are for certain, and what is on its way to them."""

    files: dict[str, bytearray]
    pending: dict[str, list[Op]] = field(default_factory=dict)

    def does(self, op: Op) -> None:
        """The next thing that was done."""
        if op.kind == "sync":
            for done in self.pending.pop(op.file, []):
                _apply(self.files.setdefault(op.file, bytearray()), done)
        else:
            self.pending.setdefault(op.file, []).append(op)

    def cut(self, rng: random.Random) -> dict[str, bytearray]:
        """What is found when the power is back."""
        found = {name: bytearray(content) for name, content in self.files.items()}
        for name, pending in self.pending.items():
            for op in rng.choice(WAYS)(rng, pending):
                _apply(found.setdefault(name, bytearray()), op)
        return found


def _apply(content: bytearray, op: Op) -> None:
    if op.kind == "truncate":
        del content[op.offset :]
        return
    if len(content) < op.offset:
        content.extend(bytes(op.offset - len(content)))
    content[op.offset : op.offset + len(op.data)] = op.data


def images(
    before: dict[str, bytes], ops: list[Op], moments: list[int], rng: random.Random
) -> Iterator[tuple[int, dict[str, bytearray]]]:
    """For each moment (how many of the operations were done; ascending), the disk after a power cut there."""
    disk, done = Disk({name: bytearray(content) for name, content in before.items()}), 0
    for moment in moments:
        for op in ops[done:moment]:
            disk.does(op)
        done = moment
        yield moment, disk.cut(rng)
