"""The day's calls as boards show them, newest first."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.ticket import Visit

_MOST_CALLS = 400


@dataclass(frozen=True, slots=True)
class BoardCall:
    """A call as boards show it; `id` is the revision that made it."""

    id: int
    visit: int
    number: str
    window: str
    at_ms: int
    recall: int


class Board:
    """The newest calls of all zones; an old one is forgotten where there are too many."""

    def __init__(self) -> None:
        self._calls: deque[BoardCall] = deque(maxlen=_MOST_CALLS)

    def __iter__(self) -> Iterator[BoardCall]:
        return iter(self._calls)

    def show(self, visit: Visit, at_ms: int) -> None:
        """A visit was called, or called again."""
        self._calls.appendleft(BoardCall(visit.call, visit.id, visit.label, visit.window, at_ms, visit.recalls))

    def forget(self, visit: Visit) -> None:
        """The visit's calls were taken back."""
        self._calls = deque((call for call in self._calls if call.visit != visit.id), maxlen=_MOST_CALLS)
