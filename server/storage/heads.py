"""Which revision each hall has in a PostgreSQL database: one statement on a connection of its own.

It is asked for at each question about a hall that another process may have taken further, so it is made to cost little.
"""

import time
from collections.abc import Callable, Collection
from typing import NamedTuple

import psycopg
from gevent.lock import RLock

from contract.words import Code
from server.domain.errors import Refusal
from server.storage.postgres_store import Connection

_ALL = "SELECT hall, revision, time_ms, extract(epoch FROM clock_timestamp())::float8 FROM halls"
_SOME = f"{_ALL} WHERE hall = ANY(%s)"
_AT_ONCE_S = 1.0


class HeadOf(NamedTuple):
    """A hall's revision and the time of its newest command (epoch ms); the database's clock then (epoch s)."""

    hall: str
    revision: int
    time_ms: int
    clock_s: float


class Heads:
    """Opened when it is needed first, and anew when it broke."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._one_at_a_time = RLock()

    def __call__(self, halls: Collection[str] | None) -> list[HeadOf]:
        """Of these halls, or of all. Raises Refusal(DATABASE_AWAY)."""
        with self._one_at_a_time:
            begun = time.monotonic()
            while True:
                kept = self._connection is not None
                try:
                    return self._read(halls)
                except psycopg.Error as fault:
                    self.close()
                    if not kept or time.monotonic() - begun > _AT_ONCE_S:  # else a new line may do
                        raise Refusal(Code.DATABASE_AWAY) from fault

    def close(self) -> None:
        """End the session."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, halls: Collection[str] | None) -> list[HeadOf]:
        if self._connection is None:
            self._connection = self._connect()
            self._connection.autocommit = True
        query, values = (_ALL, ()) if halls is None else (_SOME, (list(halls),))
        return [HeadOf(*row) for row in self._connection.execute(query, values, prepare=True)]
