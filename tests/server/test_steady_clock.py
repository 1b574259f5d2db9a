"""The server's clock: never back, never still; ten seconds last ten, whatever is done to the machine's clock."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.steady_clock import SteadyClock, Step
from tests.server.hall_kit import MONDAY_MORNING, ms

NINE = ms(MONDAY_MORNING)


class Machine:
    """A machine's two clocks, in seconds; only one of them can be set."""

    def __init__(self) -> None:
        self.wall = NINE / 1000
        self.monotonic = 5.0
        self.steps: list[Step] = []
        self.clock = SteadyClock(self.steps.append, lambda: round(self.wall * 1e9), lambda: round(self.monotonic * 1e9))

    def later(self, seconds: float, step: float = 0.0) -> int:
        """Time passes, then somebody sets the clock; our milliseconds since nine."""
        self.monotonic += seconds
        self.wall += seconds + step
        return self.clock.now_ms() - NINE


def test_an_honest_clock_is_followed_and_nobody_is_told() -> None:
    machine = Machine()
    assert [machine.later(10) for _ in range(3)] == [10_000, 20_000, 30_000]
    assert (machine.clock.ahead_ms, machine.steps, machine.clock.step) == (0, [], None)
    assert machine.clock.now_text() == "2026-10-12T01:00:30.000Z"


def test_a_clock_set_ahead_is_followed_at_once_and_said() -> None:
    machine = Machine()
    assert machine.later(10, step=3_600) == 3_610_000
    assert machine.steps == [Step(3_600_000, 0, NINE + 3_610_000)]


@pytest.mark.parametrize("back", [1, 3_600, 86_400])
def test_a_clock_set_back_neither_stops_the_hall_nor_turns_it_back_and_is_caught_up_slowly(back: int) -> None:
    machine = Machine()
    machine.later(10, step=-back)
    seen = [machine.later(10) for _ in range(6)]
    assert seen == sorted(seen) and all(9_000 <= b - a <= 10_000 for a, b in pairwise(seen))
    assert (len(machine.steps), machine.clock.ahead_ms > 0) == ((1, True) if back > 2 else (0, False))
    machine.later(10 * back)
    assert machine.clock.ahead_ms == 0
    assert machine.later(10) - machine.later(0) == 0 and machine.clock.now_ms() == round(machine.wall * 1000)


def test_after_a_restart_with_a_clock_set_back_time_goes_on_from_what_was_recorded() -> None:
    machine = Machine()
    machine.clock.not_before(NINE + 3_600_000)
    assert machine.steps == [Step(-3_600_000, 3_600_000, NINE + 3_600_000)]
    assert machine.later(10) == 3_600_000 + 9_000
    machine.clock.not_before(NINE)
    assert machine.later(0) == 3_609_000


def test_two_that_follow_each_other_are_as_late_as_the_later_and_never_run_away() -> None:
    slow, fast = Machine(), Machine()
    fast.wall += 30
    for second in range(1, 1_001):
        recorded = max(slow.later(1), fast.later(1))
        for one in (slow, fast):
            one.clock.follow(NINE + recorded)
        assert recorded == 1_000 * (second + 30)
        assert slow.clock.now_ms() == NINE + recorded
    assert slow.steps == fast.steps[1:] == []  # nobody set a clock; `fast` was made before its clock was put ahead
    for _ in range(1_000):
        slow.later(1)
    assert slow.clock.ahead_ms == 0


moves = st.lists(st.tuples(st.floats(0, 3_000), st.sampled_from([0, 0, 0, 1, -1, 3_600, -3_600, 86_400, -86_400])))


@given(moves)
@settings(max_examples=200, deadline=None)
def test_whatever_is_done_it_never_goes_back_and_never_slower_than_nine_tenths(moves: list[tuple[float, int]]) -> None:
    machine, before = Machine(), 0
    for seconds, step in moves:
        now = machine.later(seconds, step)
        assert now - before >= seconds * 900 - 2
        assert machine.clock.now_ms() >= round(machine.wall * 1000) - 1
        before = now
