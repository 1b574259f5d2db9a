"""A visit finished while the line was cut: recorded with its true time, whatever the server did meanwhile."""

from typing import Any

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, HoldKind, NotRated, Outcome
from tests.server.actions.leasing import doctor
from tests.server.hall_kit import AGENT, DESK, KEYPAD, HallOnDisk, at

LATE_S = 300


def at_work(hall: HallOnDisk) -> tuple[int, int]:
    """Window 101 serves; then the line is cut and time goes by: ticket and visit."""
    ticket = hall.take("A").ticket
    visit = hall.call("101").visit
    hall.later(10)
    hall.start("101")
    hall.later(60 + LATE_S)
    return ticket, visit


def finish(hall: HallOnDisk, visit: int, **more: Any) -> c.RecordFinish:
    """The finish of `LATE_S` ago, as the window's agent tells it."""
    values: dict[str, Any] = {"window": "101", "staff_no": "1003", "items": 2, **more}
    return c.RecordFinish(visit=visit, finished_at=at(hall.now_ms - LATE_S * 1000), **values)


def test_it_is_done_at_its_true_time_and_the_citizen_was_asked_then(hall: HallOnDisk) -> None:
    ticket, visit = at_work(hall)
    then = hall.now_ms - LATE_S * 1000
    reply = hall.get(r.Finished, finish(hall, visit, outcome=Outcome.ACCEPTED), KEYPAD)
    assert reply.invited and reply.deadline == at(then + 60_000)
    assert hall.state(ticket) == "done"
    row = hall.row("visits", id=visit)
    assert (row["end"], row["ended_ms"], row["outcome"], row["items"]) == ("finished", then, "accepted", 2)
    assert row["received_ms"] == hall.now_ms and row["clerk"] == "1003"
    assert isinstance(hall.rate(visit, 2, then + 20_000), r.Done)
    assert hall.row("ratings", visit=visit)["level"] == 2
    assert hall.in_hand("101") is None
    assert doctor(hall) == []
    hall.check_cards()


def test_a_press_after_the_deadline_of_then_is_too_late(hall: HallOnDisk) -> None:
    _, visit = at_work(hall)
    hall.get(r.Finished, finish(hall, visit), KEYPAD)
    hall.refused(
        Code.RATED_TOO_LATE, c.Rate(visit=visit, level=5, pressed_at=at(hall.now_ms - (LATE_S - 90) * 1000)), KEYPAD
    )


def test_told_twice_it_is_finished_once(hall: HallOnDisk) -> None:
    _, visit = at_work(hall)
    command = finish(hall, visit)
    hall.get(r.Finished, command, KEYPAD)
    before = hall.row("visits", id=visit)
    hall.get(r.Finished, command, KEYPAD)
    assert hall.row("visits", id=visit) == before
    assert hall.card("work/101")["finished_today"] == 1


def test_freed_by_the_floor_manager_and_waiting_again_it_is_done(hall: HallOnDisk) -> None:
    ticket, visit = at_work(hall)
    hall.get(r.Done, c.Release(ticket=ticket, visit=visit, reason="窗口断线"), DESK)
    assert hall.waiting("A") == ["A001"]
    hall.get(r.Finished, finish(hall, visit), KEYPAD)
    assert (hall.state(ticket), hall.waiting("A")) == ("done", [])
    assert hall.entry()["facts"]["ended_before"] == "released"
    assert hall.row("visits", id=visit)["end"] == "finished"
    assert isinstance(hall.rate(visit, 4, hall.now_ms - LATE_S * 1000 + 5_000), r.Done)
    assert doctor(hall) == []
    hall.check_cards()


def test_called_elsewhere_meanwhile_the_ticket_stays_there_and_the_visit_is_true(hall: HallOnDisk) -> None:
    ticket, visit = at_work(hall)
    hall.get(r.Done, c.Release(ticket=ticket, visit=visit, reason="窗口断线"), DESK)
    second = hall.call("102").visit
    hall.get(r.Finished, finish(hall, visit), KEYPAD)
    assert hall.state(ticket) == "called"
    assert hall.in_hand("102") == second
    hall.later(30)
    hall.get(r.Done, c.Miss(window="102", visit=second), AGENT)
    hall.get(r.Finished, finish(hall, visit), KEYPAD)
    assert hall.state(ticket) == "missed"  # the visit was recorded before; what came after is the clerk's at 102
    assert doctor(hall) == []


def test_held_meanwhile_by_a_call_pad_it_is_done(hall: HallOnDisk) -> None:
    ticket, visit = at_work(hall)
    hall.get(r.Done, c.Hold(window="101", visit=visit, kind=HoldKind.WAITING), AGENT)
    hall.get(r.Finished, finish(hall, visit), KEYPAD)
    assert hall.state(ticket) == "done"
    assert hall.card("queue/A")["held"] == []
    assert doctor(hall) == []
    hall.check_cards()


def test_after_the_turn_of_the_day_the_visit_and_its_rating_still_count(hall: HallOnDisk) -> None:
    ticket, visit = at_work(hall)
    then = hall.now_ms - LATE_S * 1000
    command = finish(hall, visit)
    hall.set_time("2026-10-13 08:00")
    hall.look_at_the_clock()
    assert hall.row("visits", id=visit)["end"] == "abandoned"
    hall.reopen()
    hall.get(r.Finished, command, KEYPAD)
    row = hall.row("visits", id=visit)
    assert (row["end"], row["ended_ms"], row["received_ms"]) == ("finished", then, hall.now_ms)
    assert hall.state(ticket) == "abandoned"  # its day has ended
    assert isinstance(hall.rate(visit, 5, then + 5_000), r.Done)
    assert hall.row("ratings", visit=visit)["level"] == 5
    assert doctor(hall) == []
    hall.check_cards()


def test_a_clock_that_is_wrong_makes_no_time_to_come_and_none_before_the_start(hall: HallOnDisk) -> None:
    _, visit = at_work(hall)
    started = hall.row("visits", id=visit)["started_ms"]
    early = finish(hall, visit).model_copy(update={"finished_at": at(started - 3_600_000)})
    hall.get(r.Finished, early, KEYPAD)
    assert hall.row("visits", id=visit)["ended_ms"] == started
    assert hall.entry()["facts"]["clock"] is True


def test_a_visit_of_another_window_or_of_nobody_is_refused(hall: HallOnDisk) -> None:
    _, visit = at_work(hall)
    hall.refused(Code.WRONG_PLACE, finish(hall, visit, window="102"), KEYPAD)
    hall.refused(Code.VISIT_UNKNOWN, finish(hall, 123_456), KEYPAD)


@pytest.mark.parametrize("line", ["A", "Z-RS"])
def test_where_no_keypad_stands_it_is_not_rated_for_that_reason(hall: HallOnDisk, line: str) -> None:
    hall.sit("113")
    serving = [no for no in ("101", "107", "113") if no in hall.now.definition.lines[line].windows]
    no = serving[-1]
    hall.take(line)
    visit = hall.call(no).visit
    hall.start(no)
    hall.later(LATE_S + 60)
    hall.get(r.Finished, finish(hall, visit, window=no, staff_no=None), KEYPAD)
    record = [row["reason"] for row in hall.select("ratings", visit=visit)]
    assert record == ([] if hall.now.definition.has_keypad(no) else [NotRated.NO_KEYPAD.value])
