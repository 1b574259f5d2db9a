"""How many numbers were taken and called in each hour, and how long those who were called had waited.

Kept as the day goes, so that a card costs nothing that grows with the day. A ticket's wait lasts from its taking to its
first call that was not undone; a transfer or a return later on does not change it.
"""

from bisect import bisect_left, insort
from collections import Counter
from math import ceil

from server.domain.ticket import Ticket, Visit

HOUR_MS = 3_600_000


def hour_of(ms: int) -> int:
    """When the hour began (epoch milliseconds, UTC hours)."""
    return ms - ms % HOUR_MS


class Tally:
    """Of one day. Waits are milliseconds."""

    def __init__(self) -> None:
        self.taken: Counter[int] = Counter()  # by the beginning of the hour
        self.called: Counter[int] = Counter()
        self._first: dict[int, tuple[int, int, int]] = {}  # ticket -> visit of its first call, when, wait
        self._waits: list[int] = []  # in order of length
        self._sum = 0

    def took(self, ticket: Ticket) -> None:
        """A number was given."""
        self.taken[hour_of(ticket.taken_ms)] += 1

    def was_called(self, ticket: Ticket, visit: Visit) -> None:
        """A ticket was called; only its first call counts."""
        if ticket.id in self._first:
            return
        wait = max(0, visit.called_ms - ticket.taken_ms)
        self._first[ticket.id] = (visit.id, visit.called_ms, wait)
        insort(self._waits, wait)
        self._sum += wait
        self.called[hour_of(visit.called_ms)] += 1

    def was_undone(self, visit: Visit) -> None:
        """A call was taken back: if it was the ticket's first, the ticket still waits."""
        first = self._first.get(visit.ticket)
        if first is None or first[0] != visit.id:
            return
        del self._first[visit.ticket]
        _, called_ms, wait = first
        del self._waits[bisect_left(self._waits, wait)]
        self._sum -= wait
        self.called[hour_of(called_ms)] -= 1

    @property
    def people(self) -> int:
        """How many were called so far."""
        return len(self._waits)

    @property
    def average_wait(self) -> int | None:
        """Of those called so far."""
        return round(self._sum / len(self._waits)) if self._waits else None

    def wait_within(self, share: float) -> int | None:
        """The wait that this share of those called did not exceed (nearest rank): 0.9 is P90."""
        return self._waits[ceil(share * len(self._waits)) - 1] if self._waits else None
