"""All devices of one line: who has which address, and whose frame goes out next."""

from collections.abc import Callable, Iterable
from math import inf
from typing import TypeVar

from drivers.device_on_line import DeviceOnLine
from drivers.framing import Frame
from drivers.line import Sending
from drivers.line_health import DeviceKind
from drivers.outgoing import Purpose, Waiting


class AddressRefused(ValueError):
    """An address out of its bounds, an address or a window used twice, or devices that cannot share a line."""


class NoSuchDevice(ValueError):
    """The window has no such device on this line."""


Device = TypeVar("Device", bound=DeviceOnLine)


class DevicesOnBus:
    """The traffic of a line (drivers.line.Traffic)."""

    def __init__(self) -> None:
        self._by_address: dict[tuple[str, int], DeviceOnLine] = {}
        self._by_window: dict[tuple[str, DeviceKind], DeviceOnLine] = {}
        self.unknown_addresses = 0

    def all(self) -> Iterable[DeviceOnLine]:
        """In the order in which they were added."""
        return self._by_address.values()

    def add(self, device: DeviceOnLine) -> None:
        """Raises AddressRefused."""
        what = f"{device.kind} of window {device.window}"
        bounds = device.profile.bus
        if not bounds.lowest <= device.address <= bounds.highest:
            raise AddressRefused(f"{what}: address {device.address} is not from {bounds.lowest} to {bounds.highest}")
        if (device.window, device.kind) in self._by_window:
            raise AddressRefused(f"window {device.window} has a {device.kind} already")
        place = (device.profile.family, device.line_address)
        if place in self._by_address:
            owner = f"the {self._by_address[place].kind} of window {self._by_address[place].window}"
            raise AddressRefused(f"{what}: address {device.address} belongs to {owner}")
        lines = [one for one in (device, *self.all()) if one.profile.frame_rx and one.profile.frame_rx.alone]
        if lines and any(one.profile.family != lines[0].profile.family for one in (device, *self.all())):
            raise AddressRefused(f"{what}: {lines[0].profile.id} shares its line with no other family")
        if any(other.profile.link.baud != device.profile.link.baud for other in self.all()):
            raise AddressRefused(f"{what}: the line runs at another speed than {device.profile.link.baud} baud")
        self._by_address[place] = device
        self._by_window[device.window, device.kind] = device

    def at_window(self, window: str, of: type[Device]) -> Device:
        """Raises NoSuchDevice."""
        device = self._by_window.get((window, of.kind))
        if not isinstance(device, of):
            raise NoSuchDevice(f"window {window} has no {of.kind} on this line")
        return device

    def heard(self, frame: Frame, now: float) -> None:
        device = self._by_address.get((frame.family, frame.address))
        if device is None:
            self.unknown_addresses += 1
            return
        device.counts.frames += 1
        if device.asking is not None:
            device.asking.heard()
            if device.asking.is_answer(frame):
                device.last_seen = now
                device.present = True
                return
        device.heard(frame, now)

    def next_time(self) -> float:
        return min((device.outgoing.next_time() for device in self.all()), default=inf)

    def take_due(self, now: float) -> Sending | None:
        waiting = [(found, device) for device in self.all() if (found := device.outgoing.due(now)) is not None]
        if not waiting:
            return None
        first, device = min(waiting, key=lambda pair: (pair[0].purpose, pair[0].standing))
        # Taken out before it is written: what is put in meanwhile is newer and stays.
        device.outgoing.drop(first.purpose)
        return Sending(first.frame, _told(device, first))

    def line_opened(self, now: float) -> None:
        for device in self.all():
            device.line_opened(now)
            if device.asking is not None:
                device.asking.line_opened()

    def line_lost(self) -> None:
        for device in self.all():
            device.line_lost()


def _told(device: DeviceOnLine, waiting: Waiting) -> Callable[[float], None]:
    if waiting.purpose is Purpose.ASK and device.asking is not None:
        return device.asking.sent
    return lambda at: device.sent(waiting, at)
