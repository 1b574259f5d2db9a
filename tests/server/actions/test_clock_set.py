"""Somebody set the clock of the server's machine: it stands in the journal, and managers see it until the day turns."""

from contract import commands as c
from contract import replies as r
from contract.words import Audience
from server.clock import Clock
from server.storage.orders import SERVER
from tests.server.hall_kit import HallOnDisk


def alerts(hall: HallOnDisk) -> list[dict[str, str]]:
    return list(hall.card("alerts")["alerts"])


def test_a_step_is_recorded_and_shown_to_managers_until_the_day_turns(hall: HallOnDisk) -> None:
    assert alerts(hall) == []
    hall.get(r.Done, c.ClockSet(by_s=-3_600, ahead_s=3_600), SERVER)
    entry = hall.entry()
    assert (entry["deed"], entry["actor"], entry["facts"]) == ("clock_set", "server", {"by_s": -3600, "ahead_s": 3600})
    (shown,) = alerts(hall)
    assert shown["zh"] == "09:00 服务器的时钟被调慢了 1:00:00，大厅时间快 1:00:00，会慢慢对齐"
    assert shown["en"] == "09:00: the server's clock was set back by 1:00:00; the hall is 1:00:00 ahead and slows down"
    assert "alerts" not in hall.cards(Audience.STAFF)
    hall.check_cards()
    hall.reopen()
    assert alerts(hall) == [shown]
    hall.get(r.Done, c.ClockSet(by_s=86_400, ahead_s=0), SERVER)
    assert [one["en"] for one in alerts(hall)] == ["09:00: the server's clock was set ahead by 1 day, 0:00:00"]
    hall.set_time("2026-10-13 04:00:00")
    hall.look_at_the_clock()
    assert alerts(hall) == []
    hall.reopen()
    assert alerts(hall) == []


def test_the_servers_clock_gives_each_step_once_to_each_hall(hall: HallOnDisk) -> None:
    steps = [("clock_set:1", c.ClockSet(by_s=-90, ahead_s=90))]
    clock = Clock(lambda: hall.writer.published, hall.give, lambda: hall.now_ms, lambda: steps[-1])
    for _ in range(3):
        clock.look(hall.now)
    steps.append(("clock_set:2", c.ClockSet(by_s=90, ahead_s=0)))
    clock.look(hall.now)
    assert [entry["at_ms"] for entry in hall.select("journal", deed="clock_set")] == [hall.now_ms] * 2
