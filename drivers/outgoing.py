"""What waits to be sent to one device: at most one frame per purpose, the newest. So a queue never grows, and a dead
device never holds anything up."""

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import count
from math import inf

_standing = count()


class Purpose(IntEnum):
    """In the order in which frames go out; within one purpose the longest waiting goes first."""

    ACKNOWLEDGE = 0
    START_RATING = 1
    ANSWER = 2
    ALERT = 3
    TEXT = 4
    DIGITS = 5
    ASK = 6


# Only these are a state worth restoring; the others answer a moment that has passed when the line comes back.
DESIRED = frozenset({Purpose.START_RATING, Purpose.DIGITS, Purpose.TEXT})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame that may go out from ``not_before`` to ``not_after`` (monotonic seconds)."""

    purpose: Purpose
    standing: int
    frame: bytes
    not_before: float
    not_after: float


class Outgoing:
    """The waiting frames of one device."""

    def __init__(self) -> None:
        self._waiting: dict[Purpose, Waiting] = {}

    def put(self, purpose: Purpose, frame: bytes, *, not_before: float = -inf, not_after: float = inf) -> None:
        """Replaces what was waiting for the same purpose, and takes its place in the line."""
        before = self._waiting.get(purpose)
        standing = next(_standing) if before is None else before.standing
        self._waiting[purpose] = Waiting(purpose, standing, frame, not_before, not_after)

    def hold(self, purpose: Purpose, not_before: float) -> None:
        """Keeps what is waiting back until then."""
        if (waiting := self._waiting.get(purpose)) is not None:
            self._waiting[purpose] = replace(waiting, not_before=max(waiting.not_before, not_before))

    def drop(self, purpose: Purpose) -> None:
        """What was waiting for this purpose is no longer wanted."""
        self._waiting.pop(purpose, None)

    def forget_moments(self) -> None:
        """Drops everything but desired states."""
        self._waiting = {purpose: waiting for purpose, waiting in self._waiting.items() if purpose in DESIRED}

    def due(self, now: float) -> Waiting | None:
        """The first frame that may go out now; it stays until dropped. What has expired is forgotten."""
        self._waiting = {purpose: waiting for purpose, waiting in self._waiting.items() if now <= waiting.not_after}
        ready = [waiting for waiting in self._waiting.values() if waiting.not_before <= now]
        return min(ready, key=lambda waiting: (waiting.purpose, waiting.standing), default=None)

    def next_time(self) -> float:
        """When the next frame may go out; infinity when nothing waits."""
        return min((waiting.not_before for waiting in self._waiting.values()), default=inf)
