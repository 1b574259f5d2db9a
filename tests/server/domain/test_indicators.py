"""Waits as ranges: honest, and never jumping by more than one step where nobody came or went."""

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from server.domain.indicators import handling_minutes, pace, settled, wait_range

STEP = 5
PACES = st.floats(0.1, 120.0)


@pytest.mark.parametrize(
    ("ahead", "minutes", "windows", "expected"),
    [(0, 12, 3, (0, 5)), (1, 12, 2, (5, 10)), (3, 20, 2, (20, 40)), (300, 8, 4, (420, 840)), (4, 15, 0, (40, 85))],
)
def test_a_range_is_people_times_handling_over_windows(
    ahead: int, minutes: int, windows: int, expected: tuple[int, int]
) -> None:
    assert wait_range(ahead, pace(minutes, windows)) == expected


def test_few_visits_say_less_than_the_services_own_figure() -> None:
    assert handling_minutes([60_000] * 4, 12) == 12
    assert handling_minutes([60_000, 120_000, 120_000, 180_000, 240_000], 12) == 2


@given(shown=PACES, found=PACES, ahead=st.integers(0, 400))
def test_no_end_of_the_range_moves_by_more_than_one_step_for_anybody_in_the_line(
    shown: float, found: float, ahead: int
) -> None:
    after = settled(shown, found, ahead)
    for place in {0, 1, ahead // 2, max(ahead - 1, 0), ahead} if ahead else {0}:
        old, new = wait_range(place, shown), wait_range(place, after)
        assert abs(new[0] - old[0]) <= STEP and abs(new[1] - old[1]) <= STEP


@given(shown=PACES, found=PACES, ahead=st.integers(1, 60))
def test_it_comes_to_the_true_figure_step_by_step_without_turning_back(
    shown: float, found: float, ahead: int
) -> None:
    paces = [shown]
    while paces[-1] != found:
        paces.append(settled(paces[-1], found, ahead))
        assert len(paces) < 1 + 120 * 1.4 * ahead / 4.9 + 2
    gaps = [abs(found - one) for one in paces]
    assert all(later < earlier for earlier, later in pairwise(gaps))


def test_where_nobody_waits_the_true_figure_is_shown_at_once() -> None:
    assert settled(2.0, 40.0, 0) == 40.0
    assert settled(None, 40.0, 30) == 40.0
