"""Tickets that wait again, are parked, sent elsewhere, brought back or given up."""

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, HoldKind, PassOnRank, Priority
from tests.server.hall_kit import AGENT, DESK, HallOnDisk, Halls


def missed_behind(hall: HallOnDisk, people: int) -> int:
    """A ticket that was missed, and so many who took theirs after it."""
    ticket = hall.take("A").ticket
    hall.call("101")
    hall.miss("101")
    for _ in range(people):
        hall.take("A")
    return ticket


@pytest.mark.parametrize(("people", "place"), [(0, 0), (1, 1), (2, 2), (3, 3), (6, 3)])
def test_a_missed_ticket_returns_right_behind_the_third_that_waits(hall: HallOnDisk, people: int, place: int) -> None:
    ticket = missed_behind(hall, people)
    reply = hall.get(r.Done, c.ReturnMissed(ticket=ticket), DESK)
    assert (reply.number, reply.state) == ("A001", "waiting")
    assert hall.waiting("A").index("A001") == place
    assert hall.take("A").number == hall.waiting("A")[-1]
    assert hall.row("tickets", id=ticket)["returns"] == 1
    assert hall.card("queue/A")["numbers"][place]["returned"] == 1
    for _ in range(place):
        hall.serve("101")
    assert hall.call("101").reason == "returned"


def test_a_return_behind_green_channels_still_stands_before_ordinary_people(hall: HallOnDisk) -> None:
    ticket = missed_behind(hall, 2)
    for _ in range(3):
        hall.take("A", DESK, priority=Priority.GREEN_CHANNEL, reason="急办")
    hall.get(r.Done, c.ReturnMissed(ticket=ticket), DESK)
    assert hall.waiting("A") == ["A004", "A005", "A006", "A001", "A002", "A003"]


def test_a_hall_may_send_returns_to_the_tail_or_refuse_them(halls: Halls) -> None:
    tail = halls("demo", return_rule="tail")
    tail.sit("101")
    tail.get(r.Done, c.ReturnMissed(ticket=missed_behind(tail, 6)), DESK)
    assert tail.waiting("A")[-1] == "A001"
    void = halls("demo", return_rule="void")
    void.sit("101")
    void.refused(Code.RETURN_LIMIT, c.ReturnMissed(ticket=missed_behind(void, 1)), DESK)


def test_a_ticket_returns_twice_at_most(hall: HallOnDisk) -> None:
    ticket = missed_behind(hall, 0)
    for _ in range(2):
        hall.get(r.Done, c.ReturnMissed(ticket=ticket), AGENT)
        hall.call("101")
        hall.miss("101")
    assert hall.refused(Code.RETURN_LIMIT, c.ReturnMissed(ticket=ticket), AGENT).details["limit"] == 2
    assert hall.card("queue/A")["missed"][0]["can_return"] is False


def test_a_ticket_returns_in_the_half_day_in_which_it_was_missed(halls: Halls) -> None:
    hall = halls("linjiang")
    hall.set_time("2026-10-12 11:30")
    hall.sit("101")
    first = missed_behind(hall, 0)
    hall.set_time("2026-10-12 12:59")
    second = missed_behind(hall, 0)
    hall.get(r.Done, c.ReturnMissed(ticket=first), DESK)
    hall.set_time("2026-10-12 13:00")
    hall.refused(Code.RETURN_TOO_LATE, c.ReturnMissed(ticket=second), DESK)


@pytest.mark.parametrize("kind", list(HoldKind))
def test_a_held_visit_goes_on_at_its_window_and_the_hold_is_left_out(hall: HallOnDisk, kind: HoldKind) -> None:
    ticket = hall.take("A").ticket
    visit = hall.call("101").visit
    hall.start("101")
    hall.later(60)
    held = hall.get(r.Done, c.Hold(window="101", visit=visit, kind=kind, reason="取材料"), AGENT)
    assert (held.ticket, held.visit, held.state) == (ticket, visit, "held")
    assert hall.card("window/101")["state"] == "free"
    parked = hall.card("work/101")["held"][0]
    assert (parked["number"], parked["visit"], parked["kind"], parked["reason"]) == ("A001", visit, kind, "取材料")
    entry = hall.entry()
    assert (entry["why"], entry["facts"]["kind"]) == ("取材料", kind.value)
    hall.later(600)
    back = hall.get(r.Called, c.Resume(window="101", ticket=ticket), AGENT)
    assert (back.visit, back.number) == (visit, "A001")
    hall.later(60)
    hall.finish("101")
    row = hall.row("visits", id=visit)
    assert (row["held_total_ms"], row["ended_ms"] - row["started_ms"]) == (600_000, 720_000)


