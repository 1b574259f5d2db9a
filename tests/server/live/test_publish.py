"""What screens are told: the first change at once, then gathered; chained without a gap; only what changed."""

import json
import socket
from collections.abc import Iterator
from itertools import pairwise

import gevent
import pytest

from contract.words import Audience
from server.live.frames import event_frame
from server.live.publish import Gatherer, Publisher
from server.live.room import change_between
from server.live.screen_socket import ScreenSocket
from server.storage.published import View
from server.storage.register import Register
from tests.server.api.running_server import until
from tests.server.live.small_hall import published
from tests.server.live.wire import Wire


@pytest.fixture
def screen() -> Iterator[tuple[ScreenSocket, Wire]]:
    """A screen and what arrives at its other end."""
    ours, theirs = socket.socketpair()
    yield ScreenSocket(ours), Wire(theirs)
    ours.close()
    theirs.close()


def test_a_change_holds_what_is_new_and_null_for_what_is_gone() -> None:
    same, old, new = {"a": 1}, {"b": 1}, {"b": 2}
    change = change_between(
        "LJ",
        View(Audience.PUBLIC, 4, {"same": same, "changed": old, "gone": {}}),
        View(Audience.PUBLIC, 7, {"same": same, "changed": new, "fresh": {"c": 3}}),
    )
    assert (change.previous, change.revision) == (4, 7)
    assert change.cards == {"changed": new, "fresh": {"c": 3}, "gone": None}


def test_nothing_is_said_where_nothing_changed(screen: tuple[ScreenSocket, Wire]) -> None:
    socket_, wire = screen
    first = published(4, {"a": {}})
    gatherer = Gatherer(first)
    gatherer.rooms[Audience.PUBLIC].enter(socket_, first.views[Audience.PUBLIC])
    gatherer.take(published(4, {"a": {}}))
    gatherer.take(published(5, {"a": {"n": 5}}))
    wire.read_until(5)
    gatherer.stop()
    assert [change["previous"] for change in wire.events("change")] == [4]


def test_a_burst_is_a_few_messages_without_a_gap(screen: tuple[ScreenSocket, Wire]) -> None:
    socket_, wire = screen
    first = published(1, {})
    gatherer = Gatherer(first)
    gatherer.rooms[Audience.PUBLIC].enter(socket_, first.views[Audience.PUBLIC])
    gatherer.take(published(2, {"n": {"n": 2}}))
    wire.read_until(2)
    for revision in range(3, 103):
        gatherer.take(published(revision, {"n": {"n": revision}}))
        gevent.sleep(0)
    wire.read_until(102)
    gatherer.stop()
    heard = wire.events("change")
    assert heard[0]["previous"] == 1 and heard[0]["revision"] == 2
    assert all(later["previous"] == earlier["revision"] for earlier, later in pairwise(heard))
    assert heard[-1]["cards"] == {"n": {"n": 102}}
    assert len(heard) < 50


@pytest.mark.parametrize("size", [1, 40, 100, 126, 200, 65_000, 65_535, 66_000, 200_000])
def test_a_message_of_any_size_is_one_whole_frame(screen: tuple[ScreenSocket, Wire], size: int) -> None:
    socket_, wire = screen
    socket_.send(event_frame("change", json.dumps({"revision": 1, "text": "x" * size})))
    wire.read_until(1)
    assert wire.events("change") == [{"revision": 1, "text": "x" * size}]


def test_who_waits_for_a_revision_is_woken_by_it() -> None:
    publisher = Publisher(lambda _hall: None, lambda: "now")
    seen: list[int] = []
    waiting = gevent.spawn(publisher.wait, lambda: bool(seen), 10.0)
    gevent.sleep(0)
    assert not waiting.ready()
    seen.append(1)
    publisher.tell(published(1, {}))
    assert waiting.get(timeout=10) is True
    assert publisher.wait(lambda: False, 0.0) is False
    publisher.stop()


def test_rights_are_looked_at_again_when_the_register_changed() -> None:
    looked: list[str] = []
    publisher = Publisher(looked.append, lambda: "now")
    register = Register()
    publisher.tell(published(1, {}, register))
    until(lambda: looked == ["LJ"], "the first look")
    publisher.tell(published(2, {}, register))
    publisher.tell(published(3, {}, Register()))
    until(lambda: len(looked) == 2, "one look for the new register")
    publisher.stop()
