"""Growing pauses between tries."""

import random

JITTER = 0.25  # of a pause, either way, so that a hall's agents do not all come back in the same moment


class Pauses:
    """Each pause is twice the one before, up to `longest` (seconds), until something succeeds."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def next(self) -> float:
        """Seconds to wait now."""
        pause = self._next
        self._next = min(self._longest, pause * 2)
        return pause * random.uniform(1 - JITTER, 1 + JITTER)

    def succeeded(self) -> None:
        """Begin again with the shortest."""
        self._next = self._first