def test_papers_that_stay_at_a_window_go_on_there_only(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    hall.call("101")
    hall.start("101")
    hall.hold("101", HoldKind.WITH_PAPERS)
    for deed in (c.Resume(window="102", ticket=ticket), c.BringBack(window="102", ticket=ticket)):
        assert hall.refused(Code.HELD_ELSEWHERE, deed, AGENT).details["window"] == "101"
    hall.get(r.Called, c.BringBack(window="101", ticket=ticket), AGENT)


def test_without_papers_the_citizen_goes_to_any_window_of_that_business(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    parked = hall.call("101").visit
    hall.start("101")
    hall.hold("101")
    for deed in (c.Resume(window="107", ticket=ticket), c.BringBack(window="107", ticket=ticket)):
        hall.refused(Code.CANNOT_SERVE, deed, AGENT)
    here = hall.get(r.Called, c.Resume(window="102", ticket=ticket), AGENT)
    assert here.visit != parked and here.reason == "resumed"
    assert hall.row("visits", id=parked)["end"] == "handed_over"
    assert hall.row("visits", id=here.visit)["clerk"] == "1001"
    assert hall.card("window/102")["state"] == "serving"
    assert [call["window"] for call in hall.card("calls/A")["calls"]] == ["101"]  # nobody was called
    hall.check_cards()


def test_bringing_back_calls_again_with_its_own_reason(hall: HallOnDisk) -> None:
    missed = hall.take("A").ticket
    hall.call("101")
    hall.miss("101")
    held = hall.take("A").ticket
    hall.call("101")
    hall.start("101")
    hall.hold("101")
    hall.refused(Code.CANNOT_SERVE, c.BringBack(window="107", ticket=missed), AGENT)
    one = hall.get(r.Called, c.BringBack(window="101", ticket=missed, reason="人来了"), AGENT)
    assert one.reason == "brought_back_missed"
    assert hall.entry()["why"] == "人来了"
    assert hall.card("calls/A")["calls"][0]["number"] == "A001"
    two = hall.get(r.Called, c.BringBack(window="102", ticket=held), AGENT)
    assert two.reason == "brought_back_held"
    hall.get(r.Done, c.PauseWindow(window="107"), AGENT)
    hall.refused(Code.WINDOW_PAUSED, c.BringBack(window="107", ticket=held), AGENT)


def serving(hall: HallOnDisk, line: str = "A", no: str = "101") -> int:
    ticket = hall.take(line).ticket
    hall.call(no)
    hall.start(no)
    return ticket


@pytest.mark.parametrize(
    ("rank", "order"),
    [
        (None, ["A001", "C001", "C002"]),
        (PassOnRank.ORIGINAL, ["A001", "C001", "C002"]),
        (PassOnRank.FRONT, ["A001", "C001", "C002"]),
        (PassOnRank.END, ["C001", "C002", "A001"]),
    ],
)
def test_a_transferred_ticket_keeps_its_number_and_stands_by_rank(
    hall: HallOnDisk, rank: PassOnRank | None, order: list[str]
) -> None:
    ticket = serving(hall)
    visit = hall.in_hand("101")
    hall.later(1)
    hall.take("C")
    hall.take("C")
    reply = hall.pass_on("C", rank=rank, reason="另办社保")
    assert (reply.ticket, reply.number, reply.state) == (ticket, "A001", "waiting")
    assert hall.waiting("C") == order
    assert hall.row("visits", id=visit)["end"] == "passed_on"
    assert hall.entry()["facts"]["rank"] == (rank or PassOnRank.ORIGINAL).value
    assert hall.entry()["why"] == "另办社保"
    assert [n["transferred"] for n in hall.card("queue/C")["numbers"] if n["number"] == "A001"] == [True]


def test_front_goes_before_people_who_took_theirs_earlier(hall: HallOnDisk) -> None:
    hall.take("C")
    hall.later(1)
    serving(hall)
    hall.pass_on("C", rank=PassOnRank.FRONT)
    assert hall.waiting("C") == ["A001", "C001"]
    assert hall.call("107").reason == "transferred"


def test_a_transfer_needs_a_line_and_a_window_that_takes_it(hall: HallOnDisk) -> None:
    serving(hall)
    visit = hall.in_hand("101")
    hall.refused(Code.LINE_UNKNOWN, c.PassOn(window="101", visit=visit, line="XX"), AGENT)
    hall.refused(Code.WINDOW_UNKNOWN, c.PassOn(window="101", visit=visit, line="C", to_window="999"), AGENT)
    hall.refused(Code.CANNOT_SERVE, c.PassOn(window="101", visit=visit, line="C", to_window="102"), AGENT)


def test_a_ticket_sent_to_one_window_is_called_by_that_window_only(hall: HallOnDisk) -> None:
    ticket = serving(hall)
    hall.pass_on("A", to_window="102")
    hall.refused(Code.NOBODY_WAITING, c.CallNext(window="101"), AGENT)
    called = hall.call("102")
    assert (called.ticket, called.reason) == (ticket, "sent_here")
    hall.get(r.Done, c.UndoCall(window="102", visit=called.visit), AGENT)
    hall.refused(Code.NOBODY_WAITING, c.CallNext(window="101"), AGENT)
    called = hall.call("102")
    hall.get(r.Done, c.Release(ticket=ticket, visit=called.visit, reason="窗口断电"), DESK)
    assert hall.call("101").ticket == ticket  # the window it was sent to is dead


def test_a_window_may_be_sent_a_ticket_of_any_line_where_it_receives_all(halls: Halls) -> None:
    hall = halls("linjiang", always_open=True)
    hall.sit("101", "118")
    ticket = serving(hall)
    hall.pass_on("A", to_window="118")
    assert hall.call("118").ticket == ticket


def test_a_guide_corrects_the_service_and_number_and_place_stay(hall: HallOnDisk) -> None:
    ticket = serving(hall)
    hall.pass_on("C", to_window="107")
    hall.later(1)
    hall.take("A")
    hall.refused(Code.LINE_UNKNOWN, c.Reroute(ticket=ticket, line="XX"), DESK)
    hall.get(r.Done, c.Reroute(ticket=ticket, line="B", reason="选错"), DESK)
    assert (hall.waiting("C"), hall.waiting("B")) == ([], ["A001"])
    entry = hall.entry()
    assert (entry["why"], entry["actor"]) == ("选错", "1001")
    assert (entry["facts"]["from"], entry["facts"]["line"]) == ("C", "B")
    assert hall.call("101").number == "A001"  # no longer sent to 107, and older than A002


def test_a_release_needs_the_visit_that_was_looked_at(hall: HallOnDisk) -> None:
    first = hall.take("A").ticket
    hall.take("A")
    visit = hall.call("101").visit
    hall.refused(Code.STALE, c.Release(ticket=first, visit=visit + 1, reason="断电"), DESK)
    hall.get(r.Done, c.Release(ticket=first, visit=visit, reason="断电"), DESK)
    assert hall.waiting("A") == ["A001", "A002"]
    assert hall.entry()["why"] == "断电"
    assert hall.row("visits", id=visit)["end"] == "released"
    assert hall.card("window/101")["state"] == "free"


@pytest.mark.parametrize("state", ["held", "missed", "waiting"])
def test_a_ticket_given_up_says_why_and_leaves_nothing_open(hall: HallOnDisk, state: str) -> None:
    ticket = hall.take("A").ticket
    if state != "waiting":
        hall.call("101")
    if state == "held":
        hall.start("101")
        hall.hold("101")
    if state == "missed":
        hall.miss("101")
    hall.get(r.Done, c.Abandon(ticket=ticket, reason="人已离开"), DESK)
    assert hall.entry()["why"] == "人已离开"
    assert hall.select("visits", ended_ms=None) == []
    assert (hall.waiting("A"), hall.card("queue/A")["held"], hall.card("queue/A")["missed"]) == ([], [], [])


def test_a_called_citizen_who_cancels_frees_the_window(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    visit = hall.call("101").visit
    hall.get(r.Done, c.Cancel(ticket=ticket, reason="不办了"), DESK)
    assert hall.card("window/101")["state"] == "free"
    assert hall.row("visits", id=visit)["end"] == "cancelled"
    assert hall.card("today")["cancelled"] == 1
