"""Which schema a database has, which this program knows, and the way from one to the other: whole, or not at all."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool


class DatabaseRefused(Exception):
    """Why a database cannot be used, in both languages."""


class SchemaNotKnown(Exception):
    """The database was written by a newer program."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"数据库的数据版本是 {version}，本程序只到 {versions()[-1]}：请安装更新的程序，或恢复升级前的备份 / "
            f"the database has schema {version}, this program knows up to {versions()[-1]}: "
            "install the newer program, or restore the backup that was made before the upgrade"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "server.storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


@cache
def versions() -> tuple[str, ...]:
    """All that this program knows, oldest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())[::-1]


def version_in(connection: sqlite3.Connection) -> str | None:
    """The schema of a database; None for an empty one."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else None


def version_of(file: Path) -> str | None:
    """The schema of a file; None where there is none, or an empty one."""
    if not file.exists():
        return None
    with closing(sqlite3.connect(file)) as connection:
        return version_in(connection)


def move(file: Path, to: str | None = None) -> None:
    """Bring a database to a schema, up or down, the newest unless said, in one transaction. Raises SchemaNotKnown.

    Whatever ends the program in the middle, the old schema is still there.
    """
    now, target = version_of(file), to or versions()[-1]
    if now is not None and now not in versions():
        raise SchemaNotKnown(now)
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # else the driver leaves a statement that changes the schema outside
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            run_migrations(connection, now, target)
    finally:
        engine.dispose()


def run_migrations(connection: Connection, now: str | None, to: str) -> None:
    """From one schema to another inside the connection's transaction. Raises SchemaNotKnown."""
    if now is not None and now not in versions():
        raise SchemaNotKnown(now)
    down = now is not None and versions().index(to) < versions().index(now)
    config = _config()
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, to)
