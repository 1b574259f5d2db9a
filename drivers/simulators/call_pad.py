"""A clerk's call pad of the FF 68 family."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from drivers.simulators.bus import Bus, Press
from drivers.simulators.bus_faults import BusFaults
from drivers.simulators.bus_frames import Heard, pad_frame

KEY_FUNCTION = 0x01
SHOW = 0x02
BEEP = 0x03

KEYS = {"start": 0x0A, "wait": 0x0B, "call_next": 0x0C, "recall": 0x0D, "cancel": 0x0E, "function": 0x0F}
"""The key's name to the last byte of the frame's data; digits typed before it stand in front."""

Reaction = Literal["digits", "success", "failure", "beep"]


@dataclass(frozen=True, slots=True)
class PadReaction:
    """Something the host made the pad do; ``text`` holds the digits shown (an underscore for 0A)."""

    time: datetime
    what: Reaction
    text: str = ""


class CallPad:
    """Sends keys until the host echoes them byte for byte; shows what the host says.

    One data byte 00 or 01 means failure or success, so a single digit 0 or 1 cannot be shown.
    """

    family = "pad"

    def __init__(self, bus: Bus, address: int) -> None:
        self.address = address
        self.bus_address = address
        self.faults = BusFaults()
        self.reactions: list[PadReaction] = []
        self._bus = bus
        self._press: Press | None = None

    @property
    def display(self) -> str:
        """The digits shown last; empty before the first."""
        with self._bus.changed:
            return next((reaction.text for reaction in reversed(self.reactions) if reaction.what == "digits"), "")

    def wait_reactions(self, count: int, timeout: float) -> list[PadReaction]:
        """Wait until the pad has reacted that often in all. Raises TimeoutError."""
        with self._bus.changed:
            if not self._bus.changed.wait_for(lambda: len(self.reactions) >= count, timeout):
                raise TimeoutError(f"pad {self.address} reacted {len(self.reactions)} times, not {count}")
            return list(self.reactions)

    def press(self, key: str, digits: str = "") -> Press:
        """The clerk types digits and a key. Raises KeyError for a key the pad does not have.

        The wait key alone starts the rating at this counter: the pad tells the keypad directly.
        """
        raw = pad_frame(self.bus_address, KEY_FUNCTION, bytes(int(digit) for digit in digits) + bytes((KEYS[key],)))
        with self._bus.changed:
            press = Press(
                self._bus.changed,
                address=self.address, raw=raw, level=0, key=key, digits=digits,
            )  # fmt: skip
            if not self.faults.dead:
                if self._press is not None:
                    self._press.settle(acknowledged=False)
                self._press = press
                if key == "wait" and not digits:
                    self._bus.wake_keypads(self.address)
            self._bus.press(self, press, heard_by_device=not self.faults.dead)
        return press

    def hear(self, heard: Heard) -> str:
        if self._press is not None and heard.raw[:-1] == self._press.raw[:-1]:
            self._press.settle(acknowledged=True)
            self._press = None
            return f"pad {self.address} key echoed"
        if heard.function == SHOW and heard.data in (b"\x00", b"\x01"):
            return self._react("success" if heard.data == b"\x01" else "failure")
        if heard.function == SHOW and heard.data and max(heard.data) <= 0x0A:
            return self._react("digits", "".join("_" if digit == 0x0A else str(digit) for digit in heard.data))
        if heard.function == BEEP and not heard.data:
            return self._react("beep")
        return f"pad {self.address} does not understand"

    def _react(self, what: Reaction, text: str = "") -> str:
        self.reactions.append(PadReaction(datetime.now(UTC), what, text))
        self._bus.changed.notify_all()
        return f"pad {self.address} {what} {text}".rstrip()
