"""Halls that other processes command too: what is published here is brought to where the database is.

The database's revisions are the truth and are looked at every two seconds. A message of another process, by Redis, only
makes a hall's look come sooner; without Redis, or with one that talks nonsense, screens are told a little later. A hall
that nobody watches here is somebody else's: it is followed from afar, and brought up to date when it is asked about.
"""

import time
from collections.abc import Callable, Collection, Mapping

import gevent
import structlog
from gevent.event import Event

from server.domain.errors import Refusal

LOOK_EVERY_S = 2.0
FRESH_WITHIN_S = 5.0
_AWAY_WAITS_S = 0.5  # while the database is known to be away
UNWATCHED_EVERY_S = 60.0
_HINTS_EVERY_S = 0.05  # for each hall, however many messages come; the first counts at once
_REST = 4.0  # after a hall was brought up to date for a mere message: so many times as long none counts for it
_UNWATCHED_FOR_S = 0.1  # of each look, so long for halls that nobody watches
_log = structlog.get_logger("several")


class Several:
    """`heads` reads revisions, of these halls or of all (raises Refusal); `knows` says which one the writer has of a
    hall; `catch_up` brings it up to date and says how long that took (seconds), without what it waited before;
    `watched` says whether somebody watches it here."""

    def __init__(
        self,
        heads: Callable[[Collection[str] | None], Mapping[str, int]],
        knows: Callable[[str], int],
        catch_up: Callable[[str], float],
        watched: Callable[[str], bool],
    ) -> None:
        self._heads = heads
        self._knows = knows
        self._catch_up = catch_up
        self._watched = watched
        self._asked: set[str] = set()
        self._asking, self._next = Event(), Event()  # that somebody asks; the end of the answer after the present one
        self._told_of: set[str] = set()
        self._told = Event()
        self._rests: dict[str, float] = {}  # by hall: until when no message counts
        self._far: dict[str, float] = {}  # by hall that nobody watches: when it is looked at again
        self._all_due = 0.0
        self._away = False
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    def start(self) -> None:
        """Look now and then, and when asked."""
        self._all_due = time.monotonic() + LOOK_EVERY_S
        self._greenlets = [gevent.spawn(self._for_ever, work) for work in (self._answer, self._follow)]

    def stop(self) -> None:
        """Look no more."""
        gevent.killall(self._greenlets)
        self._greenlets = []

    def fresh(self, hall: str) -> None:
        """Returns when what is published of the hall is as new as the database was when this was called, or cannot be.

        All who ask at the same time share one look.
        """
        ended = self._next
        self._asked.add(hall)
        self._asking.set()
        ended.wait(_AWAY_WAITS_S if self._away else FRESH_WITHIN_S)

    def hint(self, hall: str, revision: int) -> None:
        """Another process says that the hall went on."""
        if revision > self._knows(hall) > 0 and self._watched(hall):
            self._told_of.add(hall)
            self._told.set()

    def _for_ever(self, work: Callable[[], None]) -> None:
        while True:
            try:
                work()
            except Exception:
                _log.exception("look_failed")

    def _answer(self) -> None:
        """Bring the halls up to date that somebody asks about."""
        self._asking.wait()
        self._asking.clear()
        ended, self._next = self._next, Event()
        asked, self._asked = self._asked, set()
        try:
            for hall in self._behind(asked):
                self._catch_up(hall)
        finally:
            ended.set()

    def _follow(self) -> None:
        """Bring those up to date that others told of, each in its turn; every two seconds look at all."""
        self._told.wait(self._free_s())
        self._told.clear()
        now = time.monotonic()
        due = {hall for hall in self._told_of if self._rests.get(hall, 0.0) <= now}
        self._told_of -= due
        for hall in due:
            took_s = self._catch_up(hall)
            self._rests[hall] = time.monotonic() + max(_HINTS_EVERY_S, _REST * took_s)
        if time.monotonic() >= self._all_due:
            self._all_due = time.monotonic() + LOOK_EVERY_S
            self._look_at_all()

    def _free_s(self) -> float:
        due = [self._rests.get(hall, 0.0) for hall in self._told_of]
        return max(0.0, min([*due, self._all_due]) - time.monotonic())

    def _look_at_all(self) -> None:
        behind = self._behind(None)
        self._told_of.update(filter(self._watched, behind))
        begun = now = time.monotonic()
        for hall in behind:
            if now - begun < _UNWATCHED_FOR_S and not self._watched(hall) and self._far.get(hall, 0.0) <= now:
                self._catch_up(hall)
                now = time.monotonic()
                self._far[hall] = now + UNWATCHED_EVERY_S

    def _behind(self, halls: Collection[str] | None) -> list[str]:
        """Which of them went on elsewhere; none where the database cannot be asked."""
        try:
            heads = self._heads(halls)
        except Refusal:
            if not self._away:
                _log.warning("database_away")
            self._away = True
            return []
        self._away = False
        return [hall for hall, revision in heads.items() if self._knows(hall) < revision]
