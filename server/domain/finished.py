"""Visits that were finished today: the newest of each line for the wait estimate, and each clerk's own figures."""

from collections import deque
from dataclasses import dataclass

from server.domain.indicators import RECENT_MS
from server.domain.ticket import Visit

_MOST_RECENT = 200


@dataclass(slots=True)
class OwnDay:
    """What a clerk has finished today, at whichever window."""

    visits: int = 0
    items: int = 0
    handling_ms: int = 0


class Finished:
    """Of one day. Times are epoch milliseconds, handling times milliseconds."""

    def __init__(self) -> None:
        self.recent: dict[str, deque[tuple[int, int]]] = {}  # line -> (ended, handling time)
        self.own: dict[str, OwnDay] = {}  # clerk -> what they have finished

    def remember(self, visit: Visit, ended_ms: int, took_ms: int) -> None:
        """A visit was finished."""
        self.recent.setdefault(visit.line, deque(maxlen=_MOST_RECENT)).append((ended_ms, took_ms))
        own = self.own.setdefault(visit.clerk, OwnDay())
        own.visits, own.items, own.handling_ms = own.visits + 1, own.items + visit.items, own.handling_ms + took_ms

    def handling(self, line: str, now_ms: int) -> list[int]:
        """Handling times of the line's visits that ended in the last 90 minutes."""
        return [took for ended, took in self.recent.get(line, ()) if ended >= now_ms - RECENT_MS]
