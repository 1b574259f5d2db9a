"""What programs hold after each night: memory, descriptors, threads, greenlets, files; and whether it grows."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import gevent

from demo.programs import resident_bytes

FLAT = 0.10
FEW = 2  # descriptors, threads: of twenty, ten percent are two
LOOKS, BETWEEN_LOOKS_S = 5, 0.1
MIB = 1 << 20
COMMAND_LINE = b"[command]"


@dataclass(frozen=True, slots=True)
class Held:
    """One program's figure on the morning after a day."""

    day: int
    program: str
    what: str
    value: int


def stand_still(pids: Sequence[int]) -> bool:
    """Whether no descriptor is opened or closed for half a second: what the morning brought has been done."""
    first = [_descriptors(pid) for pid in pids]
    for _ in range(LOOKS):
        gevent.sleep(BETWEEN_LOOKS_S)
        if [_descriptors(pid) for pid in pids] != first:
            return False
    return True


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def held_by(day: int, program: str, pid: int) -> list[Held]:
    """Memory (bytes), open descriptors and threads of a process. Linux."""
    memory = resident_bytes(pid)
    assert memory is not None, f"{program} is not there"
    threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    return [
        Held(day, program, "memory", memory),
        Held(day, program, "descriptors", _descriptors(pid)),
        Held(day, program, "threads", threads),
    ]


def growing(held: Sequence[Held], since: int) -> Iterator[str]:
    """Every program's figure that is not flat from the morning after day `since` on: it left ten percent around what
    it was then."""
    series: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for one in held:
        if one.day >= since:
            series[one.program, one.what].append(one)
    for (program, what), found in series.items():
        first = found[0].value
        far = max(found, key=lambda one: abs(one.value - first))
        allowed = first * FLAT if what == "memory" else max(first * FLAT, FEW)
        if abs(far.value - first) > allowed:
            unit, size = (" MiB", MIB) if what == "memory" else ("", 1)
            yield f"{program}, {what}: {first / size:.0f}{unit} became {far.value / size:.0f} after day {far.day}"


def span(held: Sequence[Held], program: str, what: str, since: int) -> str:
    """From and to, as a sentence's part."""
    found = [one.value for one in held if (one.program, one.what) == (program, what) and one.day >= since]
    if what == "memory":
        return f"{min(found) / MIB:.0f}–{max(found) / MIB:.0f} MiB"
    return f"{min(found)}–{max(found)}" if min(found) != max(found) else f"{found[0]}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a hall keeps on disk: bytes, and rows of stored replies with the age of the oldest (ms). `logs`: without the
    line that each command has there, which is the service's to bound."""

    database: int
    wal: int
    logs: int
    replies: int
    oldest_reply_ms: int


def kept_on_disk(database: Path, logs: Sequence[Path], now_ms: int) -> Kept:
    """As it stands in the folder; beside a server."""
    wal = database.with_name(database.name + "-wal")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        count, oldest = connection.execute("SELECT count(*), min(at_ms) FROM replies").fetchone()
    sizes = sum(len(line) for log in logs for line in log.read_bytes().splitlines() if COMMAND_LINE not in line)
    size = wal.stat().st_size if wal.exists() else 0
    return Kept(database.stat().st_size, size, sizes, count, now_ms - oldest)
