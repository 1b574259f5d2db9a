"""issue-core-pg: a ticket per commit through the action on PostgreSQL, against raw psycopg with the same two trips.

What the writer sends is noted once and sent again by a bare connection to a database in the state it was made for.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from contract.commands import TakeNumber
from server.storage.postgres import PostgresDatabase
from server.storage.postgres_store import PostgresStore
from tests.benchmarks.bench_hall import KIOSK, LINE, fill, give, must, open_on
from tests.benchmarks.figures import Figure
from tests.benchmarks.issue_core import InPlace, tickets_per_s
from tests.benchmarks.served_halls import private_postgres
from tests.server.private_postgres import PrivatePostgres

_ROUNDS, _TICKETS = 7, 200
Trip = list[tuple[str, Any]]  # statements of one pipeline


class _Tapped:
    """The writer's connection, noting the trips."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.trips: list[Trip] = []

    @contextmanager
    def pipeline(self) -> Iterator[None]:
        self.trips.append([])
        with self._connection.pipeline():
            yield

    def execute(self, sql: str, values: Any = (), *, prepare: bool | None = None) -> Any:
        self.trips[-1].append((sql, values))
        return self._connection.execute(sql, values, prepare=prepare)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _filled(postgres: PrivatePostgres) -> PostgresDatabase:
    database = PostgresDatabase(postgres.url(postgres.make()))
    database.look()
    writer = open_on(database)
    fill(writer)
    writer.stop()
    return database


def _trips(postgres: PrivatePostgres) -> list[Trip]:
    """What the writer sends for one round of tickets."""
    writer = open_on(_filled(postgres), kind=InPlace)
    store = writer._db
    assert isinstance(store, PostgresStore)
    tapped = _Tapped(store._connection)
    store._connection = tapped  # type: ignore[assignment]
    for _ in range(_TICKETS):
        must(give(writer, TakeNumber(line=LINE), KIOSK))
    writer.stop()
    return tapped.trips


def _raw_round(postgres: PrivatePostgres, trips: list[Trip]) -> float:
    """Seconds for the same with nothing around it."""
    database = _filled(postgres)
    with closing(psycopg.connect(database.url, autocommit=True)) as connection:
        begun = time.perf_counter()
        for trip in trips:
            with connection.pipeline():
                found = [connection.execute(sql, values, prepare=True) for sql, values in trip]
            for one in found:
                if one.description is not None:
                    one.fetchall()
        return time.perf_counter() - begun


def run(_folder: Path) -> list[Figure]:
    """Interleaved rounds; medians."""
    with private_postgres() as postgres:
        trips = _trips(postgres)
        in_place = open_on(_filled(postgres), kind=InPlace)
        writer = open_on(_filled(postgres))
        ours, whole, raw = [], [], []
        for _ in range(_ROUNDS):
            ours.append(tickets_per_s(in_place))
            whole.append(tickets_per_s(writer))
            raw.append(_TICKETS / _raw_round(postgres, trips))
        writer.stop()
        in_place.stop()
    baseline = median(raw)
    said = f"{baseline:.0f}/s raw psycopg"
    return [
        Figure("issue-core-pg", f"{median(ours):.0f} tickets/s", said, median(ours) / baseline, "-"),
        Figure("issue-core-pg, in line", f"{median(whole):.0f} tickets/s", said, median(whole) / baseline, "-"),
    ]
