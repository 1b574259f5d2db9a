"""The server's clock: never back, never still, whatever is done to the machine's.

It counts on the monotonic clock. When the machine's clock is ahead, it follows at once; when that was set back, ours
goes on a tenth slower until the other has caught up. So no wait is negative, and a limit lasts at most a ninth
longer. Standard library only.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

STEP_NS = 2_000_000_000  # a smaller difference is the slewing of a time service
_MS = 1_000_000


def counted_ns() -> int:
    """The clock that nobody can set."""
    return time.monotonic_ns()


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody set the machine's clock: by how much (negative: back), and how far ours is ahead now. Milliseconds."""

    by_ms: int
    ahead_ms: int
    at_ms: int  # by our clock


class SteadyClock:
    """Both clocks are read in nanoseconds. `tell` hears of each step."""

    def __init__(
        self,
        tell: Callable[[Step], None],
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] | None = None,
    ) -> None:
        self._tell = tell
        self._wall_ns, self._monotonic_ns = wall_ns, monotonic_ns or counted_ns
        self._wall, self._monotonic = self._wall_ns(), self._monotonic_ns()
        self._ours = self._wall
        self.step: Step | None = None  # the newest

    def not_before(self, ms: int) -> None:
        """What was recorded up to then is past: a clock that was set back while nobody looked."""
        if ms * _MS > self._ours:
            behind, self._ours = self._ours - ms * _MS, ms * _MS
            if behind <= -STEP_NS:
                self._stepped(behind)

    def follow(self, ms: int) -> None:
        """So late it is by the clock of another process that works on the same halls."""
        self.now_ms()
        self._ours = max(self._ours, ms * _MS)

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        wall, monotonic = self._wall_ns(), self._monotonic_ns()
        passed = monotonic - self._monotonic
        stepped = wall - self._wall - passed
        self._wall, self._monotonic = wall, monotonic
        self._ours = max(wall, self._ours + passed * 9 // 10)
        if abs(stepped) >= STEP_NS:
            self._stepped(stepped)
        return self._ours // _MS

    @property
    def ahead_ms(self) -> int:
        """How far ours is ahead of the machine's."""
        return max(0, self._ours - self._wall) // _MS

    def now_text(self) -> str:
        """Our time as it stands on the wire."""
        now = datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _stepped(self, by_ns: int) -> None:
        self.step = Step(by_ns // _MS, self.ahead_ms, self._ours // _MS)
        self._tell(self.step)
