"""The lines that settings can name: each kind, and what drives it."""

from drivers.bridge_line import BridgeLine
from drivers.bus import Bus, BusSettings
from drivers.hall_line import HallLine
from drivers.keypads.keyboard_line import KeyboardLine
from drivers.keypads.tablet_line import TabletLine
from drivers.profiles.loader import Profiles
from window_client.line_settings import AnyLine, BridgeSettings, KeyboardSettings, TabletSettings


def made_of(settings: AnyLine, profiles: Profiles) -> HallLine:
    """A line, not started. Raises ValueError for a port that can never be opened."""
    if isinstance(settings, TabletSettings):
        return TabletLine(settings.listen, settings.places, settings.keys)
    if isinstance(settings, KeyboardSettings):
        return KeyboardLine(settings.port, settings.keys, settings.debounce_s, grab=settings.grab)
    if isinstance(settings, BridgeSettings):
        return BridgeLine(settings.port)
    return Bus(settings.port, BusSettings(gap_s=settings.gap_s, local_echo=settings.local_echo), profiles)
