"""Taking a number: what stands on the slip, and why a line gives none."""

from datetime import date

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, Priority, SlipAfter, SlipOutcome
from tests.server.hall_kit import DESK, K1, K2, HallOnDisk, Halls, at, new_key, said


def test_a_citizen_gets_the_next_number_a_place_and_a_slip(hall: HallOnDisk) -> None:
    hall.take("B")
    hall.take("A")
    head = hall.head
    issued = hall.take("A", K1, language="en")
    assert (issued.number, issued.line, issued.day, issued.ahead) == ("A002", "A", "2026-10-12", 1)
    assert (issued.taken_local, issued.taken_at) == ("2026-10-12 09:00", at(hall.now_ms))
    assert issued.service.en == "Integrated Intake (Social Affairs)"
    assert issued.windows == ["101", "102", "103", "104"]
    assert issued.place.zh == "1F 101–104 号窗口"
    assert issued.wait == (5, 10)  # 1 ahead, 12 minutes, windows 101 and 102: 6 min, x 0.7 and x 1.4
    assert issued.language == "en" and not issued.reprint and issued.link is None and issued.short_code is None
    row = hall.row("tickets", id=issued.ticket)
    assert (row["series"], row["number"], row["day"], row["kiosk"]) == ("A", 2, "2026-10-12", "K1")
    assert (row["state"], row["via"], row["language"]) == ("waiting", "kiosk", "en")
    slip = hall.row("slips", id=issued.slip)
    assert (slip["ticket"], slip["kiosk"], slip["outcome"]) == (issued.ticket, "K1", None)
    assert hall.card("prints/K1")["slips"] == []  # it prints what its own screen asked for without being told
    line = hall.card("line/A")
    assert (line["waiting"], line["open"], line["open_windows"]) == (2, True, 2)
    entry = hall.entry()
    assert (entry["revision"], entry["deed"], entry["actor"], entry["via"]) == (head + 1, "take_number", "K1", "kiosk")
    assert entry["facts"] == {"number": "A002", "line": "A", "steps": [[issued.ticket, None, "waiting"]]}


def test_windows_of_one_service_share_its_numbers_whatever_the_department(hall: HallOnDisk) -> None:
    numbers = [hall.take(line).number for line in ("Z-ZH", "Z-RS", "Z-YB", "Z-RS")]
    assert numbers == ["Z001", "Z002", "Z003", "Z004"]


def test_after_999_numbers_have_four_digits(hall: HallOnDisk) -> None:
    issued = hall.together((c.TakeNumber(line="A"), (K1, K2)[i % 2]) for i in range(1_001))
    numbers = [reply.number for reply in issued if isinstance(reply, r.Issued)]
    assert numbers == [f"A{i:03d}" for i in range(1, 1_002)]
    assert numbers[998:] == ["A999", "A1000", "A1001"]
    assert hall.waiting("A") == numbers[:300]  # a card lists no more
    assert hall.card("line/A")["waiting"] == 1_001
    assert list(hall.now.lines["A"]) == [row["id"] for row in hall.select("tickets")]


def test_a_guide_gives_priority_with_a_reason(hall: HallOnDisk) -> None:
    hall.refused(Code.REASON_MISSING, c.TakeNumber(line="A", priority=Priority.ELDERLY), DESK)
    issued = hall.take("A", DESK, priority=Priority.ELDERLY, reason="七十岁")
    assert issued.priority is not None and issued.priority.zh == "老年人"
    row = hall.row("tickets", id=issued.ticket)
    assert (row["priority"], row["priority_reason"], row["via"]) == ("LN", "七十岁", "desk")
    assert hall.entry()["why"] == "七十岁"
    assert hall.card("queue/A")["numbers"][0]["priority"]["en"] == "Elderly"


def test_a_kiosk_gives_no_priority(hall: HallOnDisk) -> None:
    hall.refused(Code.ASK_DESK, c.TakeNumber(line="A", priority=Priority.ELDERLY, reason="七十岁"), K1)


def test_a_number_of_the_desk_is_printed_where_it_says_or_shown(hall: HallOnDisk) -> None:
    hall.refused(Code.DEVICE_UNKNOWN, c.TakeNumber(line="A", print_at="K9"), DESK)
    hall.refused(Code.DEVICE_UNKNOWN, c.TakeNumber(line="A", print_at="P1"), DESK)
    printed = hall.take("A", DESK, print_at="K2")
    assert printed.print_at == "K2"
    assert hall.card("prints/K2")["slips"] == [printed.slip]
    assert hall.card("prints/K1")["slips"] == []
    shown = hall.take("A", DESK)
    slip = hall.row("slips", id=shown.slip)
    assert (slip["outcome"], slip["after"], slip["reason"]) == (SlipOutcome.FAILED, SlipAfter.SHOWN, "no_printer")
    assert hall.card("devices")["slips"] == []


def test_an_unknown_line_gives_no_number(hall: HallOnDisk) -> None:
    assert hall.refused(Code.LINE_UNKNOWN, c.TakeNumber(line="XX"), K1).details["line"] == "XX"


