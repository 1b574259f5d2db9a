"""Which day it is: the day turns at the hall's hour, in the hall's zone, whatever clocks do there."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hall import Hall
from server.domain.hours import business_day, local, to_ms
from tests.server.domain.halls_in_memory import SOME, hall_of, service, window

ZONES = [
    "Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "Europe/Athens", "America/New_York", "America/Havana",
    "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati",
]  # fmt: skip
HALLS = {zone: hall_of([service("A", 0)], [window("1", "A")], timezone=zone) for zone in ZONES}
INSTANTS = st.integers(
    int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000), int(datetime(2031, 1, 1, tzinfo=UTC).timestamp() * 1000)
)
HALL = st.sampled_from(ZONES).map(lambda zone: HALLS[zone])


@SOME
@given(HALL, INSTANTS)
def test_every_instant_belongs_to_one_day_of_which_the_wall_clock_shows_the_date_or_the_early_hours_after(
    hall: Hall, now_ms: int
) -> None:
    day, wall = business_day(hall, now_ms), local(hall, now_ms)
    if wall.time() >= time(4):
        assert day == wall.date()
    else:
        assert day == wall.date() - timedelta(days=1)


@SOME
@given(HALL, INSTANTS, st.integers(0, 40 * 3_600_000))
def test_the_day_never_goes_back_while_time_goes_on(hall: Hall, now_ms: int, later_ms: int) -> None:
    assert business_day(hall, now_ms) <= business_day(hall, now_ms + later_ms)


@SOME
@given(HALL, st.dates(date(2024, 1, 2), date(2030, 12, 30)))
def test_a_day_begins_at_four_and_is_23_to_25_hours_long(hall: Hall, day: date) -> None:
    begins, ends = to_ms(hall, day, time(4)), to_ms(hall, day + timedelta(days=1), time(4))
    assert business_day(hall, begins) == day == business_day(hall, ends - 1)
    assert business_day(hall, begins - 1) == day - timedelta(days=1)
    assert 23 * 3_600_000 <= ends - begins <= 25 * 3_600_000


@pytest.mark.parametrize(
    ("zone", "utc", "day"),
    [
        ("Asia/Shanghai", "2026-10-12 19:59:59", "2026-10-12"),
        ("Asia/Shanghai", "2026-10-12 20:00:00", "2026-10-13"),
        ("Asia/Shanghai", "2028-02-28 20:00:00", "2028-02-29"),
        ("Europe/Athens", "2026-10-25 00:59:59", "2026-10-24"),  # 03:59:59, then the clock goes back to 03:00
        ("Europe/Athens", "2026-10-25 01:00:00", "2026-10-24"),
        ("Europe/Athens", "2026-10-25 02:00:00", "2026-10-25"),
        ("America/New_York", "2026-03-08 07:59:59", "2026-03-07"),  # the night of 23 hours
        ("America/New_York", "2026-03-08 08:00:00", "2026-03-08"),
    ],
)
def test_the_day_turns_at_this_instant(zone: str, utc: str, day: str) -> None:
    instant = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp() * 1000)
    assert business_day(HALLS[zone], instant).isoformat() == day
