"""R16: a backup taken under load by the real command, restored elsewhere, holds all that was answered before it began.

Long, the hall has 10^6 tickets first, and backup and restore together take at most five minutes. The control is a
plain copy of the database file, as somebody who does not know better would make it.
"""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import gevent

from contract import commands as c
from server.storage.backup import opened
from server.storage.database import NAME
from tests.promises.checkers import Database, answered_is_kept, everything
from tests.promises.heard import Heard
from tests.promises.history import Asked
from tests.promises.rounds import LONG, proving, rounds, time_is_up
from tests.server.hall_kit import CODE, HALLS, K1, K2, HallOnDisk, document, set_up
from tests.server.storage.year_of_data import grow

ROOT = HALLS.parents[1]
WANTED = 1_000_000
A_DAY = 4_000
AT_MOST_S = 300
BEFORE = 40  # tickets under load before the backup begins


@contextmanager
def load(heard: Heard) -> Iterator[None]:
    """People take numbers and clerks serve, all the while."""

    def taking(number: int) -> None:
        while True:
            heard.ask(c.TakeNumber(line="A"), (K1, K2)[number % 2])
            gevent.sleep(0.03)

    def serving(no: str) -> None:
        while True:
            if heard.hall.waiting("A"):
                heard.hall.serve(no)
            gevent.sleep(0.1)

    working: list[gevent.Greenlet[..., None]] = [gevent.spawn(taking, number) for number in range(4)]
    working += [gevent.spawn(serving, no) for no in ("101", "102")]
    try:
        yield
    finally:
        gevent.killall(working)
        for one in working:
            assert one.exception is None, one.exception


def paihao(*words: str) -> str:
    """The real command; the hall goes on meanwhile."""
    done = gevent.spawn(_run, [sys.executable, "paihao.py", *words])
    return str(done.get())


def _run(command: list[str]) -> str:
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while process.poll() is None:
            gevent.sleep(0.05)
        said = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, said
    return said


def answered(heard: Heard) -> list[Asked]:
    """What was answered so far."""
    return [one for one in heard.asked if one.answers]


def hall_with(folder: Path, tickets: int) -> HallOnDisk:
    """A hall that has given so many numbers before."""
    folder.mkdir()
    if not tickets:
        set_up(folder, document("demo"))
        return HallOnDisk(folder)
    for _ in grow(folder, tickets // A_DAY, A_DAY):
        if time_is_up():
            break
    with closing(sqlite3.connect(folder / NAME)) as connection:
        return HallOnDisk(folder, connection.execute("SELECT time_ms FROM halls").fetchone()[0])


def lacks(file: Path, asked: list[Asked], since: int) -> list[str]:
    """What the restored hall lacks of what was answered; beside a million old tickets only what is new is looked at."""
    return list(answered_is_kept(Database(file, CODE, since), asked)) if LONG else everything(file, CODE, asked)


def test_a_backup_under_load_is_restored_elsewhere_with_all_that_was_answered(tmp_path: Path) -> None:
    with proving("R16", "tickets", WANTED) as result:
        hall = hall_with(tmp_path / "data", rounds(0, WANTED))
        hall.open()
        since = hall.head
        hall.sit("101", "102")
        heard = Heard(hall)
        file = tmp_path / "b.backup.zip"
        with load(heard):
            while len(answered(heard)) < BEFORE:
                gevent.sleep(0.01)
            owed = answered(heard)
            shutil.copy(hall.file, tmp_path / NAME)  # the control, at the same moment
            begun, revision = time.monotonic(), hall.head
            paihao("backup", "--data", str(hall.folder), str(file))
            backed_up = time.monotonic()
            after = len(answered(heard))
        hall.close()
        assert after > len(owed), "nothing happened during the backup"
        paihao("restore", str(file), "--data", str(tmp_path / "elsewhere"))
        took, backup_s = time.monotonic() - begun, backed_up - begun
        with opened(file) as (manifest, _):
            assert manifest.halls[CODE].revision >= revision
            result.reached = manifest.rows["tickets"]
        assert lacks(tmp_path / "elsewhere" / NAME, owed, since) == []
        assert result.reached >= BEFORE
        if LONG:
            assert took <= AT_MOST_S, f"{took:.0f} s"
        goes_on = HallOnDisk(tmp_path / "elsewhere", hall.now_ms)
        goes_on.open()
        assert goes_on.take("A").number
        goes_on.close()

        lost = _lost(tmp_path / NAME, owed)
        assert lost, "the control lost nothing"
        size = file.stat().st_size / 1e6
        result.figure = (
            f"0 of {len(owed):,} answers lost; backup {backup_s:.0f} s under load "
            f"({after - len(owed):,} commands meanwhile), restore with all checks {took - backup_s:.0f} s, "
            f"{size:.0f} MB"
        )
        result.control = f"a plain copy of the file lost {lost:,} of {len(owed):,} answers"


def _lost(copy: Path, asked: list[Asked]) -> int:
    """How many of the answers a copy does not hold."""
    with closing(sqlite3.connect(copy)) as connection:
        try:
            keys = {row[0] for row in connection.execute("SELECT key FROM replies")}
        except sqlite3.DatabaseError:
            return len(asked)
    return sum(one.key not in keys for one in asked)
