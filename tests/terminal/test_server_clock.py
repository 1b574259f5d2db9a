"""The server's time on an agent."""

from datetime import UTC, datetime, timedelta

from terminal.server_clock import SAMPLES, ServerClock

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


def test_the_least_delayed_beat_is_believed() -> None:
    clock = ServerClock()
    for second, delay in enumerate((0.4, 0.01, 0.9)):
        clock.heard((NOON + timedelta(seconds=second)).isoformat(), 100.0 + second + delay)
    assert clock.at(110.0) == NOON + timedelta(seconds=9.99)


def test_a_server_clock_that_was_put_back_is_followed() -> None:
    clock = ServerClock()
    clock.heard(NOON.isoformat(), 100.0)
    for beat in range(SAMPLES):
        clock.heard((NOON - timedelta(hours=1) + timedelta(seconds=beat)).isoformat(), 100.0 + beat)
    assert clock.at(100.0) == NOON - timedelta(hours=1)


def test_until_a_beat_was_heard_the_machines_own_clock_serves() -> None:
    clock = ServerClock()
    assert not clock.known
    assert abs(clock.offset_ms) < 1_000
