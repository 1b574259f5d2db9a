"""What happens to a simulated printer at a certain byte: the plug is pulled, the power goes, a fault sets in."""

from dataclasses import dataclass
from typing import Literal

from drivers.simulators.escpos_status import FaultChanges

Happening = Literal["unplug", "power off"] | FaultChanges


@dataclass
class Mishap:
    """`left`: bytes still to come before it happens. None: nothing will."""

    left: int | None = None
    what: Happening = "unplug"

    def plan(self, after_bytes: int, what: Happening) -> None:
        self.left, self.what = after_bytes, what

    def split(self, data: bytes) -> tuple[bytes, Happening | None, bytes]:
        """The bytes before it, what happens then, and the bytes behind it."""
        if self.left is None or len(data) < self.left:
            self.left = None if self.left is None else self.left - len(data)
            return data, None, b""
        before, behind = data[: self.left], data[self.left :]
        self.left = None
        return before, self.what, behind
