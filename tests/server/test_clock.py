"""What changes by the clock alone: the day turns, sessions begin and end, silence becomes a record."""

import json
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, HoldKind
from server.storage.database import Database
from server.storage.orders import SERVER
from tests.server.hall_kit import DESK, HallOnDisk, Halls, edited_document, ms

NEXT_DAY = "2026-10-13 04:00:00"


def entries(hall: HallOnDisk, deed: str) -> list[dict[str, object]]:
    return hall.select("journal", deed=deed)


def everything_open(hall: HallOnDisk) -> dict[str, int]:
    """A ticket in each state that is not final."""
    found = {}
    for state, no in (("serving", "101"), ("held", "102"), ("called", "102")):
        found[state] = hall.take("A").ticket
        hall.call(no)
        if state != "called":
            hall.start(no)
        if state == "held":
            hall.hold(no, HoldKind.WITH_PAPERS)
    found["missed"] = hall.take("C").ticket
    hall.call("107")
    hall.miss("107")
    found["waiting"] = hall.take("B").ticket
    assert {state: hall.state(ticket) for state, ticket in found.items()} == {state: state for state in found}
    return found


def test_a_day_nobody_closed_ends_with_an_entry_for_each_open_ticket(hall: HallOnDisk) -> None:
    tickets = everything_open(hall)
    hall.set_time("2026-10-13 03:59:59")
    hall.look_at_the_clock()
    assert entries(hall, "turn_of_day") == []
    hall.set_time(NEXT_DAY)
    hall.look_at_the_clock()
    turned = entries(hall, "turn_of_day")
    assert len(turned) == len(tickets) + 1
    assert all(entry["actor"] == "server" for entry in turned)
    assert {hall.state(ticket) for ticket in tickets.values()} == {"abandoned"}
    ends = Counter(visit["end"] for visit in hall.select("visits"))
    assert ends == {"abandoned": 3, "missed": 1}
    assert hall.select("visits", ended_ms=None) == []
    assert hall.now.day.isoformat() == "2026-10-13"
    assert [day["day"] for day in hall.select("days")] == ["2026-10-12", "2026-10-13"]


def test_the_new_day_knows_nothing_of_the_old_one(hall: HallOnDisk) -> None:
    everything_open(hall)
    hall.get(r.Done, c.StopLine(line="E", stopped=True), DESK)
    hall.set_time(NEXT_DAY)
    hall.look_at_the_clock()
    assert hall.day_in_memory.day.tickets == {}
    assert {card["state"] for key, card in hall.cards().items() if key.startswith("window/")} == {"closed"}
    assert hall.card("calls/A")["calls"] == []
    counted = {name: value for name, value in hall.card("today").items() if name != "capacity"}
    assert {value for value in counted.values() if isinstance(value, int)} == {0}
    assert hall.card("line/E")["open"]
    assert hall.select("sessions", ended_ms=None) == []
    assert hall.take("A").number == "A001"
    hall.check_cards()
    hall.reopen()
    hall.check_cards()


@pytest.mark.parametrize(
    ("zone", "evening", "turns"),
    [
        ("America/New_York", "2026-03-07 22:00", "2026-03-08 04:00"),  # the night of 23 hours
        ("America/New_York", "2026-10-31 22:00", "2026-11-01 04:00"),  # the night of 25 hours
        ("Europe/Athens", "2026-10-24 22:00", "2026-10-25 04:00"),  # 03:00 comes twice, at four o'clock
        ("Asia/Shanghai", "2028-02-28 22:00", "2028-02-29 04:00"),
    ],
)
def test_the_day_turns_at_four_in_the_halls_own_zone(tmp_path: Path, zone: str, evening: str, turns: str) -> None:
    turns_ms = ms(turns, ZoneInfo(zone))
    Database(tmp_path).upgrade()
    hall = HallOnDisk(tmp_path, ms(evening, ZoneInfo(zone)))
    hall.open()
    elsewhere = edited_document("demo", lambda d: d["hall"].__setitem__("timezone", zone))
    hall.get(r.HallLoaded, c.LoadHall(document=elsewhere))
    while hall.now_ms < turns_ms:
        assert hall.take("A", DESK).day == evening[:10]
        hall.now_ms = min(hall.now_ms + 1_800_000, turns_ms)
        before = hall.now.day
        hall.look_at_the_clock()
        assert (hall.now.day != before) == (hall.now_ms == turns_ms)
    issued = hall.take("A", DESK)
    assert (issued.day, issued.number, issued.taken_local) == (turns[:10], "A001", turns)
    hall.check()
    hall.close()


