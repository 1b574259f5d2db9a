"""The halls of a SQLite file move into PostgreSQL whole, once, and into nothing but an empty database."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from server.command.migrate_database import BEFORE, migrate_database
from server.reports.doctor import examine_all
from server.storage.data_folder import DataFolder
from server.storage.database import NAME
from server.storage.which import ADDRESS, address_of
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.hall_kit import HALLS, HallOnDisk, document, memory_of, set_up
from tests.server.private_postgres import PrivatePostgres

pytestmark = pytest.mark.databases
TABLES = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def target(postgres: PrivatePostgres) -> Iterator[str]:
    """An empty database."""
    name = postgres.make()
    yield name
    postgres.drop(name)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a hall in which something happened."""
    folder = tmp_path / "data"
    folder.mkdir()
    set_up(folder, document("demo"))
    hall = HallOnDisk(folder)
    hall.open()
    hall.sit("101", "102")
    for _ in range(5):
        hall.take("A")
    hall.rate(hall.serve("101").visit)
    hall.call("102")
    hall.close()
    return folder


def moved(data: Path, url: str) -> Result:
    return CliRunner().invoke(migrate_database, [url, "--data", str(data)])


def test_everything_is_there_and_the_hall_goes_on(postgres: PrivatePostgres, target: str, data: Path) -> None:
    before = HallOnDisk(data)
    before.open()
    rows, memory = before.rows(), memory_of(before.day_in_memory)
    before.close()
    folder = DataFolder(data)
    folder.lock()
    busy = moved(data, postgres.url(target))
    assert (busy.exit_code, "stop the server" in busy.output) == (2, True)
    folder.unlock()
    done = moved(data, postgres.url(target))
    assert done.exit_code == 0, done.output
    assert "tickets: 5" in done.output
    after = HallInPostgres(data, before.now_ms, postgres=postgres, name=target)
    after.open()
    assert after.rows() == rows
    assert memory_of(after.day_in_memory) == memory
    assert examine_all(after.database)["LJ"] == []
    assert after.take("A").number == "A006"
    after.close()
    assert (address_of(data), (data / NAME).exists(), (data / BEFORE).exists()) == (postgres.url(target), False, True)
    assert (data / ADDRESS).stat().st_mode & 0o077 == 0
    again = moved(data, postgres.url(target))
    assert (again.exit_code, "already" in again.output) == (2, True)


def test_a_target_that_is_not_empty_is_left_alone(postgres: PrivatePostgres, target: str, data: Path) -> None:
    postgres.do("CREATE TABLE somebody_elses (x int)", target)
    refused = moved(data, postgres.url(target))
    assert (refused.exit_code, "not empty" in refused.output) == (2, True)
    assert postgres.rows(target, TABLES) == [(1,)]
    assert address_of(data) is None and (data / NAME).exists()


def test_a_chain_that_does_not_hold_is_not_moved(postgres: PrivatePostgres, target: str, data: Path) -> None:
    with closing(sqlite3.connect(data / NAME)) as connection, connection:
        connection.execute("UPDATE journal SET why = 'x' WHERE revision = 5")
    refused = moved(data, postgres.url(target))
    assert (refused.exit_code, "revision 5" in refused.output) == (2, True)
    assert postgres.rows(target, TABLES) == [(0,)]
    assert address_of(data) is None and (data / NAME).exists()


def test_a_second_one_is_refused_and_after_a_kill_nothing_is_there_and_it_can_be_done_again(
    postgres: PrivatePostgres, target: str, data: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "paihao.py", "migrate-database", postgres.url(target), "--data", str(data)]
    with psycopg.connect(postgres.url(target)) as holder:
        # ANALYZE, the last thing before the end, must wait for this.
        holder.execute("LOCK TABLE pg_catalog.pg_statistic IN ACCESS EXCLUSIVE MODE")
        environ = {**os.environ, "PYTHONUTF8": "1"}
        with subprocess.Popen(command, cwd=HALLS.parents[1], env=environ, stderr=subprocess.PIPE) as moving:
            deadline = time.monotonic() + 60
            while not postgres.rows("postgres", _WAITING):
                assert moving.poll() is None and time.monotonic() < deadline
                time.sleep(0.02)
            same_folder = moved(data, postgres.url(target))
            assert (same_folder.exit_code, "is using" in same_folder.output) == (2, True)
            shutil.copytree(data, tmp_path / "copy")
            same_target = moved(tmp_path / "copy", postgres.url(target))
            assert (same_target.exit_code, "another move" in same_target.output) == (2, True)
            moving.send_signal(signal.SIGKILL)
    while postgres.rows("postgres", _THERE.format(target)):
        time.sleep(0.02)
    assert postgres.rows(target, TABLES) == [(0,)]
    assert address_of(data) is None and (data / NAME).exists()
    assert moved(data, postgres.url(target)).exit_code == 0


_WAITING = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'paihao' AND wait_event_type = 'Lock'"
_THERE = "SELECT 1 FROM pg_stat_activity WHERE datname = '{}'"
