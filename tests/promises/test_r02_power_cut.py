"""R2: what was answered survives a power cut at any moment, whatever the disk kept of what was not synced.

The server's own writer works through a recording file system with its own statements and pragmas, on apsw's build of
SQLite; each image is opened by the build that the server uses. The control is the same with `synchronous=NORMAL`.
"""

import random
import sqlite3
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import apsw

from contract import commands as c
from server.reports.doctor import examine_all
from server.storage.database import NAME, PRAGMAS, Database
from server.storage.orders import Answer
from server.storage.writer import Writer
from tests.promises.power_cut import Op, Recorder, images, recorded_connection
from tests.promises.rounds import proving, rounds, time_is_up
from tests.server.hall_kit import DESK, K1, HallOnDisk, document, set_up

WANTED = 10_000
AT_ONCE = 6
A_PASS = 500
EVERY = 100  # images between two that the doctor sees
_MEMORY = Path("/dev/shm")
_number = count(1)


@dataclass
class Run:
    """What the disk was told, and what was answered when: (how many operations were done, key, body)."""

    before: dict[str, bytes]
    ops: list[Op]
    answered: list[tuple[int, str, bytes]]


def record(folder: Path, rounds_: int, pragmas: tuple[str, ...]) -> Run:
    """Let a hall work for some rounds on a recorded disk."""
    set_up(folder, document("demo"))
    before = {NAME: (folder / NAME).read_bytes()}
    recorder = Recorder(f"recorder{next(_number)}")
    run = Run(before, recorder.ops, [])

    class OnPaper(Database):
        def writer_connection(self) -> Any:
            return recorded_connection(self.path, recorder, pragmas)

    class Recorded(Writer):
        def __init__(self, database: Database, *more: Any) -> None:
            super().__init__(OnPaper(database.path.parent), *more)

        def _transaction(self, batch: Any) -> Any:
            answers = super()._transaction(batch)
            for waiting, answer in zip(batch, answers, strict=True):
                assert isinstance(answer, Answer)
                run.answered.append((len(recorder.ops), waiting.order.key, answer.body))
            return answers

    hall = HallOnDisk(folder, kind=Recorded)
    hall.open()
    hall.sit("101", "102")
    for _ in range(rounds_):
        hall.together((c.TakeNumber(line="A"), K1) for _ in range(AT_ONCE))
        for no in ("101", "102"):
            hall.rate(hall.serve(no).visit)
        hall.ask(c.Cancel(ticket=hall.take("B").ticket), DESK)
    hall.close()
    recorder.unregister()
    return run


@contextmanager
def opened(files: dict[str, bytearray]) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """The image as the next start finds it."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        with closing(sqlite3.connect(Path(name) / NAME)) as connection:
            yield Path(name), connection


def judge(run: Run, how_many: int, rng: random.Random) -> tuple[int, int, list[str]]:
    """So many images of the run; how many were judged, the answers they should have held, and what was wrong.

    In several passes over the whole run, so that one that is ended early has seen all of it.
    """
    times = [at for at, _, _ in run.answered]
    judged = owed = 0
    wrong: list[str] = []
    while judged < how_many and not time_is_up():
        moments = sorted(rng.randint(0, len(run.ops)) for _ in range(min(A_PASS, how_many - judged)))
        for moment, files in images(run.before, run.ops, moments, rng):
            kept = run.answered[: bisect_right(times, moment)]
            wrong += [f"at {moment}: {what}" for what in _wrong(files, kept, whole=judged % EVERY == 0)]
            owed += len(kept)
            judged += 1
    return judged, owed, wrong


def _wrong(files: dict[str, bytearray], kept: list[tuple[int, str, bytes]], *, whole: bool) -> Iterator[str]:
    """What one image lacks of the answers it must hold, and whether it holds together; `whole`: ask the doctor too."""
    with opened(files) as (folder, connection):
        state = connection.execute("PRAGMA integrity_check").fetchall()
        stored: dict[str, bytes] = dict(connection.execute("SELECT key, body FROM replies"))
        head = connection.execute("SELECT revision FROM halls").fetchone()[0]
        entries = connection.execute("SELECT COUNT(*), MAX(revision) FROM journal").fetchone()
        if state != [("ok",)] or entries != (head, head):
            yield f"{state[0][0]}, {entries}, head {head}"
        lost = [key for _, key, body in kept if stored.get(key) != body]
        if lost:
            yield f"{len(lost)} of {len(kept)} answers are lost"
        if whole:
            yield from (str(one) for found in examine_all(Database(folder)).values() for one in found)


def test_a_power_cut_loses_nothing_that_was_answered_and_without_full_syncs_it_does(tmp_path: Path) -> None:
    with proving("R2", "images", WANTED) as result:
        folder = tmp_path / "normal"
        folder.mkdir()
        hasty = tuple("synchronous=NORMAL" if one.startswith("synchronous") else one for one in PRAGMAS)
        assert hasty != PRAGMAS
        tried, _, lost = judge(record(folder, rounds(45, 200), hasty), rounds(60, 200), result.rng)
        assert lost, "the control lost nothing: the syncs were not needed"

        folder = tmp_path / "full"
        folder.mkdir()
        run = record(folder, rounds(45, 200), PRAGMAS)
        syncs = sum(op.kind == "sync" for op in run.ops)
        checkpoints = sum(op.kind == "sync" and op.file == NAME for op in run.ops)
        assert len(run.answered) > 500 and checkpoints, "no checkpoint was recorded"
        result.reached, owed, wrong = judge(run, rounds(60, WANTED), result.rng)
        assert owed and wrong == []
        result.figure = (
            f"0 of {owed:,} answers lost, integrity whole; {len(run.ops):,} writes and syncs recorded "
            f"({syncs:,} syncs, {checkpoints} checkpoints) on SQLite {apsw.sqlite_lib_version()}, "
            f"opened by {sqlite3.sqlite_version}"
        )
        result.control = f"synchronous=NORMAL: {len(lost):,} of {tried:,} images lost answers"
