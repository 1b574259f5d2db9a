"""What everybody in the hall can see: the public cards, as any board follows them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from contract.cards import CallsCard, WindowCard
from contract.words import Audience
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call as it stood on the board; `at` is the monotonic second at which it got there."""

    call: int
    number: str
    window: str
    at: float


class PublicBoard:
    """Needs no token."""

    def __init__(self, server: str, hall: str) -> None:
        self._connection = Connection(server, hall, "display", token=None)
        self._cards = Cards()
        self._live = Live(self._connection, Audience.PUBLIC, self._cards, ServerClock())
        self._changed = threading.Condition()
        self._calls: dict[int, SeenCall] = {}
        self._latest: dict[str, SeenCall] = {}
        self._over = False

    def start(self) -> None:
        self._cards.subscribe(self._cards_changed)
        self._live.start()

    def stop(self) -> None:
        """Whoever waits is let go."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._connection.stop()
        self._live.stop()
        self._connection.close()

    def wait_connected(self, within_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._cards.revision is not None, within_s)

    def wait_called(self, number: str, after: int, within_s: float) -> SeenCall | None:
        """The newest call of the number, later than call `after`; None when there is none in time."""

        def called() -> bool:
            return self._over or (number in self._latest and self._latest[number].call > after)

        with self._changed:
            found = self._changed.wait_for(called, within_s) and not self._over
            return self._latest[number] if found else None

    def wait_gone(self, number: str, window: str, within_s: float) -> bool:
        """Until the window shows the number no more."""
        return self.wait(lambda: self.number_at(window) != number, within_s)

    def wait(self, reached: Callable[[], bool], within_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._over or reached(), within_s) and not self._over

    def number_at(self, window: str) -> str | None:
        card = self._cards.card(f"window/{window}", WindowCard)
        return None if card is None else card.number

    def open_lines(self) -> set[str]:
        """Lines for which a number is given at a kiosk now."""
        return {key.removeprefix("line/") for key, card in self._cards.all().items() if _gives_numbers(key, card)}

    @property
    def newest_call(self) -> int:
        """The id of the newest call so far; a number given after it is called later."""
        with self._changed:
            return max(self._calls, default=0)

    def seen(self, call: int, within_s: float) -> SeenCall | None:
        """The call by its id, when it stood on the board."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or call in self._calls, within_s)
            return self._calls.get(call)

    def _cards_changed(self, keys: frozenset[str]) -> None:
        now = time.monotonic()
        with self._changed:
            for key in keys:
                card = self._cards.card(key, CallsCard) if key.startswith("calls/") else None
                for call in () if card is None else card.calls:
                    if call.call not in self._calls:
                        seen = SeenCall(call.call, call.number, call.window, now)
                        self._calls[call.call] = seen
                        if call.number not in self._latest or self._latest[call.number].call < call.call:
                            self._latest[call.number] = seen
            self._changed.notify_all()


def _gives_numbers(key: str, card: dict[str, object]) -> bool:
    return key.startswith("line/") and bool(card["open"]) and card["open_windows"] != 0
