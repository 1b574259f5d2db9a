"""Machines whose clocks differ: the hall has one time, which never runs back, and its day turns once."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from server.storage.schema import DatabaseRefused
from tests.server.api.running_server import HALL, ROOT, RunningServer, until
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.databases.pair import SOON_S, Pair
from tests.server.hall_kit import K2

pytestmark = pytest.mark.databases


def times(hall: HallInPostgres) -> list[int]:
    return [entry["at_ms"] for entry in hall.select("journal")]


def test_numbers_taken_in_turns_by_two_clocks_have_times_that_never_run_back(hall: HallInPostgres) -> None:
    ahead = hall.twin()
    ahead.now_ms += 40_000
    numbers = []
    for turn in range(12):
        numbers.append((hall, ahead)[turn % 2].take("A").number)
        hall.later(3)
        ahead.later(3)
    assert numbers == [f"A{no:03d}" for no in range(1, 13)]
    hall.take("B")  # so that this writer's memory is the newest again
    assert times(hall) == sorted(times(hall))
    assert {ticket["day"] for ticket in hall.select("tickets")} == {"2026-10-12"}
    ahead.close()


def test_the_day_turns_once_when_the_first_clock_says_so(hall: HallInPostgres) -> None:
    ahead = hall.twin()
    open_ticket = hall.take("A").ticket
    hall.set_time("2026-10-13 03:59:45")
    ahead.now_ms = hall.now_ms + 30_000
    for one in (hall, ahead, hall, ahead):
        one.look_at_the_clock()
        hall.take("B", K2)  # so that both have the newest
        ahead.take("B", K2)
    hall.later(60)
    ahead.later(60)
    for one in (hall, ahead):
        one.look_at_the_clock()
    turned = [entry for entry in hall.select("journal", deed="turn_of_day")]
    assert len(turned) == len({entry["facts"] for entry in turned}), turned
    assert [day["day"] for day in hall.select("days")] == ["2026-10-12", "2026-10-13"]
    assert hall.state(open_ticket) == "abandoned"
    assert times(hall) == sorted(times(hall))
    assert hall.take("A").number == "A001"
    ahead.close()


def test_a_server_does_not_start_by_a_clock_that_is_a_minute_off(
    hall: HallInPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time

    def off_by(seconds: int) -> float:
        return now() + seconds

    for off_s in (70, -70):
        monkeypatch.setattr(time, "time", partial(off_by, off_s))
        begun = time.monotonic()
        with pytest.raises(DatabaseRefused, match="differ by") as refused:
            hall.database.look()
        differ = re.search(r"differ by (-?\d+) s", str(refused.value))
        assert differ and off_s <= int(differ[1]) <= off_s + 0.5 + time.monotonic() - begun
        assert "校时" in str(refused.value)
    monkeypatch.setattr(time, "time", partial(off_by, 20))
    hall.database.look()


class OffClockServer(RunningServer):
    """Another machine's server over the same database."""

    def serve(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.server.databases.off_clock_server", "--data", str(self.data), *options]
        with self.log.open("a", encoding="utf-8") as log:
            return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)

    def set_ahead(self) -> None:
        """By 35 seconds more."""
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR1)

    def before_database_s(self) -> float:
        """As `/health` says."""
        return float(self.get("/health").json()["clock"].get("before_database_ms", 0)) / 1000


@pytest.fixture
def other(pair: Pair, tmp_path: Path) -> Iterator[OffClockServer]:
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copy(pair.server.data / "server.key", tmp_path / "data")
    server = OffClockServer(tmp_path / "data", ("--database", pair.database.url, "--redis", pair.redis.url))
    server.start()
    yield server
    code, said = server.stop()
    assert code == 0 and "Traceback" not in said, said


def test_a_clock_that_goes_wrong_while_its_server_works_is_said_and_the_others_follow(
    pair: Pair, other: OffClockServer
) -> None:
    path = f"/{HALL}/kiosk/take_number"

    def take(server: RunningServer) -> int:
        answer = server.post(path, {"line": "A"}, pair.kiosk)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["revision"])

    def said() -> int:
        return other.said().count("clock_differs_from_database")

    here, there = pair.of(0), pair.of(1)
    with closing(here.http), closing(there.http):
        until(lambda: abs(other.before_database_s()) < 2, "at first it is right")
        first = take(other)
        other.set_ahead()
        until(lambda: 30 < other.before_database_s() < 40, "the difference is known")
        for _ in range(3):
            take(other)
            last = take(here)
        until(lambda: there.get("/health").json()["clock"]["ahead_ms"] > 25_000, "the others follow", SOON_S)
        until(lambda: said() == 1, "it is said")
        other.set_ahead()
        until(lambda: said() == 2, "a minute and more is said once more")
        assert "clock_differs_from_database" not in pair.server.said()
    figures = other.get("/metrics").text
    assert "paihao_clock_before_database_seconds 6" in figures or "paihao_clock_before_database_seconds 7" in figures
    with pair.database.plain_reading() as rows:
        query = "SELECT at_ms FROM journal WHERE hall = ? AND revision >= ? ORDER BY revision"
        found = [row[0] for row in rows.execute(query, (HALL, first))]
    assert found == sorted(found) and len(found) >= last - first
