"""What happened since the start, counted in plain lists: only the event loop counts, so nothing needs a lock.

`prometheus_client`'s own counters take a lock at each step and look their labels up (1.3 µs against 0.1 µs here); a
command has a dozen such steps. They become figures of that library only when somebody asks (exposition.py).
"""

from bisect import bisect_left
from collections import Counter

# Seconds. A commit on a good disk takes 0.2 ms, on an office PC's 15 ms; a command waits up to 10 s for a lock.
COMMAND_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COMMIT_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
LATE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
BATCH = (1, 2, 4, 8, 16, 32, 64)  # commands; the writer takes at most 64 at a time


class Buckets:
    """A histogram: how many values lay at or below each bound, and one more for those above."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """One value more."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """All that one process counts."""

    def __init__(self) -> None:
        self.commands: Counter[tuple[str, str]] = Counter()  # deed, outcome
        self.refusals: Counter[str] = Counter()  # code
        self.command_s = Buckets(COMMAND_S)
        self.batch = Buckets(BATCH)
        self.commit_s = Buckets(COMMIT_S)
        self.late_s = Buckets(LATE_S)

    def committed(self, size: int, seconds: float) -> None:
        """The writer committed a batch of so many commands; only COMMIT itself is timed."""
        self.batch.add(size)
        self.commit_s.add(seconds)
