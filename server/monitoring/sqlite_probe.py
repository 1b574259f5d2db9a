"""A look at the SQLite file and its disk, as a stranger would: by a file and a connection of its own."""

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from server.monitoring.readiness import NotReady
from server.storage.database import NAME
from server.storage.schema import version_in, versions

_TRIAL = ".ready-trial"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_OF_SQLITE = {
    sqlite3.SQLITE_BUSY: NotReady.DATABASE_LOCKED,
    sqlite3.SQLITE_LOCKED: NotReady.DATABASE_LOCKED,
    sqlite3.SQLITE_READONLY: NotReady.NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: NotReady.NOT_WRITABLE,
    sqlite3.SQLITE_FULL: NotReady.DISK_FULL,
    sqlite3.SQLITE_IOERR: NotReady.NOT_WRITABLE,
}


class SqliteProbe:
    """Made when the database is open; `least_free`: bytes below which the disk counts as full. It waits `waits_s`
    for the lock, which the server's own writer holds for some milliseconds."""

    def __init__(self, folder: Path, least_free: int, waits_s: float = 2.0) -> None:
        self._folder = folder
        self._file = folder / NAME
        self._least_free = least_free
        self._waits_s = waits_s
        self._opened = self._identity()

    def __call__(self) -> list[NotReady]:
        """What is wrong; it may take as long as the disk takes."""
        try:
            if self._identity() != self._opened:
                return [NotReady.DATABASE_GONE]
        except OSError:
            return [NotReady.DATABASE_GONE]
        return self._of_the_disk() or self._of_the_database()  # without its disk the database says nothing new

    def _identity(self) -> tuple[int, int]:
        stat = self._file.stat()
        return stat.st_dev, stat.st_ino

    def _of_the_disk(self) -> list[NotReady]:
        """Whether some bytes more arrive there; free space alone does not say so (quotas, reserved blocks)."""
        trial = self._folder / _TRIAL
        try:
            free = shutil.disk_usage(self._folder).free
            descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(descriptor, bytes(4096))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
                trial.unlink()
        except OSError as error:
            return [NotReady.DISK_FULL if error.errno in _FULL else NotReady.NOT_WRITABLE]
        return [NotReady.DISK_FULL] if free < self._least_free else []

    def _of_the_database(self) -> list[NotReady]:
        """Whether its lock can be had, and which schema it has. Nothing in it is changed."""
        try:
            address = f"file:{self._file}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=self._waits_s, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                version = version_in(connection)
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            # A primary code stands in the low byte.
            return [_OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, NotReady.DATABASE_DAMAGED)]
        return [] if version == versions()[-1] else [NotReady.SCHEMA]
