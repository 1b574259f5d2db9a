"""Whether a server says truly that it can serve, and why not: each reason brought about in earnest."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import gevent
import pytest
from gevent import monkey
from gevent.event import Event

from contract import commands as c
from server.monitoring.command_line import CommandLine
from server.monitoring.readiness import SENTENCES, STUCK_S, NotReady, Readiness
from server.monitoring.sqlite_probe import SqliteProbe
from server.monitoring.tally import Tally
from server.storage.database import NAME
from server.storage.orders import Order
from server.storage.writer import Writer
from tests.server.api.running_server import WITHIN_S, RunningServer, until
from tests.server.hall_kit import CODE, K1, HallOnDisk, document, new_key, set_up


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hall")
    set_up(folder, document("demo"))
    return folder


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    """A data folder of one's own, to break."""
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    return copy


def probe_of(folder: Path) -> SqliteProbe:
    return SqliteProbe(folder, 0, waits_s=0.05)


def test_a_sound_folder_is_ready_and_looking_leaves_nothing_behind(folder: Path) -> None:
    before = sorted(file.name for file in folder.iterdir())
    assert probe_of(folder)() == []
    assert sorted(file.name for file in folder.iterdir()) == before


def test_a_database_that_was_deleted(folder: Path) -> None:
    probe = probe_of(folder)
    (folder / NAME).unlink()
    assert probe() == [NotReady.DATABASE_GONE]


def test_a_database_that_was_replaced_under_the_server(folder: Path) -> None:
    probe = probe_of(folder)
    shutil.copy(folder / NAME, folder / "other")
    (folder / "other").replace(folder / NAME)
    assert probe() == [NotReady.DATABASE_GONE]


def test_a_database_that_was_overwritten(folder: Path) -> None:
    probe = probe_of(folder)
    with (folder / NAME).open("r+b") as file:
        file.write(b"no database" * 100)
    assert probe() == [NotReady.DATABASE_DAMAGED]


def test_a_program_that_holds_the_lock(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert probe_of(folder)() == [NotReady.DATABASE_LOCKED]
        other.execute("ROLLBACK")
        assert probe_of(folder)() == []


def test_data_of_another_schema(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '0001'")
    assert probe_of(folder)() == [NotReady.SCHEMA]


def test_a_disk_that_takes_no_byte_more(folder: Path) -> None:
    probe, before = probe_of(folder), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        found = probe()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found == [NotReady.DISK_FULL]
    assert probe() == []


def test_a_disk_with_less_room_than_was_asked_for(folder: Path) -> None:
    assert SqliteProbe(folder, 10**18)() == [NotReady.DISK_FULL]


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """As after a fault of the disk, when the kernel lets nobody write any more."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    mount = ["mount", "--bind", str(folder), str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_folder_that_can_only_be_read(folder: Path) -> None:
    with read_only(folder):
        assert probe_of(folder)() == [NotReady.NOT_WRITABLE]


def test_a_disk_that_does_not_answer_is_asked_once() -> None:
    silent, asked = monkey.get_original("_thread", "allocate_lock")(), []  # it knows nothing of our loop
    silent.acquire()

    def hangs() -> list[NotReady]:
        asked.append(1)
        with silent:
            return []

    readiness = Readiness(hangs, lambda: 0.0, answers_s=0.05)
    try:
        assert readiness.reasons() == [NotReady.DISK_SILENT]
        until(lambda: asked, "the thread asks")
        assert readiness.reasons() == [NotReady.DISK_SILENT]
        assert len(asked) == 1
    finally:
        silent.release()
    until(lambda: readiness.reasons() == [], "the disk answers")
    readiness.stopping()


class _SilentDisk(Writer):
    """Its COMMIT waits until the disk answers."""

    answers = Event()

    def _commit(self) -> None:
        self.answers.wait()
        super()._commit()


def test_a_writer_that_waits_for_its_disk(folder: Path) -> None:
    hall = HallOnDisk(folder, kind=_SilentDisk)
    hall.open()
    now = [0.0]
    line = CommandLine(hall.writer.submit, Tally(), lambda: now[0])
    readiness = Readiness(lambda: [], line.oldest_s)
    taking = gevent.spawn(line.submit, Order(CODE, new_key(), K1, c.TakeNumber(line="A")))
    gevent.sleep(0)
    assert (line.waiting, readiness.reasons()) == (1, [])
    now[0] = STUCK_S + 1
    assert readiness.reasons() == [NotReady.WRITER_STUCK]
    _SilentDisk.answers.set()
    assert not taking.get(timeout=WITHIN_S).refused
    assert (line.waiting, readiness.reasons()) == (0, [])
    readiness.stopping()
    hall.close()


def test_a_server_that_stops_says_so() -> None:
    readiness = Readiness(lambda: [], lambda: 0.0)
    assert readiness.reasons() == []
    readiness.stopping()
    assert readiness.reasons() == [NotReady.STOPPING]


def test_every_reason_has_its_sentences() -> None:
    assert SENTENCES.keys() == set(NotReady)


def test_a_running_server_tells_its_reasons_and_is_ready_again(own_server_for_all: RunningServer) -> None:
    server = own_server_for_all

    def schema_is(version: str) -> None:
        with closing(sqlite3.connect(server.data / NAME, timeout=10)) as other, other:
            other.execute("UPDATE alembic_version SET version_num = ?", (version,))

    def ready() -> tuple[int, list[str]]:
        answer = server.get("/ready")
        return answer.status_code, [reason["code"] for reason in answer.json()["reasons"]]

    with closing(sqlite3.connect(server.data / NAME)) as other:
        present = other.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    assert ready() == (200, [])
    schema_is("0001")
    until(lambda: ready() == (503, ["schema"]), "it says so")
    assert server.get("/health").status_code == 200  # it is alive, and nobody should restart it for that
    assert 'paihao_not_ready{reason="schema"} 1.0' in server.get("/metrics").text
    schema_is(present)
    until(lambda: ready() == (200, []), "it is ready again")
    assert "paihao_ready 1.0" in server.get("/metrics").text
