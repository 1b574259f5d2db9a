"""The writer's PostgreSQL connection: a batch is two round trips, and the event loop runs during both.

psycopg waits with what gevent put in place of `select`, so every call here lets the loop go on. The first trip begins,
locks the halls' rows in the order of their codes and looks the keys up; what is written is kept until the second, which
ends with COMMIT. A line that breaks is opened anew at the next batch.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog
from psycopg.pq import TransactionStatus

from contract.words import Code
from server.storage.postgres_sql import (
    LOCK_HALLS,
    LOCK_NEW_HALLS,
    POSTGRES_INSERT,
    POSTGRES_UPSERT,
    REPLIES,
    as_json,
    for_postgres,
)
from server.storage.rows import Row
from server.storage.schema import DatabaseRefused, SchemaNotKnown
from server.storage.statements import DELETE_CODE, HALL_ROW
from server.storage.store import Keys, Query, StoredReply

Connection = psycopg.Connection[Any]
_HALL_ROW = for_postgres(HALL_ROW)
_DISK_FULL = "53100"
_OF_OTHERS = frozenset({"55P03", "40P01", "40001", "57014"})  # lock timeout, deadlock, serialization, cancelled
_AWAY = ("08", "57P", "25006", "28", "3D000", "53300")  # connection, shutdown, standby, not let in, no such database
_log = structlog.get_logger("postgres")


class PostgresStore:
    """Locks the rows of the halls in hand; other processes go on with other halls."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = connect()
        self._heads: dict[str, Any] = {}
        self._replies: dict[str, list[StoredReply]] = {}
        self._writes: list[tuple[str, tuple[Any, ...]]] = []

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """The rows of a query."""
        return self._alive().execute(for_postgres(sql), tuple(values))

    def begin(self, keys: Keys) -> None:
        """The first trip."""
        names = sorted(keys)
        pairs = [(hall, key) for hall in names for key in keys[hall]]
        connection = self._alive()
        with connection.pipeline():
            connection.execute("BEGIN")
            heads = connection.execute(LOCK_HALLS, (names,), prepare=True)
            found = connection.execute(REPLIES, ([p[0] for p in pairs], [p[1] for p in pairs]), prepare=True)
        self._heads = dict.fromkeys(names) | {row[0]: row[1:] for row in heads}
        if None in self._heads.values():
            connection.execute(LOCK_NEW_HALLS)
            self._heads |= {row[0]: row[1:] for row in connection.execute(LOCK_HALLS, (names,))}
        self._replies = {name: [] for name in names}
        for hall, *reply in found:
            self._replies[hall].append((reply[0], reply[1], reply[2], reply[3]))

    def hall_row(self, hall: str) -> Any:
        """As it was locked; outside of `begin` as it is."""
        return self._heads[hall] if hall in self._heads else self.execute(HALL_ROW, (hall,)).fetchone()

    def read(self, queries: Sequence[Query]) -> list[list[Any]]:
        """One round trip."""
        connection = self._alive()
        with connection.pipeline():
            found = [connection.execute(for_postgres(sql), tuple(values)) for sql, values in queries]
        return [cursor.fetchall() for cursor in found]

    def replies(self, hall: str) -> Sequence[StoredReply]:
        """As they were looked up."""
        return self._replies[hall]

    def upsert(self, table: str, rows: Sequence[Row]) -> None:
        """Kept for the second trip."""
        if rows:
            self._writes.append((POSTGRES_UPSERT[table], (as_json(table, rows),)))

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Kept for the second trip."""
        if rows:
            self._writes.append((POSTGRES_INSERT[table], (as_json(table, rows),)))

    def delete_codes(self, rows: Sequence[Row]) -> None:
        """Kept for the second trip."""
        self._writes += [(for_postgres(DELETE_CODE), tuple(row)) for row in rows]

    def commit(self) -> None:
        """The second trip."""
        connection = self._alive()
        with connection.pipeline():
            for sql, values in self._writes:
                connection.execute(sql, values, prepare=True)
            ended = connection.execute("COMMIT")
        self._forget()
        if ended.statusmessage != "COMMIT":
            raise psycopg.InternalError(f"COMMIT was answered with {ended.statusmessage}")

    def roll_back(self) -> None:
        """A connection that cannot be trusted is given up."""
        self._forget()
        connection = self._connection
        if connection is None:
            return
        try:
            if not connection.closed and connection.info.transaction_status is not TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()
        if connection.closed:
            self._connection = None

    @contextmanager
    def reading(self, hall: str) -> Iterator[None]:
        """One snapshot, and no lock. The hall's row comes with the first trip."""
        connection = self._alive()
        try:
            with connection.pipeline():
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                row = connection.execute(_HALL_ROW, (hall,), prepare=True)
            self._heads = {hall: row.fetchone()}
            yield
        finally:
            self.roll_back()

    def blame(self, fault: BaseException) -> Code | None:
        """By the SQLSTATE, and by whether the connection outlived it."""
        if isinstance(fault, SchemaNotKnown | DatabaseRefused):
            _log.error("database_refused", reason=str(fault))
            return Code.DATABASE_AWAY
        if not isinstance(fault, psycopg.Error):
            return None
        state = fault.sqlstate or ""
        if state == _DISK_FULL:
            return Code.DISK_FULL
        if self._connection is None or self._connection.closed or state.startswith(_AWAY):
            return Code.DATABASE_AWAY
        return Code.BUSY if state in _OF_OTHERS else None

    def close(self) -> None:
        """End the session."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _alive(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
            _log.warning("database_back")
        return self._connection

    def _forget(self) -> None:
        self._heads, self._replies, self._writes = {}, {}, []
