"""From the call to the end of a visit: what the clerk, the boards and the journal have of it."""


import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, Outcome, Priority
from tests.server.hall_kit import AGENT, DESK, HallOnDisk, Halls, at


def test_a_call_takes_the_oldest_out_of_the_line_and_shows_it_everywhere(hall: HallOnDisk) -> None:
    first, second = hall.take("A"), hall.take("A")
    reply = hall.call("101")
    assert (reply.ticket, reply.number, reply.line, reply.reason) == (first.ticket, "A001", "A", "oldest")
    assert reply.service.zh == "综合受理(社会事务类)" and reply.finished is None
    visit = hall.row("visits", id=reply.visit)
    assert (visit["ticket"], visit["window"], visit["clerk"]) == (first.ticket, "101", "1003")
    assert (visit["called_ms"], visit["reason"], visit["started_ms"]) == (hall.now_ms, "oldest", None)
    assert hall.row("tickets", id=first.ticket)["visit"] == reply.visit
    assert hall.waiting("A") == [second.number]
    window, work = hall.card("window/101"), hall.card("work/101")
    assert (window["state"], window["number"]) == ("called", "A001")
    assert (work["ticket"]["ticket"], work["visit"]["state"]) == (first.ticket, "called")
    call = hall.card("calls/A")["calls"][0]
    assert (call["number"], call["window"], call["recall"], call["call"]) == ("A001", "101", 0, hall.head)
    entry = hall.entry()
    assert (entry["deed"], entry["actor"], entry["via"]) == ("call_next", "line-A", "page")
    assert entry["facts"] == {
        "visit": reply.visit, "window": "101", "reason": "oldest", "steps": [[first.ticket, "call", "called"]],
    }  # fmt: skip


def test_the_reason_of_a_call_is_stored_and_told(hall: HallOnDisk) -> None:
    hall.take("Z-ZH")
    for _ in range(4):
        hall.take("A")
    hall.take("A", DESK, priority=Priority.ELDERLY, reason="七十岁")
    hall.take("A", DESK, priority=Priority.GREEN_CHANNEL, reason="急办")
    reasons = []
    for _ in range(7):
        called = hall.call("101")
        assert hall.row("visits", id=called.visit)["reason"] == called.reason
        assert hall.card("work/101")["ticket"]["reason"] == called.reason
        reasons.append(called.reason)
        hall.start()
        hall.finish()
    assert reasons == ["green_channel", "oldest", "oldest", "oldest", "priority_turn", "oldest", "inquiry"]


