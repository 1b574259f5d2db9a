"""Whether two devices answer at one address: they speak closer together than one of them ever could."""

from typing import Final

PRESSES_APART_S: Final = 0.1  # two different presses; a hand is slower, and a keypad sleeps after one
REPLIES_APART_S: Final = 0.03  # two replies; no two frames of ours follow each other so fast
SUSPECTED_FOR_S: Final = 600.0
_TIMES: Final = 2  # a program that was held up may read two presses at once, but hardly again


class SharedAddress:
    """Times are monotonic seconds."""

    def __init__(self, *, presses: bool) -> None:
        self._presses = presses
        self._last: tuple[bytes, float] | None = None
        self._seen: list[float] = []

    def heard(self, raw: bytes, now: float) -> None:
        """A frame came from this address."""
        before, self._last = self._last, (raw, now)
        if before is None:
            return
        apart = now - before[1]
        if apart < PRESSES_APART_S and raw != before[0] if self._presses else apart < REPLIES_APART_S:
            self._seen = [*self._seen[1 - _TIMES :], now]

    def suspected(self, now: float) -> bool:
        """It happened more than once in the last minutes."""
        return len([at for at in self._seen if now - at < SUSPECTED_FOR_S]) >= _TIMES
