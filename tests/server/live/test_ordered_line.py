"""A screen that stops reading gets whole frames and the newest cards, and holds nobody up; the libraries alone fail."""

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import pytest
import websocket

from tests.server.api.everybody import Everybody
from tests.server.api.running_server import HALL, RunningServer, until
from tests.server.live.screen import live_pass, watching
from tests.server.live.small_hall import CONNECTIONS, SmallHall, over_our_line, over_the_library
from tests.server.live.wire import HalfAFrame, StalledScreen

SIZE = 60_000  # bytes of a change; some three of them fill what the kernel takes for a screen that does not read


@contextmanager
def screens(hall: SmallHall, number: int) -> Iterator[list[StalledScreen]]:
    """Screens that watch."""
    found: list[StalledScreen] = []
    try:
        for _ in range(number):
            found.append(StalledScreen(hall.url, hall.auth()))
        yield found
    finally:
        for screen in found:
            screen.close()


def change_often(hall: SmallHall, reading: StalledScreen, first: int, last: int) -> None:
    """Change the card, each time when the screen that reads has heard of it."""
    for revision in range(first, last + 1):
        hall.say(revision, "一" * (SIZE // 3))
        reading.read_until(revision)


def test_the_library_alone_sends_half_a_frame_with_the_next_one_behind_it() -> None:
    with over_the_library() as hall, screens(hall, 2) as (stalled, reading):
        change_often(hall, reading, 2, 40)
        with pytest.raises(HalfAFrame):
            stalled.read_until(40)


def test_a_screen_that_reads_late_gets_whole_frames_and_ends_with_the_newest_card(tmp_path: Path) -> None:
    with over_our_line(tmp_path) as hall, screens(hall, 2) as (stalled, reading):
        change_often(hall, reading, 2, 40)  # the screen that reads is held up by nobody
        assert [change["revision"] for change in reading.events("change")] == list(range(2, 41))
        stalled.read_until(40)
        changes = stalled.events("change")
        assert len(changes) < 15, "what was overtaken is not sent"
        assert [change["previous"] for change in changes[1:]] == [change["revision"] for change in changes[:-1]]
        assert changes[-1]["cards"]["n"]["revision"] == 40
        change_often(hall, reading, 41, 42)
        stalled.read_until(42)
        assert stalled.events("change")[-1]["previous"] == 41, "it keeps up again"


def waiting_memory(hall: SmallHall) -> int:
    """By how many bytes 40 more changes make the heap grow while ten screens read nothing."""
    with screens(hall, 11) as (reading, *_stalled):
        change_often(hall, reading, 2, 10)
        tracemalloc.start()
        try:
            before = _heap(reading)
            change_often(hall, reading, 11, 50)
            return _heap(reading) - before
        finally:
            tracemalloc.stop()


def _heap(reading: StalledScreen) -> int:
    reading.forget()
    gevent.sleep(0)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_the_library_alone_keeps_every_message_for_a_screen_that_does_not_read() -> None:
    with over_the_library() as hall:
        assert waiting_memory(hall) > 30 * SIZE


def test_what_waits_for_screens_that_do_not_read_does_not_grow(tmp_path: Path) -> None:
    with over_our_line(tmp_path) as hall:
        assert waiting_memory(hall) < 4 * SIZE


def test_a_screen_that_never_reads_loses_its_connection(tmp_path: Path) -> None:
    with over_our_line(tmp_path, answers_s=0.3) as hall, screens(hall, 2):
        assert hall.free_connections() == CONNECTIONS - 2
        for revision in range(2, 10):
            hall.say(revision, "一" * SIZE)
            gevent.sleep(0)
        hall.ask_all()
        until(lambda: hall.free_connections() == CONNECTIONS, "both connections end")


def test_a_stalled_screen_of_a_real_hall_comes_back_right(server: RunningServer, everybody: Everybody) -> None:
    agent, kiosk = everybody.headers["agent"], everybody.headers["kiosk"]
    stalled = StalledScreen(server.url, {"hall": HALL, "pass": live_pass(server, "staff", agent)})
    cards = server.get(f"/{HALL}/snapshot/staff", agent).json()["cards"]
    try:
        with watching(server, "staff", agent) as screen:
            for _ in range(60):
                last = server.post(f"/{HALL}/kiosk/take_number", {"line": "B"}, kiosk).json()["revision"]
            until(lambda: screen.changes and screen.changes[-1]["revision"] >= last, "the screen that reads knows")
        stalled.read_until(last)
    finally:
        stalled.close()
    for change in stalled.events("change"):
        cards |= change["cards"]
    newest = server.get(f"/{HALL}/snapshot/staff", agent).json()["cards"]
    assert {key: card for key, card in cards.items() if card} == newest


@pytest.mark.parametrize("line", [over_our_line, over_the_library])
def test_a_connection_that_ends_with_a_packet_that_is_none_is_forgotten_at_once(line: Any, tmp_path: Path) -> None:
    """The libraries alone keep it until its ping is overdue: many of them would fill the memory.

    One may stay: the libraries' watchman walks slowly over those that were connected when he set out.
    """
    with line(tmp_path) if line is over_our_line else line() as hall:
        for _ in range(5):
            raw = websocket.create_connection(
                f"ws{hall.url.removeprefix('http')}/socket.io/?EIO=4&transport=websocket", suppress_origin=True
            )
            raw.recv()
            raw.send("no packet at all")
            with pytest.raises(websocket.WebSocketException):
                while raw.recv():
                    pass
            raw.shutdown()  # type: ignore[no-untyped-call]
        until(lambda: hall.free_connections() == CONNECTIONS, "the server is done with them")
        if line is over_our_line:
            until(lambda: hall.known() <= 1, "they are forgotten")
        else:
            assert hall.known() == 5
