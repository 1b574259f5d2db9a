"""Which key does which deed at the clerk's page: the one table, that the page shows and the whole desktop may obey."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

# The page's keys by what they do, in the page's order. `start_service` is also finish, `pause_window` also reopen.
DEFAULTS: Final[Mapping[str, str]] = {
    "main": "F2",
    "recall": "F3",
    "start_service": "F4",
    "miss": "F5",
    "hold": "F6",
    "pass_on": "F7",
    "pause_window": "F8",
    "undo_call": "F9",
    "sign_out": "F10",
}
PATTERN: Final = re.compile(r"(?:(?P<modifier>Ctrl|Alt)\+)?F(?P<place>[1-9]|1[0-2])")


class WhyNot(StrEnum):
    """Why no key can be grabbed."""

    NO_LIBRARY = "no_library"
    NO_DISPLAY = "no_display"
    WAYLAND = "wayland"
    NO_SYSTEM = "no_system"


class CannotGrab(Exception):
    """Keys cannot be grabbed here, or not any more."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Hotkey:
    """`name` as settings and page write it: F2, Ctrl+F2. `modifier`: "Ctrl", "Alt" or "". `place`: 2 of F2."""

    name: str
    modifier: str
    place: int


def hotkey(name: str) -> Hotkey:
    """Raises ValueError for what is no hotkey."""
    found = PATTERN.fullmatch(name)
    if found is None:
        raise ValueError(name)
    return Hotkey(name, found["modifier"] or "", int(found["place"]))


class Grab(Protocol):
    """Keys of the whole desktop. One thread uses it. Each method raises CannotGrab when the desktop has gone."""

    def take(self, key: Hotkey) -> bool:
        """False: another program has it."""

    def release(self) -> None:
        """Give all keys back."""

    def pressed(self, within_s: float) -> list[Hotkey]:
        """The presses since last time; waits for the first. A key that is held down is one press."""

    def close(self) -> None:
        """Give all keys back and leave the desktop."""
