"""The schema of a PostgreSQL database: the same tables, moved whole or not at all, and never under a working server."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event
from sqlalchemy.engine import Engine

from server.command.schema import schema
from server.storage import postgres as postgres_module
from server.storage import tables
from server.storage.postgres import PostgresDatabase
from server.storage.schema import DatabaseRefused, SchemaNotKnown, versions
from server.storage.which import remember
from tests.server.api.running_server import ROOT, until
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.private_postgres import PrivatePostgres

pytestmark = pytest.mark.databases


@pytest.fixture
def empty(postgres: PrivatePostgres) -> Iterator[str]:
    """A new database."""
    name = postgres.make()
    yield name
    postgres.drop(name)


COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"
)
INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes "
    "WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
)


def test_the_migrations_lead_to_the_tables_of_the_code_and_back(postgres: PrivatePostgres, empty: str) -> None:
    database = PostgresDatabase(postgres.url(empty))
    database.look()
    database.look()  # a second time there is nothing to do
    found = postgres.rows(empty, COLUMNS)
    assert {(row[0], row[1]) for row in found} == {
        (table.name, column.name) for table in tables.metadata.tables.values() for column in table.columns
    }
    keys = dict(postgres.rows(empty, INDEXES))
    for index in ("one_open_visit", "one_visit_in_hand", "sessions_alive", "told_late"):
        assert "WHERE" in keys[index], "an index of some rows only"
    assert all("(hall" in text for name, text in keys.items() if name.endswith("_pkey"))
    for version in reversed(versions()[:-1]):
        database.move(version)
        assert database.version() == version
    database.move(versions()[-1])
    assert (postgres.rows(empty, COLUMNS), dict(postgres.rows(empty, INDEXES))) == (found, keys)


def test_a_move_that_breaks_in_the_middle_changes_nothing(postgres: PrivatePostgres, empty: str) -> None:
    database = PostgresDatabase(postgres.url(empty))
    database.move("0001")
    before = postgres.rows(empty, COLUMNS)

    def break_off(_conn: object, _cursor: object, sql: str, *_more: object) -> None:
        if "CREATE TABLE leases" in sql:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", break_off)
    try:
        with pytest.raises(KeyboardInterrupt):
            database.move(versions()[-1])
    finally:
        event.remove(Engine, "before_cursor_execute", break_off)
    assert (database.version(), postgres.rows(empty, COLUMNS)) == ("0001", before)


def nobody_is_in(postgres: PrivatePostgres, name: str) -> None:
    """Wait until PostgreSQL has ended the sessions of who hung up: until then they keep what they had locked."""
    until(lambda: postgres.rows("postgres", _OTHERS.format(name)) == [], "their sessions end")


def test_a_server_at_work_keeps_the_schema_and_another_version_is_not_let_in(hall: HallInPostgres) -> None:
    database = hall.database
    with pytest.raises(DatabaseRefused, match="stop the servers"):
        database.move("0004")
    hall.close()
    nobody_is_in(hall.postgres, hall.name)
    database.move("0004")
    with pytest.raises(DatabaseRefused, match="pg_dump"):
        database.look()
    with pytest.raises(DatabaseRefused, match="0004"), closing(database.store()):
        pass
    nobody_is_in(hall.postgres, hall.name)
    database.move(versions()[-1])
    with psycopg.connect(hall.postgres.url(hall.name)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaNotKnown, match="9999"):
        database.look()
    with psycopg.connect(hall.postgres.url(hall.name)) as back:
        back.execute("UPDATE alembic_version SET version_num = %s", (versions()[-1],))
    hall.open()
    assert hall.take("A").number == "A001"


def test_a_database_in_another_encoding_is_refused(postgres: PrivatePostgres) -> None:
    postgres.do("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(DatabaseRefused, match="LATIN1"):
        PostgresDatabase(postgres.url("latin")).look()
    postgres.drop("latin")


def test_a_database_that_cannot_be_reached_is_said_without_its_password(postgres: PrivatePostgres) -> None:
    database = PostgresDatabase(f"postgresql://paihao:geheim@/nowhere?host={postgres.folder}")
    with pytest.raises(DatabaseRefused, match="nowhere") as refused:
        database.look()
    assert "geheim" not in str(refused.value)


@contextmanager
def moving(database: PostgresDatabase, data: Path, to: str) -> Iterator[subprocess.Popen[bytes]]:
    """`paihao schema --to`, which stands in the middle because somebody holds a table it needs; killed in any case."""
    remember(data, database.url)
    command = [sys.executable, "paihao.py", "schema", "--to", to, "--data", str(data)]
    with psycopg.connect(database.url) as holder:
        holder.execute("LOCK TABLE tickets")
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            with psycopg.connect(database.url, autocommit=True) as looking:
                until(lambda: looking.execute(_WAITS).fetchone() is not None, "it stands in the middle")
            yield process
            process.kill()


_WAITS = (
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'paihao' AND datname = current_database() "
    "AND wait_event_type = 'Lock'"
)


def test_a_move_while_another_is_under_way_is_refused_and_one_that_is_killed_is_none(
    postgres: PrivatePostgres, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = PostgresDatabase(postgres.url(empty))
    database.look()
    quick = postgres_module._SESSION.replace("'5s'", "'50ms'")
    monkeypatch.setattr(postgres_module, "_SESSION", quick)

    def bring(to: str) -> Result:
        return CliRunner().invoke(schema, ["--to", to, "--data", str(tmp_path)])

    with moving(database, tmp_path, "0005"):
        second = bring("0005")
        assert (second.exit_code, "等它完成" in second.output) == (2, True), second.output
        with pytest.raises(DatabaseRefused, match="being moved"), closing(database.store()):
            pass  # a server that starts meanwhile, or comes back to its database
    nobody_is_in(postgres, empty)
    assert database.version() == versions()[-1]
    for to in ("0005", "0005", versions()[-1], versions()[-1]):
        done = bring(to)
        assert (done.exit_code, f"{to}" in done.output) == (0, True), done.output
        assert database.version() == to


_OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = '{}'"
