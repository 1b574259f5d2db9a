"""newer-than-n: what a process reads of a hall that another one took further, beside 8,300 who wait; on PostgreSQL.

By the clock, on one connection that does nothing else; the database is in memory where the machine allows.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from contract.commands import TakeNumber
from server.halls.document import hall_from
from server.storage.forward import bring_forward
from server.storage.hall_now import HallNow
from server.storage.hall_store import Head, head_from, load
from server.storage.postgres import PostgresDatabase
from server.storage.postgres_store import PostgresStore
from tests.benchmarks.bench_hall import HALL, KIOSK, LINE, fill, give, must, open_on, people_wait
from tests.benchmarks.figures import Figure
from tests.server.private_postgres import PrivatePostgres

_DAY, _ROUNDS, _ROWS = 8_300, 15, 100  # a ticket has two rows: itself and its slip


def _read_ms(store: PostgresStore, read: Callable[[Head], None]) -> float:
    begun = time.perf_counter()
    with store.reading(HALL):
        head = head_from(store.hall_row(HALL))
        if head is None:
            raise LookupError(HALL)
        read(head)
    return (time.perf_counter() - begun) * 1000


class _Process:
    """Another process's view of the hall."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self.whole_ms = median(_read_ms(store, self._load) for _ in range(5))

    def _load(self, head: Head) -> None:
        self._head, self._now = head, load(self._store, HALL, head, hall_from)

    def _forward(self, head: Head) -> None:
        known: tuple[Head, HallNow] = (self._head, self._now)
        if not bring_forward(self._store, HALL, known[0], head, known[1]):
            raise LookupError("would be loaded")
        self._head = head

    def forward_ms(self) -> float:
        """How long it takes to know what is newer."""
        return _read_ms(self._store, self._forward)


def run(_folder: Path) -> list[Figure]:
    """One command newer and fifty, in turn; medians."""
    postgres = PrivatePostgres()
    try:
        postgres.start()
        database = PostgresDatabase(postgres.url(postgres.make()))
        database.look()
        writer = open_on(database)
        fill(writer)
        people_wait(writer, _DAY)
        store = database.store()
        other = _Process(store)
        took: dict[int, list[float]] = {1: [], _ROWS // 2: []}
        for _ in range(_ROUNDS):
            for commands, ms in took.items():
                for _ in range(commands):
                    must(give(writer, TakeNumber(line=LINE), KIOSK))
                time.sleep(0.2)  # its cards are made
                ms.append(other.forward_ms())
        store.close()
        writer.stop()
    finally:
        postgres.remove()
    one, many, least = median(took[1]), median(took[_ROWS // 2]), min(took[_ROWS // 2])
    said = f"{one:.1f} ms for one command, least {min(took[1]):.1f}"
    measured = f"{many:.1f} ms for {_ROWS} rows, least {least:.1f}"
    return [
        Figure("newer-than-n", measured, said, many / one, "<= 1.5 ms", many),
        Figure("newer-than-n, whole day", f"{other.whole_ms:.0f} ms", said, other.whole_ms / one, "-"),
    ]
