"""Halls that other processes command too: what is published here is brought to where the database is.

The database's revisions are the truth and are looked at every two seconds. A message of another process, by Redis, only
makes that look come sooner; without Redis, or with one that talks nonsense, screens are told a little later.
"""

import time
from collections.abc import Callable, Mapping

import gevent
import structlog
from gevent.event import Event

from server.domain.errors import Refusal

LOOK_EVERY_S = 2.0
FRESH_WITHIN_S = 5.0
_AWAY_WAITS_S = 0.5  # while the database is known to be away
_HINTS_EVERY_S = 0.05  # however many messages come
_REST = 4.0  # after a day was loaded for a mere message: so many times as long nothing is loaded for another
_log = structlog.get_logger("several")


class Several:
    """`heads` reads every hall's revision (raises Refusal), `knows` says which one the writer has, `catch_up` loads and
    says how long it did (seconds), without what it waited before."""

    def __init__(
        self,
        heads: Callable[[], Mapping[str, int]],
        knows: Callable[[str], int],
        catch_up: Callable[[str], float],
    ) -> None:
        self._heads = heads
        self._knows = knows
        self._catch_up = catch_up
        self._wanted, self._next = Event(), Event()  # that somebody wants a look; the end of the one after the present
        self._urgent = False
        self._rested: dict[str, float] = {}  # by hall: until when a message alone loads nothing
        self._due = 0.0  # the next look (monotonic) where nobody asks for one
        self._away = False
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def start(self) -> None:
        """Look now and then, and when asked."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Look no more."""
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None

    def fresh(self) -> None:
        """Returns when what is published is as new as the database was when this was called, or cannot be."""
        ended, self._urgent = self._next, True
        self._wanted.set()
        ended.wait(_AWAY_WAITS_S if self._away else FRESH_WITHIN_S)

    def hint(self, hall: str, revision: int) -> None:
        """Another process says that the hall went on."""
        if revision > self._knows(hall):
            self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait(max(0.0, self._due - time.monotonic()))
            self._wanted.clear()
            ended, self._next = self._next, Event()
            urgent, self._urgent = self._urgent, False
            try:
                self._look(urgent=urgent)
            except Exception:
                _log.exception("look_failed")
            ended.set()
            if not urgent:
                gevent.sleep(_HINTS_EVERY_S)

    def _look(self, *, urgent: bool) -> None:
        self._due = time.monotonic() + LOOK_EVERY_S
        try:
            heads = self._heads()
        except Refusal:
            if not self._away:
                _log.warning("database_away")
            self._away = True
            return
        self._away = False
        for hall, revision in heads.items():
            rested = self._rested.get(hall, 0.0)
            if self._knows(hall) >= revision:
                continue
            if not urgent and time.monotonic() < rested:
                self._due = min(self._due, rested)
                continue
            took_s = self._catch_up(hall)
            self._rested[hall] = time.monotonic() + _REST * took_s
