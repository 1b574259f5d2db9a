"""Rating keypads: the table of those that can be chosen."""

from collections.abc import Callable
from typing import Final

from drivers.keypads.rating_keypad import RatingKeypad
from drivers.profiles.loader import load_profile

KEYPADS: Final[dict[str, Callable[[], RatingKeypad]]] = {
    "ff68-keypad-5": lambda: RatingKeypad(load_profile("ff68-keypad-5")),
    "ff68-keypad-4": lambda: RatingKeypad(load_profile("ff68-keypad-4")),
}
