"""Figures about waiting, as ranges (feature C12)."""

from collections.abc import Sequence
from statistics import median

RECENT_MS = 90 * 60_000
_ENOUGH = 5
_LOW, _HIGH, _STEP = 0.7, 1.4, 5


def handling_minutes(recent_ms: Sequence[int], expected_minutes: int) -> float:
    """Median handling time in minutes of the recent visits, or the service's expected minutes if fewer than 5."""
    return median(recent_ms) / 60_000 if len(recent_ms) >= _ENOUGH else float(expected_minutes)


def wait_range(ahead: int, minutes: float, windows: int) -> tuple[int, int]:
    """Expected wait in minutes as (low, high), rounded to 5; high is never under 5."""
    middle = ahead * minutes / max(1, windows)
    low = round(middle * _LOW / _STEP) * _STEP
    high = round(middle * _HIGH / _STEP) * _STEP
    return low, max(high, low + _STEP)
