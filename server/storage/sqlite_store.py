"""The writer's SQLite connection. All runs on the event loop but COMMIT, the one call that waits for the disk."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import gevent
from gevent.threadpool import ThreadPool

from contract.words import Code
from server.storage.rows import Row
from server.storage.statements import DELETE_CODE, HALL_ROW, INSERT, REPLIES_BY_KEY, UPSERT
from server.storage.store import Keys, Query, StoredReply

BUSY_FOR_S = 10.0


class SqliteStore:
    """Locks the whole file, which holds every hall."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.execute = connection.execute
        self._disk = ThreadPool(1)
        self._keys: Keys = {}

    def begin(self, keys: Keys) -> None:
        """Take the write lock; another program holding it is waited for with the loop running."""
        self._keys = keys
        pause, until = 0.001, time.monotonic() + BUSY_FOR_S
        while True:
            try:
                self.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            gevent.sleep(pause)
            pause = min(pause * 2, 0.1)

    def hall_row(self, hall: str) -> Any:
        """By its key."""
        return self.execute(HALL_ROW, (hall,)).fetchone()

    def read(self, queries: Sequence[Query]) -> list[list[Any]]:
        """One after the other: the file is here."""
        return [self.execute(sql, values).fetchall() for sql, values in queries]

    def replies(self, hall: str) -> Sequence[StoredReply]:
        """By their keys."""
        keys = self._keys[hall]
        return self.execute(REPLIES_BY_KEY.format(", ".join("?" * len(keys))), (hall, *keys)).fetchall()

    def upsert(self, table: str, rows: Sequence[Row]) -> None:
        """All rows of the table at once."""
        if rows:
            self._connection.executemany(UPSERT[table], rows)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """All rows of the table at once."""
        if rows:
            self._connection.executemany(INSERT[table], rows)

    def delete_codes(self, rows: Sequence[Row]) -> None:
        """All at once."""
        if rows:
            self._connection.executemany(DELETE_CODE, rows)

    def commit(self) -> None:
        """In a thread of its own."""
        self._disk.apply(self.execute, ("COMMIT",))

    def roll_back(self) -> None:
        """Nothing to do where none was begun."""
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    @contextmanager
    def reading(self, _hall: str) -> Iterator[None]:
        """Nobody else writes here while this server has the folder's lock."""
        yield

    def blame(self, fault: BaseException) -> Code | None:
        """By SQLite's result codes."""
        if not isinstance(fault, sqlite3.OperationalError):
            return None
        primary = fault.sqlite_errorcode & 0xFF
        if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            return Code.DISK_FULL
        return Code.BUSY if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None

    def close(self) -> None:
        """Close the file and end the thread."""
        self._connection.close()
        self._disk.kill()