def test_a_revoked_kiosk_gives_no_number_and_nothing_is_stored(hall: HallOnDisk) -> None:
    hall.get(r.Done, c.RevokeDevice(name="K1"))
    key, replies = new_key(), hall.select("replies")
    answer = hall.submit(c.TakeNumber(line="A"), K1, key)
    reply = said(answer)
    assert isinstance(reply, r.Refused) and reply.code is Code.NOT_ENROLLED
    assert (answer.refused, answer.stored) == (True, False)
    assert hall.select("replies") == replies


# --- a hall that has hours -----------------------------------------------------------------------------------------

MONDAY, SATURDAY, SWAPPED, HOLIDAY, SUNDAY = "2026-10-12", "2026-10-17", "2026-10-10", "2026-10-01", "2026-10-18"
CLOSED = [
    # when, line, why (the card's word), numbers again at
    (f"{MONDAY} 08:29:59", "A", "before_hours", "08:30"),
    (f"{MONDAY} 08:30:00", "A", None, None),
    (f"{MONDAY} 11:44:59", "N", None, None),
    (f"{MONDAY} 11:45:00", "N", "stop_taking", "13:00"),
    (f"{MONDAY} 11:45:00", "A", None, None),
    (f"{MONDAY} 12:15:00", "N", "break", "13:00"),
    (f"{MONDAY} 12:15:00", "A", None, None),
    (f"{MONDAY} 13:00:00", "N", None, None),
    (f"{MONDAY} 16:44:59", "A", None, None),
    (f"{MONDAY} 16:45:00", "A", "stop_taking", None),
    (f"{MONDAY} 17:00:00", "A", "after_hours", None),
    (f"{MONDAY} 23:59:59", "A", "after_hours", None),
    ("2026-10-13 02:00:00", "A", "after_hours", None),  # still Monday's business day
    (f"{SATURDAY} 09:00:00", "A", None, None),
    (f"{SATURDAY} 09:00:00", "C", "no_session_today", None),
    (f"{SATURDAY} 12:15:00", "A", "break", "12:30"),
    (f"{SATURDAY} 15:45:00", "A", "stop_taking", None),
    (f"{SWAPPED} 09:00:00", "C", None, None),  # a Saturday worked in exchange
    (f"{SWAPPED} 16:30:00", "A", None, None),
    (f"{HOLIDAY} 09:00:00", "A", "no_session_today", None),  # a Thursday off
    (f"{SUNDAY} 09:30:00", "A", "no_session_today", None),  # booked only
]


@pytest.mark.parametrize(("when", "line", "why", "again"), CLOSED)
def test_hours_decide_whether_a_line_gives_numbers(
    halls: Halls, when: str, line: str, why: str | None, again: str | None
) -> None:
    hall = halls("linjiang", loaded_at=when)
    hall.set_time(when)
    card = hall.card(f"line/{line}")
    assert (card["open"], card["why"], card["again"]) == (why is None, why, again)
    if why is None:
        assert hall.take(line).number == f"{line}001"
        return
    refusal = hall.refused(Code.LINE_CLOSED, c.TakeNumber(line=line), K1)
    if again:
        assert again in refusal.what_to_do.zh and again in refusal.what_to_do.en
    assert hall.refused(Code.LINE_CLOSED, c.TakeNumber(line=line), DESK).details["line"] == line


@pytest.mark.parametrize("line", ["P", "V", "T"])
def test_a_service_that_needs_an_id_or_a_booking_is_given_by_the_desk(halls: Halls, line: str) -> None:
    hall = halls("linjiang")
    hall.refused(Code.ASK_DESK, c.TakeNumber(line=line), K1)
    assert (hall.card(f"line/{line}")["open"], hall.card(f"line/{line}")["why"]) == (False, "ask_desk")
    assert hall.take(line, DESK).number == f"{line}001"


def test_one_kiosk_gives_a_number_every_five_seconds(halls: Halls) -> None:
    hall = halls("linjiang")
    hall.take("A", K1)
    hall.later(4.999)
    assert hall.refused(Code.TOO_SOON, c.TakeNumber(line="B"), K1).details["seconds"] == 1
    hall.take("B", K2)
    hall.take("A", DESK)
    hall.reopen()
    hall.refused(Code.TOO_SOON, c.TakeNumber(line="B"), K1)
    hall.later(0.001)
    hall.take("B", K1)


