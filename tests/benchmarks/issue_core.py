"""issue-core: a ticket per commit through the action, against raw sqlite3 with the very same statements."""

import sqlite3
import time
from pathlib import Path
from statistics import median
from typing import Any

from contract.commands import TakeNumber
from server.storage.database import Database
from server.storage.writer import Writer
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
        tapped = _Tapped(self._db)
        self._connection = tapped  # type: ignore[assignment]
        return tapped.statements


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


def run(folder: Path) -> list[Figure]:
    """Interleaved rounds; medians."""
    statements = _statements(folder / "tap")
    writer = prepare(folder / "action")
    ours, raw = [], []
    for number in range(_ROUNDS):
        begun = time.perf_counter()
        for _ in range(_TICKETS):
            must(give(writer, TakeNumber(line=LINE), KIOSK))
        ours.append(_TICKETS / (time.perf_counter() - begun))
        raw.append(_TICKETS / _raw_round(folder / f"raw{number}", statements))
    writer.stop()
    measured, baseline = median(ours), median(raw)
    return [
        Figure("issue-core", f"{measured:.0f} tickets/s", f"{baseline:.0f}/s raw", measured / baseline, ">= 0.70")
    ]
