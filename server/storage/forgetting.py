"""Replies are kept under their keys for 72 hours; what is older is forgotten after each turn of a hall's day.

A little at a time, while nobody waits: a hall's day leaves twenty thousand of them, all over their table.
"""

from server.storage.statements import DELETE_OLD_REPLIES, LAST_OF_NEXT_KEYS
from server.storage.store import Reads

KEPT_MS = 72 * 3_600_000
PAUSE_S = 0.005  # between two looks
_AT_ONCE = 500  # keys


class Forgetting:
    """How far each hall's keys were looked through."""

    def __init__(self) -> None:
        self._looked_at: dict[str, str] = {}  # hall -> the last key that was looked at

    @property
    def due(self) -> bool:
        """Whether anything is left to be looked at."""
        return bool(self._looked_at)

    @property
    def hall(self) -> str:
        """Whose keys are next."""
        return next(iter(self._looked_at))

    def begin(self, hall: str) -> None:
        """A day has turned: look through all of the hall's keys, once."""
        self._looked_at[hall] = ""

    def give_up(self) -> None:
        """Until the next turn of a day."""
        self._looked_at.clear()

    def some(self, database: Reads, now_ms: int) -> None:
        """Look at the next keys of `hall` and forget the old ones, inside the caller's transaction."""
        hall = self.hall
        looked_at = self._looked_at[hall]
        last: str | None = database.execute(LAST_OF_NEXT_KEYS, (hall, looked_at, _AT_ONCE)).fetchone()[0]
        if last is None:
            del self._looked_at[hall]
            return
        database.execute(DELETE_OLD_REPLIES, (hall, looked_at, last, now_ms - KEPT_MS))
        self._looked_at[hall] = last
