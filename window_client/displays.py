"""What the strips and the call pads' displays show, from the cards, also when these have grown old."""

import threading
from collections.abc import Iterable
from typing import Final

import structlog

from contract.cards import WindowCard, WorkCard
from drivers.bus import DeviceKind, StripText
from terminal.cards import Cards
from window_client.devices import Devices, tell
from window_client.pads import display_of
from window_client.strips import ASK_STAFF, strip_text

LOG = structlog.get_logger(__name__)

OLD_AFTER_S: Final = 60.0


class Displays:
    """`windows` are those whose devices may be here."""

    def __init__(
        self, windows: Iterable[str], cards: Cards, devices: Devices, *, old_after_s: float = OLD_AFTER_S
    ) -> None:
        self._windows = tuple(windows)
        self._cards = cards
        self._devices = devices
        self._old_after_s = old_after_s
        self._timer: threading.Timer | None = None
        self._cards_are_old = False

    def show(self, keys: frozenset[str] | None = None) -> None:
        """Bring the devices up to the changed cards, or to all of them."""
        for window in self._windows:
            if keys is None or f"window/{window}" in keys:
                self._show_strip(window)
            if keys is None or f"work/{window}" in keys:
                self._show_digits(window)

    def line_turned(self, *, connected: bool) -> None:
        """The line to the server came or went."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if connected:
            self._turn_old(old=False)
        else:
            self._timer = threading.Timer(self._old_after_s, self._turn_old, kwargs={"old": True})
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _turn_old(self, *, old: bool) -> None:
        if old != self._cards_are_old:
            self._cards_are_old = old
            self.show()

    def _show_strip(self, window: str) -> None:
        card = self._cards.card(f"window/{window}", WindowCard)
        text = ASK_STAFF if self._cards_are_old else "" if card is None else strip_text(card)
        tell(self._devices.bus(DeviceKind.STRIP, window), lambda bus: _told(window, bus.show(window, text)))

    def _show_digits(self, window: str) -> None:
        card = self._cards.card(f"work/{window}", WorkCard)
        if card is not None:
            digits, waiting = display_of(card)
            tell(self._devices.bus(DeviceKind.PAD, window), lambda bus: bus.show_digits(window, digits, waiting))


def _told(window: str, shown: object) -> None:
    """What a strip cannot show is replaced on it; whoever looks after it reads so in the log."""
    if isinstance(shown, StripText) and (shown.replaced or shown.clipped):
        LOG.warning("strip_cannot_show", window=window, shows=shown.shown, lacks=shown.replaced, clipped=shown.clipped)
