"""A keypad that says a press once and waits for no answer: the press is held here until its receiver has kept it, or
its invitation is over."""

from collections.abc import Callable
from typing import Final

import gevent

from drivers.deliveries import Deliveries
from drivers.keypads.keypad_on_line import KeyPress
from drivers.presses import PressTiming
from drivers.profiles.profile import Acknowledgement

AGAIN_S: Final = 1.0


class SaidOnce:
    """``same_within_s``: an equal press within this time of the last one heard is the same press."""

    def __init__(self, on_press: Callable[[KeyPress], None], same_within_s: float) -> None:
        repeat_ms = int(same_within_s * 1000)
        self._timing = PressTiming(
            Acknowledgement(how="none", taken_within_ms=repeat_ms, repeat_ms=repeat_ms, repeats=0)
        )
        self._deliveries: Deliveries[KeyPress] = Deliveries(on_press, self._done)
        self._held: KeyPress | None = None
        self.repeated = 0
        self.not_taken = 0

    def start(self) -> None:
        """Begins to hand presses over."""
        self._deliveries.start()

    def stop(self, within_s: float) -> None:
        """Lets the press in hand be taken."""
        self._held = None
        self._deliveries.stop(within_s)

    def forget(self) -> None:
        """Another invitation, or none: a press that nobody has kept is for nobody any more."""
        self._held = None

    def is_new(self, raw: bytes, now: float) -> bool:
        """Whether these bytes begin a press, or say again what was said."""
        new = self._timing.heard(raw, now)
        self.repeated += not new
        return new

    def pressed(self, press: KeyPress) -> None:
        """Hands it over, and again every second while it was not kept."""
        self._held = press
        self._give(press)

    def _give(self, press: KeyPress) -> None:
        if not self._deliveries.put(press):
            self._done(press, False)

    def _done(self, press: KeyPress, taken: bool) -> None:
        if taken:
            if self._held is press:
                self._held = None
            return
        self.not_taken += 1
        if self._held is press:
            gevent.spawn_later(AGAIN_S, self._again, press)

    def _again(self, press: KeyPress) -> None:
        if self._held is press:
            self._give(press)
