"""Reading without disturbing: own read-only connections in native threads, never the writer's."""

from collections.abc import Callable
from typing import TypeVar

import gevent
from sqlalchemy import Connection

from server.storage.database import Database

T = TypeVar("T")


class Reader:
    """Runs a query function in gevent's thread pool; the event loop goes on meanwhile."""

    def __init__(self, database: Database) -> None:
        self._engine = database.reading_engine()

    def run(self, read: Callable[[Connection], T]) -> T:
        """Call `read` with a read-only connection (one consistent snapshot) and hand back what it returns."""

        def work() -> T:
            with self._engine.connect() as connection:
                return read(connection)

        result: T = gevent.get_hub().threadpool.apply(work)
        return result

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.dispose()