def test_the_desk_stays_signed_in_when_the_day_turns(hall: HallOnDisk) -> None:
    desk = hall.get(r.SignedIn, c.DeskSignIn(login="1001"))
    hall.set_time(NEXT_DAY)
    hall.look_at_the_clock()
    assert set(hall.now.register.sessions) == {desk.session_id}


def test_a_day_closed_by_hand_turns_too(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.get(r.Done, c.CloseDay(), DESK)
    hall.set_time(NEXT_DAY)
    hall.look_at_the_clock()
    assert not hall.card("hall")["day_closed"]
    assert hall.take("A").day == "2026-10-13"


def test_a_server_that_was_off_for_three_days_goes_on_with_the_day_it_is(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    hall.close()
    hall.set_time("2026-10-15 10:00")
    hall.open()
    assert hall.waiting("A") == ["A001"]  # until the clock is looked at
    hall.look_at_the_clock()
    assert hall.state(ticket) == "abandoned"
    assert [day["day"] for day in hall.select("days")] == ["2026-10-12", "2026-10-15"]
    assert hall.take("A").number == "A001"


def test_looking_again_and_again_turns_once(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.set_time(NEXT_DAY)
    for _ in range(3):
        hall.look_at_the_clock()
        hall.reopen()
    assert len(entries(hall, "turn_of_day")) == 2


def test_the_day_is_not_turned_before_its_hour_nor_twice_nor_over_open_tickets(hall: HallOnDisk) -> None:
    ticket = hall.take("A").ticket
    today = hall.now.day
    for command in (c.TurnOfDay(day=today), c.TurnOfDay(day=today, ticket=ticket)):
        hall.refused(Code.NOT_DUE, command, SERVER)
    hall.set_time(NEXT_DAY)
    named = hall.refused(Code.DAY_NOT_EMPTY, c.TurnOfDay(day=today), SERVER)
    assert named.details["numbers"] == ["A001"]
    hall.look_at_the_clock()
    hall.refused(Code.NOT_DUE, c.TurnOfDay(day=today), SERVER)
    hall.refused(Code.NOT_DUE, c.TurnOfDay(day=hall.now.day), SERVER)
    tomorrow = hall.now.day.replace(day=14)
    hall.refused(Code.NOT_DUE, c.TurnOfDay(day=tomorrow), SERVER)


def test_a_ticket_closed_while_the_day_turns_is_refused_and_the_day_turns_all_the_same(hall: HallOnDisk) -> None:
    done, still = hall.take("A").ticket, hall.take("A").ticket
    hall.set_time(NEXT_DAY)
    view = hall.now
    hall.get(r.Done, c.Cancel(ticket=done), DESK)
    hall.clock.look(view)
    assert (hall.state(done), hall.state(still)) == ("cancelled", "abandoned")
    assert hall.now.day.isoformat() == "2026-10-13"


def test_a_ticket_taken_while_the_day_turns_is_closed_at_the_next_look(hall: HallOnDisk) -> None:
    hall.set_time(NEXT_DAY)
    view = hall.now
    late = hall.take("A")
    assert late.day == "2026-10-12"  # decided once
    hall.clock.look(view)
    assert hall.now.day.isoformat() == "2026-10-12"
    hall.look_at_the_clock()
    assert (hall.state(late.ticket), hall.now.day.isoformat()) == ("abandoned", "2026-10-13")


def test_a_session_turns_once_and_the_cards_follow(halls: Halls) -> None:
    hall = halls("linjiang", loaded_at="2026-10-12 08:00")
    hall.look_at_the_clock()
    assert (hall.card("hall")["open"], hall.card("line/A")["open"]) == (False, False)
    assert (hall.card("hall")["opens_next"], hall.card("hall")["numbers_from"]) == ("09:00", "08:30")
    for time, hall_open, line_open in (
        ("08:30:00", False, True), ("09:00:00", True, True), ("16:45:00", True, False), ("17:00:00", False, False),
    ):  # fmt: skip
        hall.set_time(f"2026-10-12 {time}")
        for _ in range(3):
            hall.look_at_the_clock()
        assert (hall.card("hall")["open"], hall.card("line/A")["open"]) == (hall_open, line_open)
    assert hall.card("hall")["opens_next"] == "2026-10-13 09:00"
    facts = [json.loads(str(entry["facts"])) for entry in entries(hall, "session_turn")]
    turned = Counter((fact["session"], fact["what"]) for fact in facts)
    assert set(turned.values()) == {1}
    assert {what for _, what in turned} == {"numbers_from", "opens", "stop_taking", "closes"}
    hall.reopen()
    head = hall.head
    hall.look_at_the_clock()
    assert hall.head == head


def test_silence_of_a_terminal_becomes_a_record_after_72_hours_only(hall: HallOnDisk) -> None:
    hall.take("A")
    visit = hall.serve("101").visit
    hall.refused(Code.VISIT_UNKNOWN, c.TerminalLost(visit=visit + 1_000), SERVER)
    hall.later(72 * 3600 - 0.001)
    for _ in range(3):
        hall.look_at_the_clock()
    hall.refused(Code.NOT_DUE, c.TerminalLost(visit=visit), SERVER)
    assert hall.select("ratings") == []
    hall.reopen()
    hall.later(0.001)
    hall.look_at_the_clock()
    record = hall.row("ratings", visit=visit)
    assert (record["level"], record["reason"], record["window"], record["clerk"]) == (
        None, "terminal_lost", "101", "1003",
    )  # fmt: skip
    hall.look_at_the_clock()
    assert len(hall.select("ratings")) == 1
    assert hall.card("work/101")["pending"] == []


def test_a_press_in_time_that_arrives_before_the_72_hours_are_over_counts(hall: HallOnDisk) -> None:
    hall.take("A")
    visit, pressed_ms = hall.serve("101").visit, hall.now_ms + 5_000
    for _ in range(2):
        hall.later(86_400)
        hall.look_at_the_clock()
    hall.reopen()
    assert isinstance(hall.rate(visit, 2, pressed_ms), r.Done)
    hall.later(86_400 * 2)
    for _ in range(2):
        hall.look_at_the_clock()
    assert hall.row("ratings", visit=visit)["level"] == 2


@pytest.mark.parametrize("back_s", [1, 3_600, 86_400])
def test_a_clock_set_back_never_makes_the_halls_time_run_back(hall: HallOnDisk, back_s: int) -> None:
    first = hall.take("A")
    was = hall.now_ms
    hall.later(-back_s)
    for _ in range(3):
        hall.take("A")
    hall.serve("101")
    hall.reopen()
    hall.take("A")
    times = [entry["at_ms"] for entry in hall.select("journal")]
    assert times == sorted(times) and times[-1] == was
    assert hall.waiting("A") == ["A002", "A003", "A004", "A005"]
    visit = hall.row("visits", ticket=first.ticket)
    ticket = hall.row("tickets", id=first.ticket)
    assert ticket["taken_ms"] <= visit["called_ms"] <= visit["started_ms"] <= visit["ended_ms"]
    hall.look_at_the_clock()
    assert hall.now.day.isoformat() == "2026-10-12"
    hall.now_ms = was + 60_000
    assert hall.take("A").number == "A006"


def test_a_clock_set_ahead_turns_the_day_and_back_again_keeps_it(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.later(86_400)
    hall.look_at_the_clock()
    hall.later(-86_400)
    hall.look_at_the_clock()
    issued = hall.take("A")
    assert (issued.day, issued.number) == ("2026-10-13", "A001")
    numbers = [(ticket["day"], ticket["number"]) for ticket in hall.select("tickets")]
    assert len(set(numbers)) == 2


def test_people_who_take_while_the_halls_time_stands_still_keep_their_order(hall: HallOnDisk) -> None:
    hall.later(-3_600)
    hall.together((c.TakeNumber(line="A"), DESK) for _ in range(1_100))
    tickets = hall.select("tickets")
    assert len({ticket["taken_ms"] for ticket in tickets}) == 1
    assert list(hall.now.lines["A"]) == [ticket["id"] for ticket in tickets]
    assert [hall.call(no).number for no in ("101", "102")] == ["A001", "A002"]


def test_a_sign_in_at_the_desk_that_nobody_ended_does_not_last_for_ever(hall: HallOnDisk) -> None:
    hall.get(r.SignedIn, c.DeskSignIn(login="1001"))
    hall.set_time("2026-10-14 03:59:59")
    yesterday = hall.get(r.SignedIn, c.DeskSignIn(login="1001"))
    hall.set_time("2026-10-14 04:00:01")
    hall.look_at_the_clock()
    assert set(hall.now.register.sessions) == {yesterday.session_id}
    hall.check()
