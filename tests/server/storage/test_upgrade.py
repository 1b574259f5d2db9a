"""From every released schema to the present and back: no row is lost, and an upgrade that is cut leaves the old one."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.command.schema import schema
from server.reports.doctor import examine_all
from server.storage.backup import opened
from server.storage.backup_faults import BackupStopped, Fault
from server.storage.data_folder import DataFolder
from server.storage.database import NAME, Database
from server.storage.restore import restore
from server.storage.schema import SchemaNotKnown, move, version_of, versions
from server.storage.upgrade import bring
from tests.server.hall_kit import HALLS
from tests.server.storage.frozen_day import FROZEN, thaw
from tests.server.storage.upgrading_program import left

RELEASED = sorted(file.name.partition(".")[0] for file in FROZEN.iterdir())
OLDEST, NEWEST = versions()[0], versions()[-1]
ROOT = HALLS.parents[1]
Rows = dict[str, list[tuple[object, ...]]]


def rows(file: Path, columns: dict[str, list[str]] | None = None) -> Rows:
    """Every table's rows, in the columns of an earlier look if there was one."""
    columns = columns if columns is not None else columns_of(file)
    with closing(sqlite3.connect(file)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {','.join(names)} FROM {table}").fetchall(), key=repr)
            for table, names in columns.items()
        }


def columns_of(file: Path) -> dict[str, list[str]]:
    """The columns of each table, quoted."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: [f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})")]
            for table in sorted(tables)
            if table != "alembic_version"
        }


def findings(folder: Path) -> list[str]:
    return [f"{one.invariant}: {one.what}" for all_ in examine_all(Database(folder)).values() for one in all_]


def test_there_is_a_database_of_a_released_program() -> None:
    assert "0004" in RELEASED


@pytest.mark.parametrize("version", RELEASED)
def test_a_released_database_goes_up_down_and_up_again_and_stays_the_same(tmp_path: Path, version: str) -> None:
    file = thaw(version, tmp_path)
    columns = columns_of(file)
    before = rows(file)
    assert len(before["journal"]) > 100
    for _ in range(2):
        bring(tmp_path)
        assert version_of(file) == NEWEST
        assert rows(file, columns=columns) == before
        assert findings(tmp_path) == []
        bring(tmp_path, version)
        assert (version_of(file), columns_of(file), rows(file)) == (version, columns, before)


@pytest.mark.parametrize("version", RELEASED)
def test_before_the_schema_changes_a_backup_is_made_and_only_then(tmp_path: Path, version: str) -> None:
    file = thaw(version, tmp_path)
    move(file, OLDEST)
    before = rows(file)
    kept = bring(tmp_path)
    assert kept == tmp_path / f"before-{NEWEST}.backup.zip"
    with opened(kept) as (manifest, _):
        assert manifest.schema_version == OLDEST
        assert {table: len(found) for table, found in before.items()} | {"alembic_version": 1} == manifest.rows
    assert bring(tmp_path) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == [kept.name, NAME]


def test_without_room_for_the_backup_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = thaw(RELEASED[0], tmp_path)
    move(file, OLDEST)
    before = rows(file)

    def full(_folder: Path, to: Path) -> None:
        raise BackupStopped(Fault.NO_SPACE, to)

    monkeypatch.setattr("server.storage.upgrade.write_backup", full)
    with pytest.raises(BackupStopped):
        bring(tmp_path)
    assert (version_of(file), rows(file)) == (OLDEST, before)


def kills(folder: Path, *more: str) -> list[dict[str, str]]:
    """What each kill left behind, and the end."""
    command = [sys.executable, "-m", "tests.server.storage.upgrading_program", str(folder), *more]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in said.splitlines()]


def test_an_upgrade_that_is_killed_anywhere_leaves_the_old_schema_and_the_next_start_does_it(tmp_path: Path) -> None:
    file = thaw(RELEASED[0], tmp_path)
    move(file, OLDEST)
    before, columns, was = rows(file), columns_of(file), left(file)
    *killed, end = kills(tmp_path)
    assert len(killed) > len(versions())
    assert [one for one in killed if one != was] == []
    assert end["schema"] == NEWEST
    assert rows(file, columns=columns) == before
    assert findings(tmp_path) == []


def test_without_the_transaction_a_killed_upgrade_leaves_half_of_it(tmp_path: Path) -> None:
    file = thaw(RELEASED[0], tmp_path)
    move(file, OLDEST)
    was = left(file)
    half = kills(tmp_path, "loose")[-1]
    assert half["schema"] == was["schema"] and half["holds"] != was["holds"]


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    file = thaw(RELEASED[0], tmp_path)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(SchemaNotKnown, match="9999"):
        bring(tmp_path)
    assert file.read_bytes() == before
    serve = [sys.executable, "paihao.py", "serve", "--data", str(tmp_path), "--port", "0"]
    said = subprocess.run(serve, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 2
    assert "9999" in said.stderr and "数据版本" in said.stderr and "newer program" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_way_back_is_a_command_that_needs_the_folder_for_itself(tmp_path: Path) -> None:
    file = thaw(RELEASED[0], tmp_path)
    move(file)
    before = rows(file)

    def asked(*more: str) -> Result:
        return CliRunner().invoke(schema, ["--data", str(tmp_path), *more])

    told = asked()
    assert (
        told.exit_code == 0 and f"schema of the data: {NEWEST}" in told.output and " ".join(versions()) in told.output
    )
    server = DataFolder(tmp_path)
    server.lock()
    told = asked("--to", OLDEST)
    assert told.exit_code == 2 and "stop the server" in told.output and version_of(file) == NEWEST
    server.unlock()
    told = asked("--to", RELEASED[0])
    assert told.exit_code == 0 and f"before-{RELEASED[0]}.backup.zip" in told.output
    assert version_of(file) == RELEASED[0]
    restore(tmp_path / f"before-{RELEASED[0]}.backup.zip", tmp_path / "again", lambda _folder: [])
    assert rows(tmp_path / "again" / NAME) == before
    assert asked("--to", "no such").exit_code == 2
    assert CliRunner().invoke(schema, ["--data", str(tmp_path / "none")]).exit_code == 2
