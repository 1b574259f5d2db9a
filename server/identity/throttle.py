"""How often one may try a password or a code, per account and per source; in memory and bounded."""

from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from contract.words import Code
from server.domain.errors import Refusal

MAX_NAMES = 20_000


class Throttle:
    """Counts tries under names. A try counts when it begins, so that many at once gain nothing."""

    def __init__(self, window_s: float, monotonic: Callable[[], float]) -> None:
        self._window_s = window_s
        self._monotonic = monotonic
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, limits: dict[str, int]) -> None:
        """Begin a try under each name, at most `limits[name]` within the window. Raises Refusal(TOO_MANY_TRIES)."""
        now = self._monotonic()
        waits = [self._wait(name, limit, now) for name, limit in limits.items()]
        if max(waits) > 0:
            raise Refusal(Code.TOO_MANY_TRIES, seconds=ceil(max(waits)))
        for name in limits:
            self._tries.setdefault(name, deque()).append(now)
            self._tries.move_to_end(name)
        while len(self._tries) > MAX_NAMES:
            self._tries.popitem(last=False)

    def succeeded(self, names: dict[str, int]) -> None:
        """The try begun last was right: the first name (the account) starts anew, the others take that one try back."""
        account, *others = names
        self._tries.pop(account, None)
        for name in others:
            if self._tries.get(name):
                self._tries[name].pop()

    def _wait(self, name: str, limit: int, now: float) -> float:
        tries = self._tries.get(name)
        if tries is None:
            return 0.0
        while tries and tries[0] <= now - self._window_s:
            tries.popleft()
        return tries[-limit] + self._window_s - now if len(tries) >= limit else 0.0
