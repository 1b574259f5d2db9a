"""The server's disk fills while numbers are taken, and is freed again: refused in words, nothing lost, no restart."""

import os
import resource
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from drivers.simulators.escpos_printer import EscposPrinter
from tests.journeys.counter import take
from tests.journeys.hall import Hall
from tests.journeys.staging import open_hall, printer_settings
from tests.terminal.hall_outside import until

WITHIN_S = 60.0
DISK = 6 * 1024 * 1024
TOUCH = {"line": "A", "language": "zh"}


@contextmanager
def small_disk(at: Path) -> Iterator[bool]:
    """A file system of a few megabytes at the folder; False where this machine does not let us have one."""
    at.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(at)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(at)], check=True)


def fill(folder: Path) -> Callable[[], None]:
    """Write until nothing more goes in; what frees it again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return ballast.unlink


def forbid_growth(hall: Hall) -> Callable[[], None]:
    """The nearest thing without a small disk: the server's files may grow no more. What allows it again."""
    assert hall.server is not None
    pid = hall.server.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    return lambda: (resource.prlimit(pid, resource.RLIMIT_FSIZE, before), None)[1]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[tuple[Hall, EscposPrinter, Callable[[], Callable[[], None]]]]:
    """The hall, its kiosk's printer, and what fills the server's disk."""
    with ExitStack() as stack:
        mounted = stack.enter_context(small_disk(tmp_path / "data"))
        printer = stack.enter_context(EscposPrinter())
        hall = stack.enter_context(open_hall(tmp_path))
        hall.add_agent("kiosk", "K1", ["--zone", "A"], printer_settings(printer, "text")).start()
        if not mounted:
            warnings.warn(
                "no small disk could be mounted; the server's files are kept from growing instead", stacklevel=1
            )
        yield hall, printer, lambda: fill(hall.data) if mounted else forbid_growth(hall)


@pytest.mark.filterwarnings("default:no small disk")
def test_a_full_disk_is_said_and_numbers_go_on_when_it_is_free(
    stage: tuple[Hall, EscposPrinter, Callable[[], Callable[[], None]]],
) -> None:
    hall, printer, fill_disk = stage
    with hall.agents["K1"].page() as kiosk:
        until(lambda: kiosk.agent["printer"]["state"] == "ready", "the printer is ready", WITHIN_S)
        given = [take(kiosk)["number"]]
        free = fill_disk()
        refusals: list[str] = []

        def refused() -> bool:
            """Small writes may still find room in the log; each of them must then be there for good."""
            answer = kiosk.do("take_number", TOUCH)
            if answer.status_code == 200:
                given.append(answer.json()["number"])
                return False
            assert (answer.status_code, answer.json()["code"]) == (409, "disk_full"), answer.text
            assert answer.json()["sentence"]["zh"] and answer.json()["what_to_do"]["zh"]
            refusals.append(answer.json()["code"])
            return len(refusals) == 12

        until(refused, "the kiosk says that the disk is full", WITHIN_S)
        assert requests.get(f"{hall.url}/health", timeout=10).ok
        assert kiosk.agent["connected"]

        free()
        until(lambda: _taken(kiosk.do("take_number", TOUCH), given), "numbers are given again", WITHIN_S)
        given.append(take(kiosk)["number"])
        assert hall.server is not None and hall.server.ended is None
        assert [label for (label,) in hall.rows("SELECT label FROM tickets ORDER BY id")] == given
        assert given == [f"A{number:03}" for number in range(1, len(given) + 1)]
        printer.wait_for_paper(len(given), WITHIN_S)
        until(
            lambda: hall.rows("SELECT count(*) FROM slips WHERE outcome = 'printed'") == [(len(given),)],
            "every slip's outcome has arrived",
            WITHIN_S,
        )
    hall.doctor()


def _taken(answer: requests.Response, given: list[str]) -> bool:
    if answer.status_code == 200:
        given.append(answer.json()["number"])
    return answer.status_code == 200
