"""R15: the disk fills while numbers are taken, and is freed: refused in words, nothing lost, no restart.

The control is a writer that takes a failed commit for a good one.
"""

import os
import resource
import sqlite3
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
import pytest

from contract import commands as c
from server.storage.database import NAME
from server.storage.writer import Writer
from tests.promises.checkers import everything
from tests.promises.heard import Heard
from tests.promises.rounds import proving, rounds, time_is_up
from tests.server.hall_kit import CODE, K1, K2, HallOnDisk, document, set_up

WANTED = 100
DISK_MB = rounds(24, 128)  # what is answered as the disk gets full stays, and is the more the more rounds there are
AT_ONCE = 4
GROWS_TO = 1_000_000  # bytes of any file, where no disk can be made small; more than what pytest captures
REFUSED = 6  # refusals in a round before room is made
NO_SMALL_DISK = "no small disk could be mounted; this process's files are kept from growing instead"


@contextmanager
def small_disk(at: Path) -> Iterator[bool]:
    """A file system of some megabytes at the folder; False where this machine does not let us have one."""
    at.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(at)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0
    if not mounted:
        warnings.warn(NO_SMALL_DISK, stacklevel=1)
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(at)], check=True)


def fill(folder: Path, *, mounted: bool) -> Callable[[], None]:
    """No byte more goes in; what makes room again."""
    if not mounted:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (GROWS_TO, before[1]))
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return ballast.unlink


class Careless(Writer):
    """The control: what the disk did not take is answered as if it had."""

    def _commit(self) -> None:
        try:
            super()._commit()
        except sqlite3.OperationalError:
            self._db.roll_back()


def full_and_free(heard: Heard, folder: Path, *, mounted: bool, tries: int) -> int:
    """One round: as the disk gets full, and on, until enough were refused or tried; how many were refused."""
    refused = _take(heard)
    assert not refused
    free = fill(folder, mounted=mounted)
    try:
        for _ in range(tries):
            refused += _take(heard)
            if refused >= REFUSED:
                break
    finally:
        free()
    assert heard.ask(c.TakeNumber(line="B"), K1)["kind"] == "issued"
    return refused


def _take(heard: Heard) -> int:
    """Some take a number at once; how many are told that the disk is full."""
    asking = [gevent.spawn(heard.ask, c.TakeNumber(line="A"), (K1, K2)[n % 2]) for n in range(AT_ONCE)]
    gevent.joinall(asking, raise_error=True)
    return sum(one.value is not None and one.value.get("code") == "disk_full" for one in asking)


@contextmanager
def hall_on(folder: Path, kind: type[Writer]) -> Iterator[Heard]:
    """A hall on the disk."""
    folder.mkdir()
    set_up(folder, document("demo"))
    hall = HallOnDisk(folder, kind=kind)
    hall.open()
    try:
        yield Heard(hall)
    finally:
        hall.close()


@pytest.mark.filterwarnings("default:no small disk")
def test_a_disk_that_fills_and_is_freed_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    with proving("R15", "rounds", WANTED) as result, small_disk(tmp_path / "disk") as mounted:
        disk, refused = tmp_path / "disk", 0
        wanted = rounds(2, WANTED)
        with hall_on(disk / "data", Writer) as heard:
            while result.reached < wanted and not time_is_up():
                in_round = full_and_free(heard, disk, mounted=mounted, tries=400)
                assert in_round >= REFUSED
                refused += in_round
                result.reached += 1
        assert everything(disk / "data" / NAME, CODE, heard.asked) == []
        given = sum(answer.accepted for one in heard.asked for answer in one.answers)

        found: list[str] = []
        with hall_on(disk / "control", Careless) as careless:
            for _ in range(40):
                full_and_free(careless, disk, mounted=mounted, tries=3 if mounted else 400)
                found = everything(disk / "control" / NAME, CODE, careless.asked)
                if found:
                    break
        assert found, "the control lost nothing: the disk was not full"
        where = f"a tmpfs of {DISK_MB} MB" if mounted else "files kept from growing (no mount allowed here)"
        result.figure = f"0 of {given:,} answers lost, {refused:,} refused in words, no restart; {where}"
        result.control = f"a writer that takes a failed commit for a good one: {len(found)} breaches found"
