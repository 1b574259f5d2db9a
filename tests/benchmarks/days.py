"""history: what a take and a call cost beside ten million old tickets. day-load: reading a working day into memory.

Both count the processor's time, not the clock's: neither waits for anything.
"""

import json
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import gevent

from contract.commands import CallNext, TakeNumber, UndoCall
from contract.words import Via
from server.halls.document import hall_from
from server.storage.database import NAME, Database
from server.storage.hall_store import load, read_head
from server.storage.orders import Actor
from server.storage.writer import Writer
from tests.benchmarks.bench_hall import HALL, KIOSK, LINE, WINDOWS, give, must, open_writer, people_wait, prepare
from tests.benchmarks.figures import Figure

_OLD, _ROUNDS, _EACH, _DAY = 10_000_000, 7, 40, 8_300
_MEMORY = Path("/dev/shm")
_AGENT = Actor(via=Via.PAGE, device="W", windows=frozenset(WINDOWS))
# Ids below all that a hall makes; 8,300 of each day since long before.
_OLD_TICKETS = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO tickets (hall, id, day, series, number, label, line, taken_ms, standing, via, state, priority_reason,
                     language, kiosk, returns, transferred, only_window, revision)
SELECT '{HALL}', i - {2 * _OLD}, date('2010-01-01', (i / {_DAY}) || ' days'), 'A', i % {_DAY}, 'A', 'A', i, i, 'kiosk',
       'done', '', 'zh', 'K1', 0, 0, '', 0
FROM n"""


def _with_old_tickets(folder: Path, number: int) -> Writer:
    prepare(folder).stop()
    with closing(sqlite3.connect(folder / NAME)) as connection:
        for how in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -200000"):
            connection.execute(f"PRAGMA {how}")
        connection.execute(_OLD_TICKETS, (number,))
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    return open_writer(folder)


def _take_and_call(writer: Writer) -> float:
    """Median of the processor time of a take and a call together (ms)."""
    took = []
    for _ in range(_EACH):
        begun = time.process_time()
        must(give(writer, TakeNumber(line=LINE), KIOSK))
        called = must(give(writer, CallNext(window="101", visit=None), _AGENT))
        took.append((time.process_time() - begun) * 1000)
        must(give(writer, UndoCall(window="101", visit=json.loads(called.body)["visit"]), _AGENT))
    return median(took)


def history(folder: Path) -> list[Figure]:
    """Rounds on both databases in turn; in memory where the machine has a file system there: not about the disk."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else folder) as quick:
        return _history(Path(quick))


def _history(folder: Path) -> list[Figure]:
    young, old = _with_old_tickets(folder / "young", 1), _with_old_tickets(folder / "old", _OLD)
    fresh, full = [], []
    for _ in range(_ROUNDS):
        fresh.append(_take_and_call(young))
        full.append(_take_and_call(old))
    young.stop()
    old.stop()
    measured, baseline = median(full), median(fresh)
    told = f"{measured:.2f} ms beside {_OLD:,} tickets"
    return [Figure("history", told, f"{baseline:.2f} ms empty", measured / baseline, "<= 1.1")]


def _load_s(folder: Path) -> float:
    """Processor time to read the hall's day (seconds)."""
    with closing(Database(folder).writer_connection()) as connection:
        head = read_head(connection, HALL)
        if head is None:
            raise RuntimeError
        begun = time.process_time()
        load(connection, HALL, head, hall_from)
        return time.process_time() - begun


def day_load(folder: Path) -> list[Figure]:
    """A day of 8,300 tickets that all wait, against the same hall before its first ticket."""
    prepare(folder / "before").stop()
    writer = prepare(folder / "day")
    people_wait(writer, _DAY)
    writer.stop()
    gevent.sleep(0)
    empty, full = [], []
    for _ in range(_ROUNDS):
        empty.append(_load_s(folder / "before"))
        full.append(_load_s(folder / "day"))
    each = (median(full) - median(empty)) / _DAY * 1e6
    told = f"{median(empty) * 1000:.1f} ms without"
    ratio = median(full) / median(empty)
    return [Figure("day-load", f"{each:.1f} us per ticket, {_DAY} tickets", told, ratio, "<= 12 us", each)]
