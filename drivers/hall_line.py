"""What a window agent does with a line, whatever hangs on it: an RS-485 bus, tablets, a keyboard pad, a bridge."""

from collections.abc import Callable
from typing import Protocol

from drivers.callers.pad_on_line import PadKey
from drivers.devices_on_bus import AddressRefused, NoSuchDevice
from drivers.keypads.keypad_on_line import KeyPress
from drivers.line_health import BusHealth, DeviceState, LineState
from drivers.profiles.loader import ProfileRefused
from drivers.reopening import Reopening


class HallLine(Protocol):
    """Devices are added before the start. No call waits for a device."""

    def add_keypad(self, window: str, address: int, profile: str, on_press: Callable[[KeyPress], None]) -> None:
        """Raises AddressRefused, ProfileRefused."""
        ...

    def add_pad(self, window: str, address: int, on_key: Callable[[PadKey], None], profile: str) -> None:
        """Raises AddressRefused, ProfileRefused."""
        ...

    def add_strip(self, window: str, address: int, profile: str) -> None:
        """Raises AddressRefused, ProfileRefused."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def invite(self, window: str) -> None:
        """Raises NoSuchDevice."""
        ...

    def cancel_invitation(self, window: str) -> None:
        """Raises NoSuchDevice."""
        ...

    def show(self, window: str, text: str) -> object:
        """Raises NoSuchDevice."""
        ...

    def show_digits(self, window: str, digits: str, waiting: int | None = None) -> None:
        """Raises NoSuchDevice."""
        ...

    def answer(self, window: str, *, ok: bool) -> None:
        """Raises NoSuchDevice."""
        ...

    def health(self) -> BusHealth: ...


class KeypadsOnly:
    """The part of a line that has neither call pads nor strips. ``profile_id``: its devices' profile in the hall
    file."""

    profile_id: str

    def add_pad(self, window: str, address: int, on_key: Callable[[PadKey], None], profile: str) -> None:
        """Raises AddressRefused."""
        raise AddressRefused(f"pad of window {window}: on a line of kind {self.profile_id} there are no call pads")

    def add_strip(self, window: str, address: int, profile: str) -> None:
        """Raises AddressRefused."""
        raise AddressRefused(f"strip of window {window}: on a line of kind {self.profile_id} there are no strips")

    def show(self, window: str, text: str) -> object:
        """Raises NoSuchDevice."""
        raise NoSuchDevice(f"window {window} has no strip on this line")

    def show_digits(self, window: str, digits: str, waiting: int | None = None) -> None:
        """Raises NoSuchDevice."""
        raise NoSuchDevice(f"window {window} has no pad on this line")

    def answer(self, window: str, *, ok: bool) -> None:
        """Raises NoSuchDevice."""
        raise NoSuchDevice(f"window {window} has no pad on this line")

    def need_profile(self, profile: str) -> None:
        """Raises ProfileRefused when the hall file gives the device another profile than this kind of line has."""
        if profile != self.profile_id:
            raise ProfileRefused(
                f"{profile}.toml", f"on a line of kind {self.profile_id} the profile is {self.profile_id}"
            )


def state_behind(line: Reopening, when_open: DeviceState) -> DeviceState:
    """A device's state: the line's, unless that is open."""
    if line.state is LineState.READY:
        return when_open
    if line.state is LineState.CLOSED:
        return DeviceState.SILENT
    if not line.is_present():
        return DeviceState.UNPLUGGED
    if line.taken:
        return DeviceState.TAKEN
    return DeviceState.SILENT if line.last_error is None else DeviceState.FAULT
