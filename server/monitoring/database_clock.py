"""This machine's clock beside the database's: whether they have come to differ, said once and then again if it grows.

A difference is no reason to stop: the hall's time is one for all processes, since each follows what was recorded last.
But the clock that is ahead is then the hall's.
"""

import structlog

SKEW_S, MOST_SKEW_S = 2.0, 60.0  # worth a word; too much to start with
_QUICK_S = 1.0  # an answer that took longer says too little
_log = structlog.get_logger("clock")


class DatabaseClock:
    """Compared at each look at the database."""

    def __init__(self) -> None:
        self.before_s: float | None = None  # how far ours is before the database's; None: never looked at
        self._said_s = 0.0

    def looked(self, asked_s: float, theirs_s: float, answered_s: float) -> None:
        """Epoch seconds: ours when it was asked, theirs, ours when the answer was there."""
        if not 0 <= answered_s - asked_s <= _QUICK_S:
            return
        self.before_s = (asked_s + answered_s) / 2 - theirs_s
        reached = max((bound for bound in (SKEW_S, MOST_SKEW_S) if abs(self.before_s) >= bound), default=0.0)
        if reached > self._said_s:
            say = _log.error if reached == MOST_SKEW_S else _log.warning
            say("clock_differs_from_database", by_s=round(self.before_s, 1))
            self._said_s = reached
        elif abs(self.before_s) < SKEW_S / 2:
            self._said_s = 0.0