def test_a_recall_is_counted_and_comes_at_most_so_often_and_not_too_soon(hall: HallOnDisk) -> None:
    hall.take("A")
    visit = hall.call("101").visit
    recall = c.Recall(window="101", visit=visit)
    for count in range(1, 4):
        hall.later(9.999)
        refusal = hall.refused(Code.RECALL_TOO_SOON, recall, AGENT)
        assert refusal.details["seconds"] == 1
        deed = next(d for d in hall.card("work/101")["deeds"] if d["deed"] == "recall")
        assert (deed["allowed"], deed["why"]) == (False, "recall_too_soon")
        hall.later(0.001)
        assert deed["allowed_from"] == at(hall.now_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert hall.recall().visit == visit
        assert hall.card("work/101")["visit"]["recalls"] == count
        calls = hall.card("calls/A")["calls"]
        assert [(call["number"], call["recall"], call["call"]) for call in calls] == [("A001", count, hall.head)]
        assert hall.entry()["facts"]["recall"] == count
    hall.later(60)
    assert hall.refused(Code.RECALL_LIMIT, recall, AGENT).details["limit"] == 3
    assert hall.row("visits", id=visit)["recalls"] == 3


def test_a_call_is_taken_back_within_ten_seconds_and_the_ticket_keeps_its_place(hall: HallOnDisk) -> None:
    first, second = hall.take("A"), hall.take("A")
    visit = hall.call("101").visit
    hall.later(10)
    reply = hall.get(r.Done, c.UndoCall(window="101", visit=visit), AGENT)
    assert (reply.ticket, reply.state) == (first.ticket, "waiting")
    assert hall.waiting("A") == [first.number, second.number]
    assert hall.card("calls/A")["calls"] == []
    assert hall.card("window/101")["state"] == "free"
    assert hall.row("visits", id=visit)["end"] == "undone"
    visit = hall.call("101").visit
    hall.later(10.001)
    assert hall.refused(Code.UNDO_TOO_LATE, c.UndoCall(window="101", visit=visit), AGENT).details["seconds"] == 10


def test_a_call_taken_back_after_a_recall_leaves_nothing_on_the_boards(halls: Halls) -> None:
    hall = halls("demo", undo_s=60)
    hall.sit("101")
    hall.take("A")
    hall.call("101")
    hall.later(10)
    hall.recall("101")
    hall.get(r.Done, c.UndoCall(window="101", visit=hall.in_hand("101")), AGENT)
    assert hall.card("calls/A")["calls"] == []
    hall.check_cards()


def test_a_call_taken_back_does_not_count_for_the_balance_of_priority(hall: HallOnDisk) -> None:
    for _ in range(4):
        hall.take("A")
    hall.take("A", DESK, priority=Priority.SOLDIER, reason="证件")
    for _ in range(5):
        hall.call("101")
        hall.get(r.Done, c.UndoCall(window="101", visit=hall.in_hand("101")), AGENT)
    for _ in range(3):
        hall.serve("101")
    assert hall.call("101").reason == "priority_turn"


def test_starting_and_finishing_measures_the_visit_and_asks_the_citizen(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    visit = hall.call("101").visit
    hall.later(20)
    started = hall.start("101")
    assert (started.ticket, started.visit, started.state) == (ticket, visit, "serving")
    assert hall.card("window/101")["state"] == "serving"
    hall.later(300)
    reply = hall.get(r.Finished, c.Finish(window="101", visit=visit, outcome=Outcome.ACCEPTED, items=3), AGENT)
    assert (reply.ticket, reply.visit, reply.number, reply.invited) == (ticket, visit, "A001", True)
    assert reply.deadline == at(hall.now_ms + 60_000)
    row = hall.row("visits", id=visit)
    assert (row["outcome"], row["items"], row["end"], row["rateable"]) == ("accepted", 3, "finished", 1)
    assert row["ended_ms"] - row["started_ms"] == 300_000
    assert hall.entry()["facts"] == {
        "visit": visit, "outcome": "accepted", "items": 3, "steps": [[ticket, "finish", "done"]],
    }  # fmt: skip
    work = hall.card("work/101")
    assert (work["visit"], work["invitation"]["visit"], work["finished_today"]) == (None, visit, 1)
    assert (work["items_today"], work["mean_handling_s"]) == (3, 300)


def test_calling_while_serving_finishes_first_where_the_hall_says_so(halls: Halls) -> None:
    hall = halls("demo", finish_on_call=True)
    hall.sit("101")
    first, second = hall.take("A"), hall.take("A")
    visit = hall.call("101").visit
    hall.refused(Code.START_OR_MISSED, c.CallNext(window="101", visit=visit), AGENT)
    hall.start("101")
    reply = hall.call("101")
    assert (reply.ticket, reply.finished) == (second.ticket, visit)
    assert hall.state(first.ticket) == "done"
    assert hall.row("visits", id=visit)["outcome"] == "finished"
    hall.start("101")
    nobody = hall.get(r.NobodyWaiting, c.CallNext(window="101", visit=hall.in_hand("101")), AGENT)
    assert nobody.finished == reply.visit
    assert hall.state(second.ticket) == "done"
    hall.refused(Code.NOBODY_WAITING, c.CallNext(window="101"), AGENT)


def test_missed_is_a_press_with_its_time_window_and_clerk(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    visit = hall.call("101").visit
    hall.later(45)
    hall.miss("101")
    assert hall.row("tickets", id=ticket)["missed_ms"] == hall.now_ms
    row = hall.row("visits", id=visit)
    assert (row["end"], row["window"], row["clerk"], row["rateable"]) == ("missed", "101", "1003", 0)
    assert hall.entry()["facts"]["window"] == "101"
    assert [p["number"] for p in hall.card("queue/A")["missed"]] == ["A001"]


def test_the_clerk_of_a_visit_is_whoever_ends_it(hall: HallOnDisk) -> None:
    hall.take("A")
    visit = hall.call("101").visit
    hall.start("101")
    hall.get(r.Done, c.SetRoles(login="1007", roles=["clerk"]))
    hall.get(r.Done, c.DisableUser(login="1003"))
    hall.refused(Code.NOT_SIGNED_IN, c.Finish(window="101", visit=visit), AGENT)
    hall.refused(Code.WINDOW_TAKEN, c.SignIn(window="101", staff_no="1007"), AGENT)
    hall.get(r.Done, c.Release(ticket=hall.select("tickets")[0]["id"], visit=visit, reason="离岗"), DESK)
    assert hall.card("window/101")["state"] == "closed"
    hall.get(r.SignedIn, c.SignIn(window="101", staff_no="1007"), AGENT)
    again = hall.serve("101").visit
    assert hall.row("visits", id=visit)["clerk"] == "1003"
    assert hall.row("visits", id=again)["clerk"] == "1007"


def test_a_window_calls_only_its_own_lines(hall: HallOnDisk) -> None:
    hall.take("C")
    hall.refused(Code.NOBODY_WAITING, c.CallNext(window="101"), AGENT)
    assert hall.card("work/101")["waiting"] == 0
    assert hall.card("work/107")["waiting"] == 1
    assert hall.call("107").number == "C001"


@pytest.mark.parametrize("line", ["A", "Z-ZH"])
def test_the_wait_told_to_the_next_citizen_follows_the_visits_of_the_last_90_minutes(
    hall: HallOnDisk, line: str
) -> None:
    for _ in range(5):
        hall.take(line)
        hall.call("101")
        hall.start("101")
        hall.later(1200)
        hall.finish("101")
    issued = [hall.take(line) for _ in range(4)][-1]
    assert issued.ahead == 3
    assert issued.wait == (20, 40)  # 3 ahead, 20 min each at two windows: 30 min, x 0.7 and x 1.4, rounded to 5
    hall.later(5_401)
    last = [hall.take(line) for _ in range(60)][-1]  # step by step it comes back to the service's own 12 (3) minutes
    middle = last.ahead * (12 if line == "A" else 3) / 2
    assert last.ahead == 63
    assert last.wait == (round(middle * 0.7 / 5) * 5, round(middle * 1.4 / 5) * 5)
