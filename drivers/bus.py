"""An RS-485 line with the keypads, call pads and strips of many windows on it.

No call waits for a device. What a device should be showing (a strip's text, a running invitation, a pad's digits) is
sent again after the line was lost; presses are reported once and never replayed. Needs gevent's monkey-patching,
done by the program before anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final, Literal

from drivers.callers.call_pad import CallPad, PadAction
from drivers.callers.pad_on_line import PadKey, PadOnLine
from drivers.deliveries import NotYet
from drivers.device_on_line import DeviceOnLine
from drivers.devices_on_bus import AddressRefused, DevicesOnBus, NoSuchDevice
from drivers.framing import FrameCounts, Framer
from drivers.keypads.keypad_on_line import KeypadOnLine, KeyPress
from drivers.keypads.rating_keypad import RatingKeypad
from drivers.line import Line
from drivers.line_health import BusHealth, DeviceFault, DeviceHealth, DeviceKind, DeviceState, LineState
from drivers.profiles.loader import ProfileRefused, Profiles
from drivers.profiles.profile import Profile, UdpLink
from drivers.screens import strip_driver_of
from drivers.screens.strip_on_line import StripOnLine
from drivers.screens.strip_text import Colour, StripText
from drivers.serial_port import LineSettings, Transport, checked_port
from drivers.transports import transport_at
from drivers.udp_port import UdpLine, names_udp

__all__ = [
    "AddressRefused",
    "Bus",
    "BusHealth",
    "BusSettings",
    "Colour",
    "DeviceFault",
    "DeviceHealth",
    "DeviceKind",
    "DeviceState",
    "KeyPress",
    "LineState",
    "NoSuchDevice",
    "NotYet",
    "PadAction",
    "PadKey",
    "ProfileRefused",
    "StripText",
]

_TAKE_WITHIN_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class BusSettings:
    """``gap_s``: silence after each frame of ours; None takes the longest that a profile on the line asks for.
    ``local_echo``: the adapter hears what it sends."""

    gap_s: float | None = None
    local_echo: bool = False


class Bus:
    """Devices are added before the start; a window has at most one of each kind. A bus is started once."""

    def __init__(self, port: str, settings: BusSettings | None = None, profiles: Profiles | None = None) -> None:
        self._profiles = profiles or Profiles()
        self.port = port if names_udp(port) else checked_port(port)
        self._settings = settings or BusSettings()
        self._devices = DevicesOnBus()
        self._counts = FrameCounts()
        self._line: Line | None = None

    def add_keypad(self, window: str, address: int, profile: str, on_press: Callable[[KeyPress], None]) -> None:
        """``address`` is the counter's, 1..127. The keypad is told that a press was taken when ``on_press`` has
        returned, so it should return within 300 ms, and raise if it could not keep the press.
        Raises AddressRefused, ProfileRefused."""
        self._add(KeypadOnLine(window, address, RatingKeypad(self._chosen("keypad", profile)), on_press, self._wake))

    def add_pad(self, window: str, address: int, on_key: Callable[[PadKey], None], profile: str = "ff68-pad") -> None:
        """``address`` is 1..127. ``on_key`` may take its time; the keys of one pad wait for it in order.
        Raises AddressRefused, ProfileRefused."""
        self._add(PadOnLine(window, address, CallPad(self._chosen("pad", profile)), on_key, self._wake))

    def add_strip(self, window: str, address: int, profile: str = "a090-strip") -> None:
        """``address`` is 1..254. Raises AddressRefused, ProfileRefused."""
        self._add(StripOnLine(window, address, strip_driver_of(self._chosen("strip", profile))))

    def start(self) -> None:
        """Opens the line in the background and keeps it open until ``stop``."""
        if self._line is not None:
            raise RuntimeError("this bus was started before")
        devices = list(self._devices.all())
        baud = next((device.profile.link.baud for device in devices), LineSettings().baud)
        gap_s = self._settings.gap_s
        if gap_s is None:
            gap_s = max((device.profile.link.gap_ms for device in devices), default=0) / 1000
        framer = Framer(device.profile.frame_rx for device in devices)
        self._counts = framer.counts
        transport = self._transport(devices, baud)
        self._line = Line(
            transport, framer, self._devices, baud=baud, gap_s=gap_s, local_echo=self._settings.local_echo
        )
        for device in devices:
            device.start()
        self._line.start()

    def _transport(self, devices: list[DeviceOnLine], baud: int) -> Transport:
        listen = next((one.profile.link.listen for one in devices if isinstance(one.profile.link, UdpLink)), None)
        return transport_at(self.port, LineSettings(baud)) if listen is None else UdpLine(self.port, listen)

    def stop(self) -> None:
        """Closes the line, then lets presses already reported be taken. Not to be called from a receiver."""
        if self._line is None:
            return
        self._line.stop()
        for device in self._devices.all():
            device.stop(_TAKE_WITHIN_S)

    def invite(self, window: str) -> None:
        """Starts a rating, now and after each reopening, until it is cancelled. Raises NoSuchDevice."""
        self._devices.at_window(window, KeypadOnLine).invite()
        self._wake()

    def cancel_invitation(self, window: str) -> None:
        """The invitation is over: rated, out of time, or the next citizen is here. Raises NoSuchDevice."""
        self._devices.at_window(window, KeypadOnLine).cancel_invitation()

    def show(self, window: str, text: str, colour: Colour = Colour.RED) -> StripText:
        """The text the strip should show from now on; ``#0#`` red, ``#1#`` green, ``#2#`` yellow within it. The
        result says what will stand there, what was replaced and whether it was clipped. Raises NoSuchDevice."""
        shown = self._devices.at_window(window, StripOnLine).show(text, colour)
        self._wake()
        return shown

    def show_digits(self, window: str, digits: str, waiting: int | None = None) -> None:
        """The number on the pad's display and how many wait. Raises NoSuchDevice; ValueError for other than digits."""
        self._devices.at_window(window, PadOnLine).show_digits(digits, waiting)
        self._wake()

    def alert(self, window: str) -> None:
        """The pad beeps. Raises NoSuchDevice."""
        self._devices.at_window(window, PadOnLine).alert()
        self._wake()

    def answer(self, window: str, *, ok: bool) -> None:
        """The pad shows whether the deed was done. Raises NoSuchDevice."""
        self._devices.at_window(window, PadOnLine).answer_deed(ok=ok)
        self._wake()

    def health(self) -> BusHealth:
        """As things stand now."""
        line = self._line
        devices = list(self._devices.all())
        return BusHealth(
            port=self.port,
            state=LineState.CLOSED if line is None else line.state,
            last_receive=None if line is None else line.last_receive,
            last_error=None if line is None else line.last_error,
            opened=0 if line is None else line.opened,
            noise_bytes=self._counts.noise_bytes,
            bad_checksums=self._counts.bad_checksums,
            unknown_addresses=self._devices.unknown_addresses,
            repeated_presses=sum(device.counts.repeated for device in devices),
            unexpected_keys=sum(device.counts.unexpected for device in devices),
            not_taken=sum(device.counts.not_taken for device in devices),
            devices=tuple(self._health_of(device) for device in devices),
            late_presses=sum(device.counts.late for device in devices),
        )

    def _health_of(self, device: DeviceOnLine) -> DeviceHealth:
        return DeviceHealth(
            window=device.window,
            kind=device.kind,
            address=device.address,
            profile=device.profile.id,
            state=self._state_of(device),
            last_seen=device.last_seen,
            last_error=device.last_error,
            reason=device.reason,
            frames=device.counts.frames,
        )

    def _state_of(self, device: DeviceOnLine) -> DeviceState:
        line = self._line
        if line is None or line.state is LineState.CLOSED:
            return DeviceState.SILENT
        if line.state is LineState.READY:
            if device.shared.suspected(monotonic()):
                return DeviceState.SHARED
            if device.asking is not None and device.asking.offline:
                return DeviceState.OFFLINE
            if not device.present and line.is_unfit(monotonic()):
                return DeviceState.UNFIT
            return device.state
        if not line.is_present():
            return DeviceState.UNPLUGGED
        if line.taken:
            return DeviceState.TAKEN
        if line.is_unfit(monotonic()):
            return DeviceState.UNFIT
        return DeviceState.SILENT if line.last_error is None else DeviceState.FAULT

    def _chosen(self, kind: Literal["keypad", "pad", "strip"], name: str) -> Profile:
        """Raises ProfileRefused."""
        profile = self._profiles.load(name)
        if profile.kind != kind:
            raise ProfileRefused(f"{name}.toml", f"this is the profile of a {profile.kind}, not of a {kind}")
        return profile

    def _add(self, device: DeviceOnLine) -> None:
        if self._line is not None:
            raise RuntimeError("devices are added before the bus is started")
        if device.profile.link.kind == "tcp" and "://" not in self.port:
            port = f"socket://host:{device.profile.link.port}"
            raise AddressRefused(f"{device.kind} of window {device.window}: {device.profile.id} is reached at {port}")
        if isinstance(device.profile.link, UdpLink) != names_udp(self.port):
            wanted = "udp://host:port" if isinstance(device.profile.link, UdpLink) else "a serial port or socket://"
            raise AddressRefused(
                f"{device.kind} of window {device.window}: {device.profile.id} is reached at {wanted}, not {self.port}"
            )
        self._devices.add(device)

    def _wake(self) -> None:
        if self._line is not None:
            self._line.wake()
