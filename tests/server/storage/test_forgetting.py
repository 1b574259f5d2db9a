"""A key is remembered for 72 hours. Older ones are forgotten after a turn of the day, and nobody waits for that."""

import sqlite3

import gevent
import pytest

from contract import commands as c
from contract import replies as r
from server.storage import forgetting
from server.storage.store import Reads
from server.storage.writer import Writer
from tests.server.hall_kit import DESK, K1, HallOnDisk, new_key
from tests.terminal.hall_outside import until

HOUR_S = 3_600
TABLES = ("tickets", "visits", "slips", "journal")


def nights(hall: HallOnDisk, hours: int) -> None:
    """Time goes by, the server looks at its clock."""
    for _ in range(hours):
        hall.later(HOUR_S)
        hall.look_at_the_clock()


def is_known(hall: HallOnDisk, key: str) -> bool:
    return bool(hall.select("replies", key=key))


def test_a_key_of_71_hours_ago_still_gets_its_answer_and_one_of_four_days_ago_is_gone(hall: HallOnDisk) -> None:
    old, young = new_key(), new_key()
    hall.submit(c.TakeNumber(line="A"), K1, old)
    nights(hall, 30)
    first = hall.submit(c.TakeNumber(line="B"), K1, young)
    nights(hall, 66)
    until(lambda: not is_known(hall, old), "the old key is forgotten")
    again = hall.submit(c.TakeNumber(line="B"), K1, young)
    assert (again.body, again.repeat) == (first.body, True)
    hall.check()


def test_a_key_is_not_forgotten_before_its_time(hall: HallOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    some = forgetting.Forgetting.some

    def seen(self: forgetting.Forgetting, database: Reads, now_ms: int) -> None:
        some(self, database, now_ms)
        looked.append(now_ms)

    monkeypatch.setattr(forgetting.Forgetting, "some", seen)
    key = new_key()
    hall.submit(c.TakeNumber(line="A"), K1, key)
    nights(hall, 71)
    until(lambda: looked and not hall.writer._forgetting.due, "all keys were looked at")
    assert is_known(hall, key)


def test_much_is_forgotten_in_small_pieces_and_only_keys_are(hall: HallOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 7)
    for _ in range(50):
        hall.take("A", DESK)
    nights(hall, 24)
    before = hall.rows()
    commits = hall.writer.commits
    hall.later(70 * HOUR_S)
    hall.look_at_the_clock()
    gevent.joinall([gevent.spawn(hall.take, "B", DESK) for _ in range(5)], raise_error=True)
    until(lambda: not hall.writer._forgetting.due, "all keys were looked at")
    assert hall.writer.commits > commits
    left = hall.select("replies")
    assert left and all(row["at_ms"] >= hall.now_ms - forgetting.KEPT_MS for row in left)
    after = hall.rows()
    assert all(set(before[table]) <= set(after[table]) for table in TABLES)
    assert isinstance(hall.take("A", DESK), r.Issued)
    hall.check()


def test_a_disk_that_does_not_take_it_leaves_the_keys_until_the_next_night(
    hall: HallOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []

    def full(self: forgetting.Forgetting, database: Reads, now_ms: int) -> None:
        database.execute("DELETE FROM replies")
        tried.append(True)
        fault = sqlite3.OperationalError("database or disk is full")
        fault.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise fault

    monkeypatch.setattr(forgetting.Forgetting, "some", full)
    key = new_key()
    hall.submit(c.TakeNumber(line="A"), K1, key)
    nights(hall, 90)
    until(lambda: tried, "it was tried")
    assert is_known(hall, key) and isinstance(hall.take("A", DESK), r.Issued)
    monkeypatch.undo()
    nights(hall, 24)
    until(lambda: not is_known(hall, key), "forgotten after the next night")
    assert isinstance(hall.writer, Writer)
