"""Telling the screens: a hall's first change at once, what follows within 50 ms in one message; a beat every 2 s."""

import time
from collections.abc import Callable

import gevent
from gevent.event import Event

from contract.words import Audience
from server.live.room import Room
from server.storage.published import Published

GATHER_S = 0.05
BEAT_S = 2.0


class Gatherer:
    """One hall's changes on their way to its rooms."""

    def __init__(self, first: Published) -> None:
        self.rooms = {audience: Room(first.hall, view) for audience, view in first.views.items()}
        self._newest = first
        self._news = Event()
        self._greenlet = gevent.spawn(self._run)

    def take(self, published: Published) -> None:
        """Something was committed."""
        self._newest = published
        self._news.set()

    def beat(self, now_text: str) -> None:
        """Tell each room what it was told last, and the time."""
        for room in self.rooms.values():
            room.beat(now_text)

    def stop(self) -> None:
        """No more telling."""
        self._greenlet.kill()

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            for audience, view in self._newest.views.items():
                self.rooms[audience].tell(view)
            gevent.sleep(GATHER_S)


class Publisher:
    """Takes what the writer publishes and brings it to the screens; wakes whoever waits for a revision."""

    def __init__(self, cut_the_revoked: Callable[[str], None], now_text: Callable[[], str]) -> None:
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
            self._gatherers[published.hall] = Gatherer(published)
        else:
            gatherer.take(published)
        if self._registers.get(published.hall) is not published.register:
            self._registers[published.hall] = published.register
            gevent.spawn(self._cut_the_revoked, published.hall)
        self._told.set()
        self._told = Event()

    def room(self, hall: str, audience: Audience) -> Room:
        """Where screens of a published hall watch this audience."""
        return self._gatherers[hall].rooms[audience]

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
