"""Reading without disturbing: own connections that only read, never the writer's.

SQLite is read in native threads; PostgreSQL on the event loop, which goes on while the driver waits for it.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

import gevent
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from contract.words import Code
from server.domain.errors import Refusal

T = TypeVar("T")


class Read(Protocol):
    """A database that is read."""

    def reading_engine(self) -> Engine:
        """Connections that see one state each."""


class Reader:
    """Runs a query function; the event loop goes on meanwhile."""

    def __init__(self, database: Read) -> None:
        self._engine = database.reading_engine()
        self._in_threads = self._engine.dialect.name == "sqlite"

    def run(self, read: Callable[[Connection], T]) -> T:
        """Call `read` with a connection (one consistent snapshot) and hand back what it returns.

        Raises Refusal(DATABASE_AWAY).
        """

        def work() -> T:
            with self._engine.connect() as connection:
                return read(connection)

        if self._in_threads:
            result: T = gevent.get_hub().threadpool.apply(work)
            return result
        try:
            return work()
        except TimeoutError as fault:
            raise Refusal(Code.DATABASE_AWAY) from fault
        except DBAPIError as fault:
            if isinstance(fault, OperationalError) or fault.connection_invalidated:
                raise Refusal(Code.DATABASE_AWAY) from fault
            raise

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.dispose()
