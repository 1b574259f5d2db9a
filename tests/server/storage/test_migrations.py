"""From every earlier schema to the present one and back: the same tables as a new database, and nothing lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from server.storage import tables
from server.storage.database import Database


def moved(folder: Path, to: str, *, up: bool) -> None:
    """Bring the folder's database to a schema, as Database.upgrade does."""
    config = Config()
    config.set_main_option("script_location", "server.storage:migrations")
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{Database(folder).path}", poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, to)
    engine.dispose()


def columns(folder: Path) -> dict[str, set[tuple[str, str, int]]]:
    """Name, type and "not null" of every column."""
    with closing(sqlite3.connect(Database(folder).path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: {(row[1], row[2], row[3]) for row in connection.execute(f"PRAGMA table_info({name})")}
            for name in names
            if name != "alembic_version"
        }


def versions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "server.storage:migrations")
    config.set_main_option("path_separator", "os")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def test_the_migrations_lead_to_the_tables_of_the_code(tmp_path: Path) -> None:
    Database(tmp_path).upgrade()
    found = columns(tmp_path)
    assert {name: {column[0] for column in found[name]} for name in found} == {
        table.name: {column.name for column in table.columns} for table in tables.metadata.tables.values()
    }


@pytest.mark.parametrize("version", versions()[:-1])
def test_an_older_schema_comes_up_and_goes_down_again(tmp_path: Path, version: str) -> None:
    moved(tmp_path, version, up=True)
    before = columns(tmp_path)
    with closing(sqlite3.connect(Database(tmp_path).path)) as connection, connection:
        connection.execute("INSERT INTO halls VALUES ('LJ', 1, 7, '2026-10-12', 1, NULL, 'x', 5)")
    Database(tmp_path).upgrade()
    assert columns(tmp_path) != before
    moved(tmp_path, version, up=False)
    assert columns(tmp_path) == before
    with closing(sqlite3.connect(Database(tmp_path).path)) as connection:
        assert connection.execute("SELECT revision FROM halls").fetchall() == [(7,)]
