"""The SQLite file: how it is opened, by the writer and by readers, and brought to the present schema."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from server.storage.schema import move

NAME = "paihao.db"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=0", "foreign_keys=ON")  # of the writer


class Database:
    """One data folder's database."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

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

    def newest_ms(self) -> int:
        """Time of the newest command of any hall; 0 where there is none."""
        with closing(sqlite3.connect(self.path)) as connection:
            return int(connection.execute("SELECT COALESCE(MAX(time_ms), 0) FROM halls").fetchone()[0])

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
