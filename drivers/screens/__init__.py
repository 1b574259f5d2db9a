"""LED strips above windows: the table of those that can be chosen, and who makes the frames of each."""

from collections.abc import Callable
from typing import Final

from drivers.profiles.loader import load_profile
from drivers.profiles.profile import Dialogue, Profile
from drivers.screens.huidu import HuiduCard
from drivers.screens.led_strip import LedStrip
from drivers.screens.onbon import OnbonFontCard
from drivers.screens.onbon_bitmap import OnbonBitmapCard
from drivers.screens.strip_driver import StripDriver
from drivers.screens.strip_text import Colour, StripText

__all__ = ["STRIPS", "Colour", "StripDriver", "StripText", "strip_driver_of"]

_DIALOGUES: Final[dict[Dialogue, Callable[[Profile], StripDriver]]] = {
    "onbon-bxk": OnbonFontCard,
    "onbon-bx6q": OnbonBitmapCard,
    "huidu": HuiduCard,
}


def strip_driver_of(profile: Profile) -> StripDriver:
    """A driver of its own for each strip. Raises ValueError for the profile of something else."""
    return LedStrip(profile) if profile.dialogue is None else _DIALOGUES[profile.dialogue](profile)


_SHIPPED: Final = (
    "a090-strip", "a090-udp-strip", "c0d-strip", "aabb-strip", "onbon-5k-strip", "onbon-6k-strip", "onbon-6q-strip",
    "huidu-strip",
)  # fmt: skip

STRIPS: Final[dict[str, Callable[[], StripDriver]]] = {
    name: lambda name=name: strip_driver_of(load_profile(name))  # type: ignore[misc]
    for name in _SHIPPED
}
