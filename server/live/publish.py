"""Telling the screens: a hall's first change at once, what follows within 50 ms in one message; a beat every 2 s."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

import gevent
from gevent.event import Event

from contract.cards import Beat, Change
from contract.words import Audience
from server.live.watchers import room
from server.storage.published import Published, View

GATHER_S = 0.05
BEAT_S = 2.0


class Emits(Protocol):
    """What is needed of Socket.IO."""

    def emit(self, event: str, data: dict[str, object], /, *, to: str) -> None: ...


def change_between(hall: str, old: View, new: View) -> Change | None:
    """What a screen that has `old` needs to have `new`; None if nothing changed. An unchanged card keeps its object."""
    if new.revision == old.revision:
        return None
    cards: dict[str, dict[str, object] | None] = {
        key: card for key, card in new.cards.items() if old.cards.get(key) is not card
    }
    cards |= {key: None for key in old.cards if key not in new.cards}
    return Change(hall=hall, previous=old.revision, revision=new.revision, cards=cards)


class Gatherer:
    """One hall's changes on their way to its rooms."""

    def __init__(self, first: Published, live: Emits) -> None:
        self._newest = first
        self._told: Mapping[Audience, View] = dict(first.views)
        self._live = live
        self._news = Event()
        self._greenlet = gevent.spawn(self._run)

    def take(self, published: Published) -> None:
        """Something was committed."""
        self._newest = published
        self._news.set()

    def beat(self, now_text: str) -> None:
        """Tell each room what it was told last, and the time."""
        for audience, view in self._told.items():
            beat = Beat(hall=self._newest.hall, revision=view.revision, time=now_text)
            self._live.emit("beat", beat.model_dump(), to=room(self._newest.hall, audience))

    def stop(self) -> None:
        """No more telling."""
        self._greenlet.kill()

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            self._tell(self._newest)
            gevent.sleep(GATHER_S)

    def _tell(self, newest: Published) -> None:
        told, self._told = self._told, dict(newest.views)
        for audience, view in newest.views.items():
            change = change_between(newest.hall, told[audience], view)
            if change is not None:
                self._live.emit("change", change.model_dump(), to=room(newest.hall, audience))


class Publisher:
    """Takes what the writer publishes and brings it to the screens; wakes whoever waits for a revision."""

    def __init__(self, live: Emits, cut_the_revoked: Callable[[str], None], now_text: Callable[[], str]) -> None:
        self._live = live
        self._cut_the_revoked = cut_the_revoked
        self._now_text = now_text
        self._gatherers: dict[str, Gatherer] = {}
        self._registers: dict[str, object] = {}
        self._told = Event()
        self._beating: gevent.Greenlet[[], None] | None = None

    def tell(self, published: Published) -> None:
        """The writer made a new view. Runs in the writer's greenlet, so it only wakes others."""
        gatherer = self._gatherers.get(published.hall)
        if gatherer is None:
            self._gatherers[published.hall] = Gatherer(published, self._live)
        else:
            gatherer.take(published)
        if self._registers.get(published.hall) is not published.register:
            self._registers[published.hall] = published.register
            gevent.spawn(self._cut_the_revoked, published.hall)
        self._told.set()
        self._told = Event()

    def wait(self, reached: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `reached` holds, looking again after each view; False when the time is over."""
        until = time.monotonic() + timeout_s
        while not reached():
            if not self._told.wait(until - time.monotonic()):
                return False
        return True

    def start(self) -> None:
        """Begin to beat."""
        self._beating = gevent.spawn(self._beat)

    def stop(self) -> None:
        """End all of it."""
        if self._beating is not None:
            self._beating.kill()
        for gatherer in self._gatherers.values():
            gatherer.stop()

    def _beat(self) -> None:
        while True:
            gevent.sleep(BEAT_S)
            now_text = self._now_text()
            for hall, gatherer in list(self._gatherers.items()):
                self._cut_the_revoked(hall)  # a session that ran out by the clock alone
                gatherer.beat(now_text)
