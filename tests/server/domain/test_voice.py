"""When a hall speaks and in which languages: by session, by zone, by the whole hall."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from server.domain.hall import DayKind, Hall, Session, Zone
from server.domain.hours import to_ms
from server.domain.voice import is_silent, languages, zones_of
from tests.server.domain.halls_in_memory import NAME, hall_of, service, window

MONDAY, SATURDAY = date(2026, 10, 12), date(2026, 10, 17)


def session(code: str, opens: str, closes: str, *windows: str, silent: bool = False) -> Session:
    begins = time.fromisoformat(opens)
    return Session(
        code, DayKind.WORKDAY, begins, time.fromisoformat(closes), windows, services=(), stop_taking=None,
        stop_taking_for=(), booked_only=False, staff_leave=None, doors_close=None, numbers_from=begins, silent=silent,
    )  # fmt: skip


def hall(*sessions: Session, always_open: bool = False, **rules: Any) -> Hall:
    """Windows 1 and 2 in voice zone Z, window 3 upstairs in Y."""
    plain = hall_of([service("A", 0)], [window("1", "A"), window("2", "A"), window("3", "A", zone="Y")])
    zones = {**plain.zones, "Y": Zone("Y", "2F", NAME, "Y", 1)}
    return replace(plain, zones=zones, sessions=sessions, rules=replace(plain.rules, always_open=always_open, **rules))


QUIET_NOON = hall(
    session("morning", "09:00", "12:00"),
    session("lunch", "12:00", "13:30", "1", silent=True),
    session("afternoon", "13:30", "17:00"),
    session("evening", "18:00", "20:00", "3", silent=True),
)


def silent(at: str, *, of: Hall = QUIET_NOON, zone: str = "Z", day: date = MONDAY) -> bool:
    return is_silent(of, zone, day, to_ms(of, day, time.fromisoformat(at)))


@pytest.mark.parametrize(
    ("at", "is_so"),
    [("08:00", False), ("09:00", False), ("11:59:59", False), ("12:00", True), ("13:29:59", True), ("13:30", False)],
)
def test_the_voice_is_silent_from_the_opening_of_a_silent_session_to_the_next_one(at: str, is_so: bool) -> None:
    assert silent(at) is is_so


def test_people_who_are_still_there_when_a_session_closes_are_called_in_it() -> None:
    assert not silent("17:30")
    early = hall(session("morning", "09:00", "12:00", silent=True), session("afternoon", "13:30", "17:00"))
    assert silent("12:40", of=early) and not silent("13:30", of=early)


def test_a_session_counts_where_its_windows_are() -> None:
    assert not silent("12:30", zone="Y")
    assert silent("18:30", zone="Y") and not silent("18:30", zone="Z")


def test_of_two_sessions_at_once_a_silent_one_is_enough() -> None:
    both = hall(session("one", "09:00", "12:00", "1"), session("two", "09:00", "12:00", "2", silent=True))
    assert silent("10:00", of=both)


def test_days_without_a_silent_session_are_spoken_on() -> None:
    assert not silent("12:30", day=SATURDAY)


def test_a_silent_hall_is_silent_always_and_one_that_is_always_open_has_no_sessions() -> None:
    mute = hall(session("morning", "09:00", "12:00"), voice_silent=True)
    assert silent("10:00", of=mute) and silent("23:00", of=mute, day=SATURDAY)
    assert not silent("12:30", of=replace(QUIET_NOON, rules=replace(QUIET_NOON.rules, always_open=True)))


def test_each_zone_has_its_own_languages_or_the_halls() -> None:
    plain = hall(voice_languages=("zh",))
    abroad = replace(plain.zones["Y"], languages=("en", "zh", "yue"))
    upstairs = replace(plain, zones={**plain.zones, "Y": abroad})
    assert languages(upstairs, "Y") == ("en", "zh", "yue")
    assert languages(upstairs, "Z") == ("zh",)


def test_zones_that_share_a_voice_zone_share_its_languages() -> None:
    plain = hall(voice_languages=("zh",))
    said = replace(plain.zones["Y"], voice_zone="Z", languages=("en",))
    shared = replace(plain, zones={**plain.zones, "Y": said})
    assert [zone.code for zone in zones_of(shared, "Z")] == ["Z", "Y"]
    assert languages(shared, "Z") == ("en",)
    assert zones_of(shared, "Q") == ()
