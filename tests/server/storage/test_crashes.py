"""A number that was shown survives: the program is killed while it writes, the disk fills up, the server restarts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from contract.words import Audience, Priority
from tests.server.hall_kit import DESK, HALLS, K2, HallOnDisk, copy_of, document, memory_of, set_up

ROOT = HALLS.parents[1]
KILLS = 3
ENOUGH = 60


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    """A hall on the real disk, with a writer that is closed."""
    set_up(tmp_path, document("demo"))
    return tmp_path


def program(folder: Path, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.server.storage.taking_program", str(folder), *more]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUTF8": "1"})


def test_everything_answered_is_there_after_kill_9_and_numbers_go_on_without_gap(on_disk: Path) -> None:
    answered: list[str] = []
    for _ in range(KILLS):
        taking = program(on_disk)
        assert taking.stdout is not None
        for line in taking.stdout:
            answered.append(line.strip())
            if len(answered) % ENOUGH == 0:
                break
        taking.send_signal(signal.SIGKILL)
        answered += taking.communicate()[0].split()
        assert taking.returncode == -signal.SIGKILL
    hall = HallOnDisk(on_disk)
    hall.open()
    labels = [ticket["label"] for ticket in hall.select("tickets")]
    assert len(answered) == len(set(answered)) >= KILLS * ENOUGH
    assert set(answered) <= set(labels)
    assert [ticket["number"] for ticket in hall.select("tickets")] == list(range(1, len(labels) + 1))
    hall.check()
    hall.check_cards()
    hall.close()


def test_a_file_that_cannot_grow_is_a_full_disk_and_it_goes_on_when_it_can(on_disk: Path) -> None:
    taking = program(on_disk, str(400_000))
    said, _ = taking.communicate(timeout=120)
    assert taking.returncode == 0
    words = said.split()
    answered = [word for word in words if word.startswith("A")]
    assert {word for word in words if not word.startswith("A")} == {"disk_full"}
    hall = HallOnDisk(on_disk)
    hall.open()
    assert sorted(answered) == [ticket["label"] for ticket in hall.select("tickets")]
    assert words[-1] == answered[-1]
    hall.check()
    hall.close()


def test_a_restarted_server_shows_the_same_and_goes_on_the_same(hall: HallOnDisk) -> None:
    for line in ("A", "B", "A", "C", "A", "A", "Z-ZH", "A"):
        hall.take(line)
        hall.later(1)
    for _ in range(3):
        hall.take("A", DESK, priority=Priority.ELDERLY, reason="七十岁", print_at="K2")
    hall.call("101")
    hall.later(10)
    hall.call("102")
    hall.recall("101")
    hall.start("102")
    hall.hold("102")
    hall.miss("101")
    hall.serve("101")
    hall.call("101")
    hall.start("101")
    hall.pass_on("C", to_window="107")
    hall.take("A", K2)
    hall.call("107")
    before, memory = hall.now, memory_of(hall.day_in_memory)
    hall.reopen()
    assert memory_of(hall.day_in_memory) == memory
    for audience in Audience:
        assert dict(hall.now.views[audience].cards) == dict(before.views[audience].cards)
    assert (dict(hall.now.lines), hall.now.day, hall.now.head) == (dict(before.lines), before.day, before.head)
    assert hall.take("A").number == "A010"


def test_going_on_after_a_restart_calls_whom_it_would_have_called(hall: HallOnDisk, tmp_path: Path) -> None:
    for i in range(12):
        hall.take("A", DESK, **({"priority": Priority.SOLDIER, "reason": "证件"} if i % 3 == 2 else {}))
    hall.serve("101")
    hall.serve("101")
    hall.serve("101")
    hall.close()
    twin = copy_of(hall.folder, tmp_path / "twin")
    hall.open()
    on, restarted = [], []
    for _ in range(8):
        on.append(hall.call("101").reason)
        hall.start("101")
        hall.finish("101")
        twin.reopen()
        restarted.append(twin.call("101").reason)
        twin.reopen()
        twin.start("101")
        twin.finish("101")
    twin.close()
    assert on == restarted
    assert "priority_turn" in on and "oldest" in on
