"""Rated from the phone: only beside "not rated", once, in time; reasons once, for the level that counts."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contract import commands as c
from contract import replies as r
from contract.options import OPTIONS, options_of
from contract.words import Code, Level, NotRated, Via
from server.domain.later_rating import DAY_MS, RatedVisit
from server.reports.doctor import examine
from server.storage.database import Database
from server.storage.orders import Actor
from tests.server.hall_kit import KEYPAD, HallOnDisk, Halls, changed_document, unknown_id

PHONE = Actor(Via.PHONE)
DAY_S = 86_400


def finished(hall: HallOnDisk, line: str = "A") -> tuple[int, int]:
    """A ticket and its finished visit, asked to rate at the counter."""
    ticket = hall.take(line).ticket
    return ticket, hall.serve("101").visit


def silent(hall: HallOnDisk) -> tuple[int, int]:
    """A ticket whose visit was not rated at the counter."""
    ticket, visit = finished(hall)
    hall.later(60)
    hall.get(r.Done, c.NotRatedAtCounter(visit=visit, reason=NotRated.NO_PRESS), KEYPAD)
    return ticket, visit


def level(ticket: int, visit: int, rated: int = 4) -> c.RateLater:
    return c.RateLater(ticket=ticket, visit=visit, level=Level(rated))


def why(ticket: int, visit: int, *codes: str, text: str | None = None) -> c.AddReasons:
    return c.AddReasons(ticket=ticket, visit=visit, codes=list(codes), text=text)


def findings(hall: HallOnDisk) -> list[str]:
    engine = hall.database.reading_engine()
    with engine.connect() as connection:
        found = [f"{one.invariant}: {one.what}" for one in examine(connection, hall.code)]
    engine.dispose()
    return found


@pytest.mark.parametrize("rated", list(Level))
def test_a_later_rating_stands_beside_the_counters_record(hall: HallOnDisk, rated: Level) -> None:
    ticket, visit = silent(hall)
    before = hall.row("ratings", visit=visit, channel="counter")
    hall.later(3600)
    done = hall.get(r.Done, level(ticket, visit, rated), PHONE)
    assert done.visit == visit
    assert hall.row("ratings", visit=visit, channel="counter") == before
    row = hall.row("ratings", visit=visit, channel="phone")
    assert (row["level"], row["reason"], row["at_ms"], row["list_version"]) == (rated, None, hall.now_ms, "2")
    assert (row["window"], row["clerk"], row["revision"]) == ("101", "1003", hall.head)
    entry = hall.entry()
    assert (entry["deed"], entry["via"], entry["actor"]) == ("rate_later", "phone", "phone")
    assert entry["facts"] == {"visit": visit, "level": rated}
    today = hall.card("today")
    assert (today["rated"], today["not_rated"], today["levels"][str(int(rated))]) == (1, 0, 1)
    hall.check_cards()
    hall.reopen()
    hall.check_cards()
    assert hall.card("today")["levels"][str(int(rated))] == 1
    assert findings(hall) == []


def test_a_visit_is_rated_later_once_and_never_over_the_counters_press(hall: HallOnDisk) -> None:
    ticket, visit = silent(hall)
    hall.get(r.Done, level(ticket, visit), PHONE)
    hall.refused(Code.ALREADY_RATED, level(ticket, visit, 1), PHONE)
    pressed, at_counter = finished(hall)
    hall.refused(Code.RATING_PENDING, level(pressed, at_counter), PHONE)
    hall.rate(at_counter, 5)
    hall.refused(Code.ALREADY_RATED, level(pressed, at_counter, 1), PHONE)
    hall.reopen()
    hall.refused(Code.ALREADY_RATED, level(ticket, visit, 1), PHONE)
    hall.refused(Code.ALREADY_RATED, level(pressed, at_counter, 1), PHONE)
    assert hall.row("ratings", visit=at_counter)["channel"] == "counter"


def test_only_a_finished_visit_of_this_ticket_can_be_rated(hall: HallOnDisk) -> None:
    ticket, visit = silent(hall)
    other = hall.take("A").ticket
    called = hall.call("101").visit
    hall.refused(Code.NOT_RATEABLE, level(other, called), PHONE)
    hall.refused(Code.VISIT_UNKNOWN, level(other, visit), PHONE)
    hall.refused(Code.VISIT_UNKNOWN, level(ticket, unknown_id(hall)), PHONE)
    hall.refused(Code.VISIT_UNKNOWN, why(other, visit, "510"), PHONE)


@pytest.mark.parametrize(("days", "late_ms"), [(7, 0), (7, 1), (1, 0), (1, 1), (0, 1)])
def test_later_has_its_end(halls: Halls, days: int, late_ms: int) -> None:
    hall = halls("demo", supplement_days=days)
    hall.sit("101")
    ticket, visit = silent(hall)
    ended_ms = hall.row("visits", id=visit)["ended_ms"]
    while hall.now_ms + DAY_S * 1000 < ended_ms + days * DAY_MS:  # the hall's days turn one by one
        hall.later(DAY_S)
        hall.look_at_the_clock()
    hall.now_ms = ended_ms + days * DAY_MS + late_ms
    hall.look_at_the_clock()
    hall.reopen()
    if late_ms:
        refusal = hall.refused(Code.SUPPLEMENT_TOO_LATE, level(ticket, visit), PHONE)
        assert refusal.details["days"] == days
    else:
        hall.get(r.Done, level(ticket, visit), PHONE)
        assert findings(hall) == []


@pytest.mark.parametrize(("before", "after", "days"), [(1, 7, 5), (7, 1, 2)])
def test_another_rule_holds_at_once_for_the_visits_of_before(halls: Halls, before: int, after: int, days: int) -> None:
    hall = halls("demo", supplement_days=before)
    hall.sit("101")
    ticket, visit = silent(hall)
    for _ in range(days):
        hall.later(DAY_S)
        hall.look_at_the_clock()
    hall.get(r.HallLoaded, c.LoadHall(document=changed_document("demo", supplement_days=after)))
    if after > before:
        hall.get(r.Done, level(ticket, visit), PHONE)
    else:
        hall.refused(Code.SUPPLEMENT_TOO_LATE, level(ticket, visit), PHONE)
    assert findings(hall) == []


def test_reasons_come_once_and_only_with_a_rating(hall: HallOnDisk) -> None:
    ticket, visit = silent(hall)
    hall.refused(Code.NOT_RATED_YET, why(ticket, visit, "207"), PHONE)
    hall.get(r.Done, level(ticket, visit, 2), PHONE)
    hall.refused(Code.REASON_MISSING, why(ticket, visit), PHONE)
    for foreign in ("108", "510", "999"):
        hall.refused(Code.REASON_UNKNOWN, why(ticket, visit, "207", foreign), PHONE)
    hall.get(r.Done, why(ticket, visit, "214", "207", "214", text="等了很久，没有人解释"), PHONE)
    row = hall.row("rating_reasons", visit=visit)
    assert (row["level"], row["codes"], row["text"], row["list_version"]) == (2, "214;207", "等了很久，没有人解释", "2")
    hall.refused(Code.REASONS_GIVEN, why(ticket, visit, "208"), PHONE)
    hall.reopen()
    hall.refused(Code.REASONS_GIVEN, why(ticket, visit, text="again"), PHONE)
    assert findings(hall) == []


def test_own_words_stand_in_their_row_alone(hall: HallOnDisk) -> None:
    ticket, visit = silent(hall)
    hall.get(r.Done, level(ticket, visit, 1), PHONE)
    hall.get(r.Done, why(ticket, visit, text="只有本行知道的话"), PHONE)
    assert hall.entry()["facts"] == {"visit": visit, "codes": [], "words": True}
    for table in ("journal", "replies"):
        assert "只有本行知道的话" not in json.dumps([[str(v) for v in row.values()] for row in hall.select(table)])


def test_a_rating_at_the_counter_may_get_its_reasons_too(hall: HallOnDisk) -> None:
    ticket, visit = finished(hall)
    hall.rate(visit, 1)
    hall.get(r.Done, why(ticket, visit, "115"), PHONE)
    assert [row["channel"] for row in hall.select("ratings", visit=visit)] == ["counter"]
    assert findings(hall) == []


@pytest.mark.parametrize("text", ["", " ", "字" * 151, "a\x00b", "a\nb"])
def test_words_that_are_none_or_too_many_are_not_taken(text: str) -> None:
    with pytest.raises(ValidationError):
        why(1, 1, text=text)


def test_doctor_names_what_stands_where_it_must_not(hall: HallOnDisk) -> None:
    ticket, visit = silent(hall)
    hall.get(r.Done, level(ticket, visit, 2), PHONE)
    hall.get(r.Done, why(ticket, visit, "207"), PHONE)
    _, at_counter = finished(hall)
    hall.rate(at_counter, 5)
    hall.close()
    database = Database(hall.folder).writer_connection()
    try:
        database.execute("UPDATE ratings SET visit = ? WHERE channel = 'phone'", (at_counter,))
        database.execute("UPDATE rating_reasons SET codes = '208', text = 'put in later'")
    finally:
        database.close()
    found = findings(hall)
    hall.open()
    assert any(one.startswith(f"later_beside_not_rated: visit {at_counter}") for one in found)
    assert any(one.startswith(f"reasons_of_rated: reasons of visit {visit}") for one in found)


def test_the_options_are_the_national_ones_byte_for_byte() -> None:
    assert [len(options_of(one)) for one in Level] == [8] * 5
    assert [sum(option.basic for option in options_of(one)) for one in Level] == [3] * 5
    assert all(code[0] == str(int(option.level)) for code, option in OPTIONS.items())
    assert OPTIONS["212"].text == "在线预约办理后到实体大厅重复取号排队"


Fact = st.tuples(st.sampled_from(("rate", "why", "wait")), st.integers(1, 5), st.integers(0, 2 * DAY_MS))


@settings(max_examples=200)
@given(st.none() | st.integers(1, 5), st.integers(0, 5), st.lists(Fact, max_size=12))
def test_whatever_comes_in_whatever_order_a_level_never_changes(
    counter: int | None, days: int, facts: list[tuple[str, int, int]]
) -> None:
    visit = RatedVisit(1, 1, "101", "1003", ended_ms=0, level=counter)
    now_ms, levels, reasons = 0, [counter] if counter else [], 0
    for deed, number, later in facts:
        if deed == "wait":
            now_ms += later
        elif deed == "rate" and visit.why_not_rate(days, now_ms) is None:
            assert now_ms <= days * DAY_MS
            visit.level = number
            levels.append(number)
        elif deed == "why" and visit.why_no_reasons(days, now_ms) is None:
            assert levels and now_ms <= (days + 1) * DAY_MS
            visit.reasons = True
            reasons += 1
    assert len(levels) <= 1 and reasons <= 1
    assert visit.level == (levels[0] if levels else None)


DEEDS = ("silent", "press", "later", "reasons", "day", "restart")
Play = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 3), st.integers(1, 5)),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(play=Play)
def test_no_play_of_counter_and_phone_breaks_an_invariant(halls: Halls, play: list[tuple[str, int, int]]) -> None:
    hall = halls("demo")
    hall.sit("101")
    visits: list[tuple[int, int]] = []
    for deed, which, rated in play:
        if deed in ("silent", "press") and not visits[3:]:
            visits.append(finished(hall))
            if deed == "press":
                hall.rate(visits[-1][1], rated)
            else:
                hall.get(r.Done, c.NotRatedAtCounter(visit=visits[-1][1], reason=NotRated.NO_PRESS), KEYPAD)
        elif deed == "day":
            hall.later(DAY_S)
            hall.look_at_the_clock()
            hall.sit("101")
        elif deed == "restart":
            hall.reopen()
        elif visits:
            ticket, visit = visits[which % len(visits)]
            hall.ask(level(ticket, visit, rated) if deed == "later" else why(ticket, visit, f"{rated}08"), PHONE)
    for _, visit in visits:
        counter, *later = sorted(hall.select("ratings", visit=visit), key=lambda row: str(row["channel"]))
        assert counter["channel"] == "counter" and len(later) <= 1
        assert not (later and counter["level"])
    hall.check_cards()
    assert findings(hall) == []
