"""One counter record for each finished visit; silence is not praise, and nobody rates for the person before."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contract import commands as c
from contract import replies as r
from contract.words import Code, Level, NotRated
from tests.server.hall_kit import KEYPAD, HallOnDisk, Halls, edited_document, unknown_id

LEVELS = list(Level)


def finished(hall: HallOnDisk, no: str = "101", line: str = "A") -> int:
    hall.take(line)
    return hall.serve(no).visit


def refusal_of(reply: r.Reply) -> Code:
    assert isinstance(reply, r.Refused)
    return reply.code


@pytest.mark.parametrize("level", LEVELS)
def test_a_press_in_time_is_the_visits_record(hall: HallOnDisk, level: Level) -> None:
    visit = finished(hall)
    hall.later(20)
    reply = hall.rate(visit, level)
    assert isinstance(reply, r.Done) and reply.visit == visit
    row = hall.row("ratings", visit=visit)
    assert (row["channel"], row["level"], row["reason"], row["list_version"]) == ("counter", level, None, "2")
    assert (row["at_ms"], row["window"], row["clerk"], row["revision"]) == (hall.now_ms, "101", "1003", hall.head)
    assert hall.row("visits", id=visit)["invitation_ended_by"] == "press"
    work = hall.card("work/101")
    assert (work["invitation"], work["pending"]) == (None, [])
    today = hall.card("today")
    assert (today["rateable"], today["rated"], today["pending"], today["levels"][str(int(level))]) == (1, 1, 0, 1)
    assert hall.entry()["facts"] == {"visit": visit, "level": level}
    assert hall.entry()["via"] == "keypad"


def test_a_visit_is_rated_once(hall: HallOnDisk) -> None:
    visit = finished(hall)
    hall.rate(visit, 5)
    at = datetime.fromtimestamp(hall.now_ms / 1000, UTC)
    press = c.Rate(visit=visit, level=Level.VERY_DISSATISFIED, pressed_at=at)
    hall.refused(Code.ALREADY_RATED, press, KEYPAD)
    hall.refused(Code.ALREADY_RATED, c.NotRatedAtCounter(visit=visit, reason=NotRated.NO_PRESS), KEYPAD)
    assert hall.row("ratings", visit=visit)["level"] == 5


def test_silence_is_recorded_as_such_and_no_press_follows(hall: HallOnDisk) -> None:
    visit = finished(hall)
    hall.later(60)
    hall.get(r.Done, c.NotRatedAtCounter(visit=visit, reason=NotRated.NO_PRESS), KEYPAD)
    row = hall.row("ratings", visit=visit)
    assert (row["level"], row["reason"]) == (None, "no_press")
    assert hall.card("today")["not_rated"] == 1
    assert set(hall.card("today")["levels"].values()) == {0}
    assert refusal_of(hall.rate(visit, 5)) is Code.ALREADY_RATED


@pytest.mark.parametrize(
    ("pressed_s", "counts"), [(-2.001, False), (-2, True), (0, True), (60, True), (62, True), (62.001, False)]
)
def test_the_press_decides_not_when_it_arrives(hall: HallOnDisk, pressed_s: float, counts: bool) -> None:
    visit = finished(hall)
    pressed_ms = hall.now_ms + int(pressed_s * 1000)
    hall.later(7200)
    reply = hall.rate(visit, 4, pressed_ms)
    if counts:
        assert isinstance(reply, r.Done)
        assert hall.row("ratings", visit=visit)["at_ms"] == pressed_ms
        return
    assert refusal_of(reply) is Code.RATED_TOO_LATE
    assert hall.select("ratings") == []
    assert [p["visit"] for p in hall.card("work/101")["pending"]] == [visit]


def test_a_press_from_the_future_is_not_believed(hall: HallOnDisk) -> None:
    visit = finished(hall)
    assert refusal_of(hall.rate(visit, 5, hall.now_ms + 2_001)) is Code.RATED_TOO_LATE
    assert isinstance(hall.rate(visit, 5, hall.now_ms + 1_999), r.Done)
    assert hall.row("ratings", visit=visit)["at_ms"] == hall.now_ms


def test_nobody_rates_for_the_person_before(hall: HallOnDisk) -> None:
    before = finished(hall)
    hall.take("A")
    hall.later(10)
    hall.call("101")
    assert hall.card("work/101")["invitation"]["visit"] == before  # called is not yet at the keypad
    hall.start("101")
    row = hall.row("visits", id=before)
    assert (row["invitation_ended_ms"], row["invitation_ended_by"]) == (hall.now_ms, "next_citizen")
    assert hall.card("work/101")["invitation"] is None
    assert [p["ended_by"] for p in hall.card("work/101")["pending"]] == ["next_citizen"]
    hall.later(20)
    assert refusal_of(hall.rate(before, 5)) is Code.RATED_TOO_LATE
    assert isinstance(hall.rate(before, 2, hall.now_ms - 25_000), r.Done)  # pressed before, told late


def test_resuming_a_held_ticket_ends_the_invitation_too(hall: HallOnDisk) -> None:
    held = hall.take("A").ticket
    hall.call("101")
    hall.start("101")
    hall.hold("101")
    before = finished(hall)
    hall.get(r.Called, c.Resume(window="101", ticket=held), KEYPAD)
    assert hall.row("visits", id=before)["invitation_ended_by"] == "next_citizen"


def test_a_press_for_the_visit_of_another_window_is_its_own(hall: HallOnDisk) -> None:
    one, two = finished(hall, "101"), finished(hall, "102")
    hall.rate(two, 1)
    assert hall.row("ratings", visit=two)["window"] == "102"
    assert hall.select("ratings", visit=one) == []


def test_a_visit_that_was_not_finished_cannot_be_rated(hall: HallOnDisk) -> None:
    hall.take("A")
    visit = hall.call("101").visit
    assert refusal_of(hall.rate(visit)) is Code.NOT_RATEABLE
    hall.start("101")
    assert refusal_of(hall.rate(visit)) is Code.NOT_RATEABLE
    hall.pass_on("C")
    assert refusal_of(hall.rate(visit)) is Code.NOT_RATEABLE
    assert refusal_of(hall.rate(unknown_id(hall))) is Code.VISIT_UNKNOWN
    unknown = c.NotRatedAtCounter(visit=unknown_id(hall), reason=NotRated.NO_PRESS)
    hall.refused(Code.VISIT_UNKNOWN, unknown, KEYPAD)


def test_a_window_without_a_keypad_has_its_record_at_finish(halls: Halls) -> None:
    hall = halls("demo")

    def edit(d: dict[str, Any]) -> None:
        d["devices"] = [one for one in d["devices"] if (one["kind"], one["window"]) != ("keypad", "103")]

    hall.get(r.HallLoaded, c.LoadHall(document=edited_document("demo", edit)))
    hall.sit("103")
    hall.take("A")
    done = hall.serve("103")
    assert not hall.card("work/103")["keypad"]
    assert (done.invited, done.deadline) == (False, None)
    row = hall.row("ratings", visit=done.visit)
    assert (row["level"], row["reason"]) == (None, "no_keypad")
    assert refusal_of(hall.rate(done.visit)) is Code.ALREADY_RATED


def test_inquiries_are_rated_where_the_hall_says_so(halls: Halls) -> None:
    hall = halls("demo", inquiries_rateable=False)
    hall.sit("101")
    inquiry = finished(hall, line="Z-ZH")
    assert hall.row("visits", id=inquiry)["rateable"] == 0
    assert refusal_of(hall.rate(inquiry)) is Code.NOT_RATEABLE
    hall.sit("101")
    assert isinstance(hall.rate(finished(hall)), r.Done)
    asked = halls("demo")
    asked.sit("101")
    assert isinstance(asked.rate(finished(asked, line="Z-ZH")), r.Done)


def test_a_rating_of_yesterday_counts_for_yesterday(hall: HallOnDisk) -> None:
    visit, silent = finished(hall), finished(hall)
    pressed_ms = hall.now_ms + 1_000
    hall.later(86_400)
    hall.look_at_the_clock()
    assert hall.now.day.isoformat() == "2026-10-13"
    assert hall.card("today")["pending"] == 0
    assert [p["visit"] for p in hall.card("work/101")["pending"]] == [visit, silent]
    assert isinstance(hall.rate(visit, 3, pressed_ms), r.Done)
    assert hall.row("ratings", visit=visit)["level"] == 3
    today = hall.card("today")
    assert (today["rateable"], today["rated"], today["levels"]["3"]) == (0, 0, 0)
    hall.reopen()
    hall.check_cards()
    assert [p["visit"] for p in hall.card("work/101")["pending"]] == [silent]
    hall.get(r.Done, c.NotRatedAtCounter(visit=silent, reason=NotRated.KEYPAD_AWAY), KEYPAD)
    assert hall.card("work/101")["pending"] == []
    assert refusal_of(hall.rate(visit, 1, pressed_ms)) is Code.ALREADY_RATED
    assert hall.row("ratings", visit=visit)["level"] == 3


def test_a_press_without_a_time_zone_or_at_the_end_of_time_is_no_press(hall: HallOnDisk) -> None:
    visit = finished(hall)
    with pytest.raises(ValidationError):
        c.Rate(visit=visit, level=Level.SATISFIED, pressed_at=datetime.fromisoformat("2026-10-12T01:00:00"))
    for absurd in (datetime.min, datetime.max):
        press = c.Rate(visit=visit, level=Level.SATISFIED, pressed_at=absurd.replace(tzinfo=UTC))
        hall.refused(Code.RATED_TOO_LATE, press, KEYPAD)
