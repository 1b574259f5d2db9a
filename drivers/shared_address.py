"""Whether two devices answer at one address: they speak closer together than one ever could, or answer twice."""

from typing import Final

PRESSES_APART_S: Final = 0.1  # two different presses; a hand is slower, and a keypad sleeps after one
SUSPECTED_FOR_S: Final = 600.0
_TIMES: Final = 2  # a program that was held up may read two presses at once, but hardly again


class SharedAddress:
    """Times are monotonic seconds."""

    def __init__(self) -> None:
        self._last: tuple[bytes, float] | None = None
        self._seen: list[float] = []

    def pressed(self, raw: bytes, now: float) -> None:
        """A press came from this address."""
        before, self._last = self._last, (raw, now)
        if before is not None and now - before[1] < PRESSES_APART_S and raw != before[0]:
            self.again(now)

    def again(self, now: float) -> None:
        """It spoke twice where one device speaks once."""
        self._seen = [*self._seen[1 - _TIMES :], now]

    def suspected(self, now: float) -> bool:
        """It happened more than once in the last minutes."""
        return len([at for at in self._seen if now - at < SUSPECTED_FOR_S]) >= _TIMES