def test_a_stopped_line_gives_none_until_it_is_resumed_and_nobody_is_sent_away(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.refused(Code.LINE_UNKNOWN, c.StopLine(line="XX", stopped=True), DESK)
    hall.get(r.Done, c.StopLine(line="A", stopped=True, reason="系统升级"), DESK)
    assert (hall.card("line/A")["open"], hall.card("line/A")["why"]) == (False, "stopped")
    assert (hall.entry()["why"], hall.entry()["facts"]) == ("系统升级", {"line": "A", "stopped": True})
    hall.reopen()
    hall.refused(Code.LINE_CLOSED, c.TakeNumber(line="A"), K1)
    hall.take("B")
    assert hall.waiting("A") == ["A001"]
    hall.get(r.Done, c.StopLine(line="A", stopped=False), DESK)
    hall.take("A")


def test_a_closed_day_gives_none_and_names_what_is_still_at_work(hall: HallOnDisk) -> None:
    called, missed, waiting = (hall.take("A").ticket for _ in range(3))
    hall.call("101")
    named = hall.refused(Code.DAY_NOT_EMPTY, c.CloseDay(), DESK).details["numbers"]
    assert named == ["A001（101）"]
    hall.start("101")
    hall.finish("101")
    hall.call("102")
    hall.miss("102")
    hall.get(r.Done, c.CloseDay(), DESK)
    assert [hall.state(t) for t in (called, missed, waiting)] == ["done", "abandoned", "abandoned"]
    assert sorted(hall.entry()["facts"]["steps"]) == [
        [missed, "close_day", "abandoned"], [waiting, "close_day", "abandoned"],
    ]  # fmt: skip
    assert hall.card("hall")["day_closed"] and not hall.card("hall")["open"]
    assert hall.card("line/A")["why"] == "day_closed"
    hall.reopen()
    for actor in (K1, DESK):
        hall.refused(Code.DAY_CLOSED, c.TakeNumber(line="A"), actor)
    hall.refused(Code.DAY_CLOSED, c.CloseDay(), DESK)


def test_a_line_whose_windows_admit_only_a_class_sends_everybody_else_to_the_desk(halls: Halls) -> None:
    hall = halls("linjiang", always_open=True)
    everybody = {line for line in hall.now.definition.lines if hall.now.definition.admits_everybody(line)}
    others = hall.now.definition.lines.keys() - everybody
    assert others == {"Z-AX", "Z-LT"}
    for line in others:
        card = hall.card(f"line/{line}")
        assert (card["open"], card["why"]) == (False, "ask_desk")
        for actor in (K1, DESK):
            hall.refused(Code.ASK_DESK, c.TakeNumber(line=line), actor)
    wrong_class = c.TakeNumber(line="Z-AX", priority=Priority.GREEN_CHANNEL, reason="重点项目")
    hall.refused(Code.ASK_DESK, wrong_class, DESK)
    care = c.TakeNumber(line="Z-AX", priority=Priority.CARE, reason="行动不便")
    assert hall.get(r.Issued, care, DESK).number == "Z001"


def test_the_days_of_these_tests_are_what_they_say() -> None:
    days = [date.fromisoformat(day).isoweekday() for day in (MONDAY, SATURDAY, SWAPPED, HOLIDAY, SUNDAY)]
    assert days == [1, 6, 6, 4, 7]


CARD, OTHER_CARD = "a" * 64, "b" * 64


def test_with_an_id_card_a_person_has_one_open_number_of_a_service_and_two_a_day(halls: Halls) -> None:
    hall = halls("linjiang", take_interval_s=0)
    first = hall.take("P", K1, person=CARD)
    assert hall.row("tickets", id=first.ticket)["person"] == CARD
    assert "person" not in str(hall.entry()) and CARD not in str(hall.entry())
    assert hall.refused(Code.HAS_NUMBER, c.TakeNumber(line="P", person=CARD), K2).details["number"] == first.number
    assert hall.take("P", K2, person=OTHER_CARD).number == "P002"
    hall.get(r.Done, c.Cancel(ticket=first.ticket), DESK)
    hall.take("P", K1, person=CARD)
    second = hall.take("V", K2, person=CARD)
    hall.get(r.Done, c.Abandon(ticket=second.ticket, reason="走了"), DESK)
    hall.close()
    hall.open()  # what the limit counts is in the rows
    assert hall.refused(Code.PERSON_LIMIT, c.TakeNumber(line="V", person=CARD), K1).details["limit"] == 2


def test_a_card_is_kept_only_where_the_service_asks_for_one(halls: Halls) -> None:
    hall = halls("linjiang", take_interval_s=0)
    assert (hall.card("line/A")["real_name"], hall.card("line/P")["real_name"]) == ("off", "required")
    issued = [hall.take("A", K1, person=CARD), hall.take("A", K2, person=CARD), hall.take("A", K1, person=CARD)]
    assert {hall.row("tickets", id=one.ticket)["person"] for one in issued} == {""}


def test_without_a_card_a_service_that_needs_one_asks_for_the_desk(halls: Halls) -> None:
    hall = halls("linjiang", take_interval_s=0)
    hall.refused(Code.ASK_DESK, c.TakeNumber(line="P"), K1)
    hall.refused(Code.ASK_DESK, c.TakeNumber(line="T", person=CARD), K1)
    assert hall.refused(Code.BAD_REQUEST, c.TakeNumber(line="P", person=CARD), DESK).details["where"] == "person"
    assert hall.take("P", DESK).number == "P001"
