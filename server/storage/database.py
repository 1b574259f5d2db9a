"""The SQLite file: how it is opened, by the writer and by readers, and brought to the present schema."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from server.storage.schema import move, version_of
from server.storage.sqlite_store import SqliteStore
from server.storage.store import Reads

NAME = "paihao.db"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=0", "foreign_keys=ON")  # of the writer


class Database:
    """One data folder's database."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    @property
    def name(self) -> str:
        """Its file."""
        return str(self.path)

    def version(self) -> str | None:
        """The schema it has; None where there is no file, or an empty one."""
        return version_of(self.path)

    def upgrade(self) -> None:
        """Create the schema, or bring an older one up to date. Raises SchemaNotKnown for one of a newer program."""
        move(self.path)

    def writer_connection(self) -> sqlite3.Connection:
        """The writer's: WAL, synced at each commit, never waiting inside SQLite (that would freeze the loop)."""
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=0)
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    def store(self) -> SqliteStore:
        """The writer's connection with what it takes to write."""
        return SqliteStore(self.writer_connection())

    def newest_ms(self) -> int:
        """Time of the newest command of any hall; 0 where there is none."""
        with closing(sqlite3.connect(self.path)) as connection:
            return int(connection.execute("SELECT COALESCE(MAX(time_ms), 0) FROM halls").fetchone()[0])

    @contextmanager
    def plain_reading(self) -> Iterator[Reads]:
        """One consistent state through the driver itself, for those who look through everything."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only=ON").fetchall()
            connection.text_factory = _whatever_stands_there
            connection.execute("BEGIN")
            yield connection

    def reading_engine(self) -> Engine:
        """For readers in threads: own connections, which cannot write."""
        return self._engine(read_only=True)

    def _engine(self, *, read_only: bool) -> Engine:
        engine = create_engine(f"sqlite:///{self.path}", poolclass=NullPool)

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=5000")
            if read_only:
                connection.execute("PRAGMA query_only=ON")

        return engine


def _whatever_stands_there(raw: bytes) -> str:
    """Bytes that are no UTF-8 are another text than was written, not a reason to end."""
    return raw.decode("utf-8", "surrogateescape")
