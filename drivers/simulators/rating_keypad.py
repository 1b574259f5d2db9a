"""A rating keypad of the FF 68 family, with five or four levels, lying on a counter."""

from typing import Literal

from drivers.simulators.bus import ACKNOWLEDGEMENT_SECONDS, Bus, Press
from drivers.simulators.bus_faults import BusFaults
from drivers.simulators.bus_frames import Heard, pad_frame

KEYPAD_OFFSET = 0x80
START = 0x01
STARS = 0x02
GRADE = 0x11

GRADE_OF_LEVEL = {5: {1: 0, 2: 1, 3: 2, 4: 3, 5: 4}, 4: {1: 0, 2: 1, 4: 2, 5: 3}}
"""By the number of keys: our level (5 very satisfied) to the byte sent. Our reading, unverified on hardware."""


class RatingKeypad:
    """Sleeps until the start frame, takes one press, sleeps again.

    The acknowledgement of a press is the same frame as a start: the first one within half a second of the press, or of
    its last repeat, is taken for the acknowledgement, any later one for a new start. (A reading of ours: counted from
    the first sending alone, the last three of the five repeats could never be acknowledged.)
    """

    family = "pad"

    def __init__(self, bus: Bus, address: int, levels: Literal[4, 5]) -> None:
        self.address = address
        self.bus_address = address + KEYPAD_OFFSET
        self.levels = levels
        self.faults = BusFaults()
        self.awake = False
        self.starts = 0
        self.stars: int | None = None
        self._bus = bus
        self._press: Press | None = None

    def hear(self, heard: Heard) -> str:
        if heard.function == START and not heard.data:
            return self._hear_start()
        if heard.function == STARS and len(heard.data) == 1:
            self.stars = heard.data[0]
            return f"keypad {self.address} shows {self.stars} stars"
        return f"keypad {self.address} does not understand"

    def wake(self) -> None:
        self.awake = True
        self.starts += 1
        self._bus.changed.notify_all()

    def wait_awake(self, timeout: float) -> bool:
        with self._bus.changed:
            return self._bus.changed.wait_for(lambda: self.awake, timeout)

    def wait_starts(self, count: int, timeout: float) -> bool:
        """Wait until that many starts were heard since the keypad was made."""
        with self._bus.changed:
            return self._bus.changed.wait_for(lambda: self.starts >= count, timeout)

    def press(self, level: int, *, even_asleep: bool = False) -> Press:
        """A citizen presses a level (1 to 5). A keypad asleep sends nothing, unless it is one of those that always do.

        Raises ValueError for a level this keypad has no key for.
        """
        grades = GRADE_OF_LEVEL[self.levels]
        if level not in grades:
            raise ValueError(f"a keypad with {self.levels} keys has none for level {level}")
        raw = pad_frame(self.bus_address, GRADE, bytes((grades[level],)))
        with self._bus.changed:
            press = Press(
                self._bus.changed,
                address=self.address, raw=raw, level=level, key="", digits="",
            )  # fmt: skip
            noticed = (self.awake or even_asleep) and not self.faults.dead
            if noticed:
                if self._press is not None:
                    self._press.settle(acknowledged=False)
                self._press = press
                self.awake = False
            self._bus.press(self, press, heard_by_device=noticed)
        return press

    def _hear_start(self) -> str:
        press, self._press = self._press, None
        if press is not None and not press.settled:
            in_time = self._bus.clock() - press.sent_at <= ACKNOWLEDGEMENT_SECONDS
            press.settle(acknowledged=in_time)
            if in_time:
                return f"keypad {self.address} press acknowledged"
        self.wake()
        return f"keypad {self.address} start"
