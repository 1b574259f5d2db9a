"""issue-core: a ticket per commit through the action, against raw sqlite3 with the very same statements.

Once with the commit in place, which is what rules and storage cost; once as the product does it, where the command
stands in the writer's line, COMMIT goes to the thread that waits for the disk, and cards are made every 50 ms.
"""

import sqlite3
import time
from pathlib import Path
from statistics import median
from typing import Any

from contract.commands import TakeNumber
from server.storage.database import Database
from server.storage.orders import Answer, Order
from server.storage.sqlite_store import SqliteStore
from server.storage.writer import Writer, _Waiting
from tests.benchmarks.bench_hall import KIOSK, LINE, give, must, prepare
from tests.benchmarks.figures import Figure

_ROUNDS, _TICKETS = 7, 200
Statement = tuple[str, tuple[Any, ...]]


class _Tapped:
    """The writer's connection, noting what is executed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.statements: list[Statement] = []

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        self.statements.append((sql, values))
        return self._connection.execute(sql, values)

    def executemany(self, sql: str, rows: list[tuple[Any, ...]]) -> sqlite3.Cursor:
        self.statements += [(sql, row) for row in rows]
        return self._connection.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class _TappedWriter(Writer):
    """Notes the statements of its commands."""

    def tap(self) -> list[Statement]:
        """From now on; the list grows."""
        store = self._db
        assert isinstance(store, SqliteStore)
        tapped = _Tapped(store._connection)
        store._connection, store.execute = tapped, tapped.execute  # type: ignore[assignment]
        return tapped.statements


class InPlace(Writer):
    """Answers where it is asked: no line, no other thread, no cards."""

    def submit(self, order: Order) -> Answer:
        """One command, one commit."""
        answer = self._transaction([_Waiting(order)])[0]
        if not isinstance(answer, Answer):
            raise answer
        return answer

    def _commit(self) -> None:
        if isinstance(self._db, SqliteStore):
            self._db.execute("COMMIT")
        else:
            self._db.commit()


def _statements(folder: Path) -> list[Statement]:
    """What the writer executes for one round of tickets, in its order."""
    writer = prepare(folder, kind=_TappedWriter)
    if not isinstance(writer, _TappedWriter):
        raise TypeError
    statements = writer.tap()
    for _ in range(_TICKETS):
        must(give(writer, TakeNumber(line=LINE), KIOSK))
    writer.stop()
    return statements


def _raw_round(folder: Path, statements: list[Statement]) -> float:
    """The same statements with nothing around them, on a database in the state they were made for (seconds)."""
    writer = prepare(folder)
    writer.stop()
    connection = Database(folder).writer_connection()
    begun = time.perf_counter()
    for sql, values in statements:
        connection.execute(sql, values).fetchall()
    took = time.perf_counter() - begun
    connection.close()
    return took


def tickets_per_s(writer: Writer) -> float:
    """Tickets per second, one after the other."""
    begun = time.perf_counter()
    for _ in range(_TICKETS):
        must(give(writer, TakeNumber(line=LINE), KIOSK))
    return _TICKETS / (time.perf_counter() - begun)


def run(folder: Path) -> list[Figure]:
    """Interleaved rounds; medians."""
    statements = _statements(folder / "tap")
    in_place = prepare(folder / "place", kind=InPlace)
    writer = prepare(folder / "line")
    ours, whole, raw = [], [], []
    for number in range(_ROUNDS):
        ours.append(tickets_per_s(in_place))
        whole.append(tickets_per_s(writer))
        raw.append(_TICKETS / _raw_round(folder / f"raw{number}", statements))
    writer.stop()
    in_place.stop()
    baseline = median(raw)
    said = f"{baseline:.0f}/s raw"
    return [
        Figure("issue-core", f"{median(ours):.0f} tickets/s", said, median(ours) / baseline, ">= 0.70"),
        Figure("issue-core, in line", f"{median(whole):.0f} tickets/s", said, median(whole) / baseline, "-"),
    ]
