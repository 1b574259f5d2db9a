"""A new definition comes into force while the hall is open."""

from typing import Any

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code
from server.halls.document import document_from
from server.halls.reading import inspect_hall
from tests.server.hall_kit import (
    AGENT,
    DESK,
    HALLS,
    HallOnDisk,
    changed_document,
    document,
    edited_document,
    without_window,
)


def test_waiting_tickets_survive_with_their_places(hall: HallOnDisk) -> None:
    held = hall.take("A").ticket
    hall.call("101")
    hall.start("101")
    hall.hold("101")
    for line in ("A", "B", "A", "C"):
        hall.take(line)
    serving = hall.call("101").ticket
    hall.start("101")
    reply = hall.get(r.HallLoaded, c.LoadHall(document=changed_document("demo", recall_limit=1)))
    assert [change.en for change in reply.changes] == ["rule recall_limit: 3 → 1"]
    assert (hall.waiting("A"), hall.waiting("B"), hall.waiting("C")) == (["A003"], ["B001"], ["C001"])
    assert (hall.state(held), hall.state(serving)) == ("held", "serving")
    hall.finish("101")
    hall.call("101")
    hall.later(10)
    hall.recall("101")
    hall.later(10)
    hall.refused(Code.RECALL_LIMIT, c.Recall(window="101", visit=hall.in_hand("101")), AGENT)
    hall.reopen()
    assert hall.now.definition.rules.recall_limit == 1
    hall.check_cards()


def test_the_same_definition_again_changes_nothing_but_is_noted(hall: HallOnDisk) -> None:
    hall.take("A")
    head = hall.head
    assert hall.get(r.HallLoaded, c.LoadHall(document=document("demo"))).changes == []
    assert hall.head == head + 1
    assert hall.waiting("A") == ["A001"]
    assert len(hall.select("definitions")) == 2


@pytest.mark.parametrize("state", ["waiting", "missed", "held"])
def test_a_line_somebody_is_in_is_not_dropped(hall: HallOnDisk, state: str) -> None:
    ticket = hall.take("C").ticket
    if state != "waiting":
        hall.call("107")
    if state == "missed":
        hall.miss("107")
    if state == "held":
        hall.start("107")
        hall.hold("107")
    hall.get(r.Done, c.SignOut(window="107"), AGENT)
    smaller = without_window("107")
    refusal = hall.refused(Code.HALL_FILE, c.LoadHall(document=smaller))
    assert any("C" in mistake for mistake in refusal.details["mistakes"])  # type: ignore[union-attr]
    hall.get(r.Done, c.Abandon(ticket=ticket, reason="窗口撤销"), DESK)


def test_a_window_at_work_is_not_removed(hall: HallOnDisk) -> None:
    assert hall.refused(Code.WINDOW_BUSY, c.LoadHall(document=without_window("102"))).details["window"] == "102"
    hall.get(r.Done, c.SignOut(window="102"), AGENT)
    hall.get(r.HallLoaded, c.LoadHall(document=without_window("102")))
    assert "window/102" not in hall.cards() and "work/102" not in hall.cards()
    assert hall.card("line/A")["windows"] == ["101", "103", "104"]
    hall.refused(Code.WINDOW_UNKNOWN, c.SignIn(window="102", staff_no="1001"), AGENT)
    hall.check_cards()


def test_a_visit_parked_at_a_window_that_is_removed_goes_on_elsewhere(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    hall.call("102")
    hall.start("102")
    hall.hold("102")
    hall.get(r.Done, c.SignOut(window="102"), AGENT)
    hall.get(r.HallLoaded, c.LoadHall(document=without_window("102")))
    hall.reopen()
    hall.check_cards()
    hall.get(r.Called, c.Resume(window="101", ticket=ticket), AGENT)
    hall.finish("101")
    hall.check_cards()


def test_a_ticket_sent_to_a_window_that_is_removed_may_be_called_by_any_of_its_line(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    hall.call("101")
    hall.start("101")
    hall.pass_on("A", to_window="102")
    hall.get(r.Done, c.SignOut(window="102"), AGENT)
    hall.get(r.HallLoaded, c.LoadHall(document=without_window("102")))
    hall.reopen()
    assert hall.call("101").ticket == ticket


def test_staff_who_left_are_shut_out_and_new_staff_may_come(hall: HallOnDisk) -> None:
    def staff(d: dict[str, Any]) -> None:
        d["staff"] = [p for p in d["staff"] if p["staff_no"] != "1003"]
        for window in d["windows"]:
            window["a_clerk"] = "1007" if window["a_clerk"] == "1003" else window["a_clerk"]
            window["b_clerk"] = "" if window["b_clerk"] == window["a_clerk"] else window["b_clerk"]
        d["staff"].append({**d["staff"][0], "staff_no": "7777", "name": "新来的"})

    session = hall.row("windows", no="101")["session"]
    hall.take("A")
    visit = hall.call("101").visit
    hall.get(r.HallLoaded, c.LoadHall(document=edited_document("demo", staff)))
    assert hall.row("users", login="1003")["disabled"] == 1
    assert session not in hall.now.register.sessions
    hall.refused(Code.NOT_SIGNED_IN, c.StartService(window="101", visit=visit), AGENT)
    hall.refused(Code.USER_DISABLED, c.SignIn(window="103", staff_no="1003"), AGENT)
    assert hall.now.register.users["7777"].name == "新来的"
    hall.get(r.SignedIn, c.SignIn(window="103", staff_no="7777"), AGENT)


def test_a_definition_with_mistakes_or_of_another_hall_is_refused(hall: HallOnDisk) -> None:
    hall.refused(Code.HALL_FILE, c.LoadHall(document={}))
    hall.refused(Code.HALL_FILE, c.LoadHall(document=changed_document("demo", recall_limit=-1)))
    hall.refused(Code.WRONG_HALL, c.LoadHall(document=document("branch")))


def test_two_halls_on_one_server_count_apart(hall: HallOnDisk) -> None:
    found = inspect_hall(HALLS / "branch").hall
    assert found is not None
    other = HallOnDisk(hall.folder, hall.now_ms, code=found.code)
    other.writer = hall.writer
    other.get(r.HallLoaded, c.LoadHall(document=document_from(found)))
    line = next(line for line in found.lines if other.card(f"line/{line}")["open"])
    prefix = found.lines[line].service.prefix
    here = hall.take("A").ticket
    there = other.take(line, DESK)
    assert there.number == f"{prefix}001"
    assert there.ticket >> 32 == 2 and here >> 32 == 1
    assert other.head == 2
    other.check()
    unknown = HallOnDisk(hall.folder, hall.now_ms, code="NOPE")
    unknown.writer = hall.writer
    load = c.LoadHall(document=document("demo"))
    for command, code in ((c.TakeNumber(line="A"), Code.HALL_UNKNOWN), (load, Code.WRONG_HALL)):
        reply = unknown.ask(command)
        assert isinstance(reply, r.Refused) and reply.code is code
    assert unknown.select("replies") == []
