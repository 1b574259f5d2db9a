"""Figures about waiting, as ranges (feature C12)."""

from collections.abc import Sequence
from statistics import median

RECENT_MS = 90 * 60_000
_ENOUGH = 5
_LOW, _HIGH, _STEP = 0.7, 1.4, 5
_MOST_AT_ONCE = 0.999 * _STEP  # a hair less: rounding must not make two steps of one


def handling_minutes(recent_ms: Sequence[int], expected_minutes: int) -> float:
    """Median handling time in minutes of the recent visits, or the service's expected minutes if fewer than 5."""
    return median(recent_ms) / 60_000 if len(recent_ms) >= _ENOUGH else float(expected_minutes)


def pace(minutes: float, windows: int) -> float:
    """Minutes by which each person ahead lengthens the wait."""
    return minutes / max(1, windows)


def settled(shown: float | None, found: float, ahead: int) -> float:
    """The pace to show after `shown` when `found` is the true one.

    With so many people ahead no end of the range moves by more than one step; who comes or goes moves it as before.
    """
    if shown is None or ahead == 0:
        return found
    most = _MOST_AT_ONCE / (_HIGH * ahead)
    return min(max(found, shown - most), shown + most)


def wait_range(ahead: int, minutes_each: float) -> tuple[int, int]:
    """Expected wait in minutes as (low, high), rounded to 5; high is never under 5. `minutes_each`: the pace."""
    middle = ahead * minutes_each
    low = round(middle * _LOW / _STEP) * _STEP
    high = round(middle * _HIGH / _STEP) * _STEP
    return low, max(high, low + _STEP)
