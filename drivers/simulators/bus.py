"""What a device on the line needs of the line, and the line of a device."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from drivers.simulators.bus_faults import BusFaults
from drivers.simulators.bus_frames import Heard

ACKNOWLEDGEMENT_SECONDS = 0.5
"""For so long after it was sent last, a press may still be answered."""


class BusDevice(Protocol):
    """``bus_address`` is the byte in the frame; ``family`` the kind of frame it listens to."""

    bus_address: int
    family: str
    faults: BusFaults

    def hear(self, heard: Heard) -> str:
        """Take a frame addressed to this device; return what it meant, for the log. Called with ``changed`` held."""


class Press:
    """One key pressed by a person: what went out, how often, and whether the host answered.

    ``level`` is 1 to 5 for a rating; ``key`` and ``digits`` belong to call pads. ``sent_at`` is when it was sent last,
    by the line's clock in seconds.
    """

    def __init__(
        self, changed: threading.Condition, *, address: int, raw: bytes, level: int, key: str, digits: str
    ) -> None:
        self.time = datetime.now(UTC)
        self.address = address
        self.raw = raw
        self.level = level
        self.key = key
        self.digits = digits
        self.times_sent = 0
        self.sent_at = 0.0
        self.acknowledged = False
        self.settled = False
        self._changed = changed

    def settle(self, *, acknowledged: bool) -> None:
        """The host has answered, or the pad has other things to do: no more repeats."""
        with self._changed:
            if not self.settled:
                self.settled = True
                self.acknowledged = acknowledged
                self._changed.notify_all()

    def wait_settled(self, timeout: float) -> bool:
        """Wait until answered or given up; false when neither happened within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.settled, timeout)

    def wait_acknowledged(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.settled, timeout) and self.acknowledged


class Bus(Protocol):
    """The line as its devices see it. Everything about devices changes under ``changed``."""

    changed: threading.Condition
    clock: Callable[[], float]

    def transmit(self, device: BusDevice, frame: bytes, meaning: str) -> None:
        """Put a frame in the line's queue; returns at once."""

    def press(self, device: BusDevice, press: Press, *, heard_by_device: bool) -> None:
        """Record a press and send it until it is settled; if the device did not notice the key, only record it."""

    def note(self, event: str, **facts: object) -> None:
        """Write to the line's log."""

    def wake_keypads(self, address: int) -> None:
        """A call pad starts the rating at its own counter without the host."""
