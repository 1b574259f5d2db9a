"""The agent's line from the server: nothing is missed for good, and silence is noticed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from contract.words import Audience
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live, LiveTimes
from terminal.server_clock import ServerClock
from tests.terminal.hall_outside import HALL, Outside, until

SHORT = LiveTimes(cut_after=0.6, again_after=1.2, behind_for=0.2)
LONG = LiveTimes(cut_after=60, again_after=120, behind_for=60)  # no beat that is late comes into these tests


class Line:
    """An agent's line with all that belongs to it."""

    def __init__(self, outside: Outside, times: LiveTimes) -> None:
        self.connection = Connection(outside.url, HALL, "kiosk", "token")
        self.cards = Cards()
        self.clock = ServerClock()
        self.live = Live(self.connection, Audience.PUBLIC, self.cards, self.clock, times)
        self.live.start()

    def shows(self, key: str, value: object) -> bool:
        return (self.cards.raw(key) or {}).get("value") == value

    def close(self) -> None:
        self.live.stop()
        self.connection.close()


@pytest.fixture
def line(outside: Outside, times: LiveTimes) -> Iterator[Line]:
    outside.cards["x"] = {"value": 0}
    made = Line(outside, times)
    until(lambda: made.live.connected, "connected")
    yield made
    made.close()


@pytest.fixture
def times() -> LiveTimes:
    return LONG


notices_soon = pytest.mark.parametrize("times", [SHORT], ids=["noticed soon"])


def test_the_first_thing_is_the_truth_of_the_server(line: Line) -> None:
    assert line.shows("x", 0)
    assert line.cards.revision == 1


def test_a_change_replaces_a_card_and_null_takes_it_away(outside: Outside, line: Line) -> None:
    outside.publish({"x": {"value": 1}, "y": {"value": 2}})
    until(lambda: line.shows("x", 1) and line.shows("y", 2))
    outside.publish({"y": None})
    until(lambda: line.cards.raw("y") is None and line.cards.revision == 3)
    assert outside.snapshots == 1


def test_a_gap_is_closed_by_the_snapshot(outside: Outside, line: Line) -> None:
    outside.beating = False  # only the gap itself can tell
    outside.publish({"x": {"value": 1}}, told=False)
    outside.publish({"y": {"value": 2}})
    until(lambda: line.shows("x", 1) and line.shows("y", 2))
    assert outside.snapshots == 2


def test_an_old_change_changes_nothing(outside: Outside, line: Line) -> None:
    outside.publish({"x": {"value": 1}})
    until(lambda: line.shows("x", 1))
    outside.live.emit("change", {"hall": HALL, "previous": 0, "revision": 1, "cards": {"x": {"value": "old"}}})
    outside.publish({"y": {"value": 2}})
    until(lambda: line.shows("y", 2))
    assert line.shows("x", 1)
    assert outside.snapshots == 1


@notices_soon
def test_a_deaf_line_is_healed_by_the_beat(outside: Outside, line: Line) -> None:
    outside.publish({"x": {"value": 1}}, told=False)
    until(lambda: line.shows("x", 1), "healed by the beat")
    until(lambda: line.live.connected, "and hears on")


@notices_soon
def test_a_line_without_beats_counts_as_cut_and_is_opened_anew(outside: Outside, line: Line) -> None:
    turns: list[bool] = []
    line.live.on_turn(lambda: turns.append(line.live.connected))
    outside.beating = False
    until(lambda: False in turns, "cut")
    outside.publish({"x": {"value": 1}}, told=False)
    outside.beating = True
    until(lambda: line.live.connected and line.shows("x", 1), "back")


def test_the_line_comes_back_after_a_restart_of_the_server(outside: Outside, line: Line) -> None:
    outside.shut()
    until(lambda: not line.live.connected)
    outside.publish({"x": {"value": 7}}, told=False)
    outside.open()
    until(lambda: line.live.connected and line.shows("x", 7))


def test_a_server_restored_from_a_copy_is_believed(outside: Outside, line: Line) -> None:
    outside.publish({"x": {"value": 1}})
    until(lambda: line.cards.revision == 2)
    outside.shut()
    outside.revision, outside.cards = 1, {"x": {"value": "older"}}
    outside.open()
    until(lambda: line.shows("x", "older"))
    assert line.cards.revision == 1


def test_a_message_that_is_not_understood_ends_only_that_socket(outside: Outside, line: Line) -> None:
    outside.live.emit("change", {"nonsense": True})
    until(lambda: not line.live.connected)
    until(lambda: line.live.connected)


def test_the_servers_clock_is_known_from_the_beat(outside: Outside, line: Line) -> None:
    outside.clock_ahead = timedelta(hours=1)
    until(lambda: abs(line.clock.offset_ms - 3_600_000) < 1_000)
