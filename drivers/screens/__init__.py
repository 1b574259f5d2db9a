"""LED strips above windows: the table of those that can be chosen."""

from collections.abc import Callable
from typing import Final

from drivers.profiles.loader import load_profile
from drivers.screens.led_strip import LedStrip
from drivers.screens.strip_text import Colour, StripText

__all__ = ["STRIPS", "Colour", "LedStrip", "StripText"]

STRIPS: Final[dict[str, Callable[[], LedStrip]]] = {
    "a090-strip": lambda: LedStrip(load_profile("a090-strip")),
    "c0d-strip": lambda: LedStrip(load_profile("c0d-strip")),
    "aabb-strip": lambda: LedStrip(load_profile("aabb-strip")),
}
