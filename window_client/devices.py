"""The devices that the hall gives to this agent, on the serial lines that its settings name."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from drivers.bus import (
    AddressRefused,
    BusHealth,
    DeviceHealth,
    DeviceKind,
    DeviceState,
    KeyPress,
    LineState,
    NoSuchDevice,
    PadKey,
    ProfileRefused,
)
from drivers.hall_line import HallLine
from drivers.profiles.loader import Profiles
from terminal.connection import Connection, Unreachable
from terminal.steady import steady
from window_client.line_settings import AnyLine
from window_client.lines import made_of

LOG = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 1.0
FETCH_EVERY_S: Final = 60.0

States = Mapping[str, str]  # "keypad/101" → a DeviceState


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a device, and on its line. `last_heard`: UTC, ISO; `problem`: the line's, in the system's own
    words."""

    frames: int
    noise_bytes: int
    bad_checks: int
    last_heard: str | None
    problem: str | None


class DeviceOfHall(BaseModel):
    """One row of the hall's device list."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    code: str
    kind: str
    window: str
    profile: str
    line: str
    address: int | None


class Devices:
    """Asks the server which devices at `windows` are this agent's, opens their lines, and watches their health.

    `on_states` hears the states whenever one changed, and once when the list is known, which may be empty; `on_found`
    the devices whenever the list changed.
    """

    def __init__(
        self,
        connection: Connection,
        lines: Mapping[str, AnyLine],
        windows: Collection[str],
        profiles: Profiles,
        *,
        on_press: Callable[[KeyPress], None],
        on_key: Callable[[PadKey], None],
        on_found: Callable[[tuple[DeviceOfHall, ...]], None],
        on_states: Callable[[States], None],
        on_heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection = connection
        self._lines = lines
        self._profiles = profiles
        self._windows = windows
        self._on_press = on_press
        self._on_key = on_key
        self._on_found = on_found
        self._on_states = on_states
        self._on_heard = on_heard
        self._found: tuple[DeviceOfHall, ...] | None = None
        self._buses: dict[str, HallLine] = {}
        self._of_window: dict[tuple[DeviceKind, str], HallLine] = {}
        self._refused: set[str] = set()
        self.states: States = {}
        self.heard: Mapping[str, Heard] = {}
        self._clock: dict[float, str] = {}
        self._told = False
        self._noise_told: dict[str, int] = {}
        self._reasons_told: dict[str, str] = {}
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        self._worker = steady(self._work, "devices")

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        if self._worker is not None:
            self._worker.join(timeout=15)
        self._close()

    def look_again(self) -> None:
        """The server is back: its device list may be another one."""
        self._woken.set()

    def bus(self, kind: DeviceKind, window: str) -> HallLine | None:
        """The line with the window's device of that kind; None when it has none here."""
        return self._of_window.get((kind, window))

    def _work(self) -> None:
        rounds_to_fetch = 0
        while not self._stopping.is_set():
            if rounds_to_fetch <= 0 or self._woken.is_set():
                self._woken.clear()
                rounds_to_fetch = int((FETCH_EVERY_S if self._fetch() else 2 * LOOK_EVERY_S) / LOOK_EVERY_S)
            self._look()
            self._woken.wait(LOOK_EVERY_S)
            rounds_to_fetch -= 1

    def _fetch(self) -> bool:
        try:
            answer = self._connection.get("window/devices")
            if answer.refused is not None:
                LOG.warning("devices_refused", refused=answer.refused.code)
                return False
            listed = [DeviceOfHall.model_validate(one) for one in answer.body["devices"]]
        except (Unreachable, ValidationError, KeyError) as error:
            LOG.debug("devices_not_known", problem=str(error))
            return False
        found = tuple(one for one in listed if one.kind in tuple(DeviceKind) and one.window in self._windows)
        if found != self._found:
            self._found = found
            self._close()
            self._open(found)
            self._on_found(found)
        return True

    def _open(self, found: tuple[DeviceOfHall, ...]) -> None:
        for device in found:
            try:
                self._add(device, DeviceKind(device.kind))
            except (AddressRefused, ProfileRefused, ValueError) as error:
                LOG.error("device_refused", device=device.code, problem=str(error))
                self._refused.add(f"{device.kind}/{device.window}")
        for bus in self._buses.values():
            bus.start()

    def _add(self, device: DeviceOfHall, kind: DeviceKind) -> None:
        settings = self._lines.get(device.line)
        if settings is None or device.address is None:
            raise ValueError(f"line {device.line or '?'} is not in the settings, or the device has no address")
        bus = self._buses.get(device.line)
        if bus is None:
            bus = made_of(settings, self._profiles)
            self._buses[device.line] = bus
        if kind is DeviceKind.KEYPAD:
            bus.add_keypad(device.window, device.address, device.profile, self._on_press)
        elif kind is DeviceKind.PAD:
            bus.add_pad(device.window, device.address, self._on_key, device.profile)
        else:
            bus.add_strip(device.window, device.address, device.profile)
        self._of_window[kind, device.window] = bus

    def _close(self) -> None:
        buses, self._buses = self._buses, {}
        self._noise_told = {}
        self._reasons_told = {}
        self._of_window = {}
        self._refused = set()
        for bus in buses.values():
            bus.stop()

    def _look(self) -> None:
        states = {name: DeviceState.FAULT.value for name in self._refused}
        heard: dict[str, Heard] = {}
        for name, bus in self._buses.items():
            health = bus.health()
            states |= {f"{one.kind}/{one.window}": one.state.value for one in health.devices}
            heard |= {f"{one.kind}/{one.window}": self._heard(one, health) for one in health.devices}
            self._tell_noise(name, health)
            self._tell_reasons(name, health)
        if heard != self.heard:
            self.heard = heard
            self._on_heard()
        if states != self.states or (self._found is not None and not self._told):
            self._told = self._found is not None
            LOG.info("devices", **{name.replace("/", "_"): state for name, state in states.items()})
            self.states = states
            self._on_states(states)

    def _tell_reasons(self, line: str, health: BusHealth) -> None:
        """What the system says of a line that cannot be used, and a device of the text it refuses; once each."""
        problem = "" if health.state is LineState.READY else health.last_error or ""
        reasons = {line: problem, **{f"{one.kind}/{one.window}": one.reason for one in health.devices}}
        for name, reason in reasons.items():
            if reason and reason != self._reasons_told.get(name):
                LOG.warning("device_trouble", name=name, line=line, reason=reason)
        self._reasons_told |= reasons

    def _heard(self, device: DeviceHealth, line: BusHealth) -> Heard:
        return Heard(
            frames=device.frames,
            noise_bytes=line.noise_bytes,
            bad_checks=line.bad_checksums,
            last_heard=None if device.last_seen is None else self._clock_of(device.last_seen),
            problem=None if line.state is LineState.READY else line.last_error,
        )

    def _clock_of(self, seen: float) -> str:
        """The clock's time of a monotonic one, worked out once: the two drift apart by parts of a second."""
        if seen not in self._clock:
            at = datetime.now(UTC) - timedelta(seconds=monotonic() - seen)
            self._clock = {**dict(list(self._clock.items())[-400:]), seen: f"{at:%Y-%m-%dT%H:%M:%SZ}"}
        return self._clock[seen]

    def _tell_noise(self, line: str, health: BusHealth) -> None:
        """What arrived and meant nothing, whenever it has doubled: a noisy line must not fill the disk with its log."""
        heard = health.noise_bytes + health.bad_checksums + health.unknown_addresses + health.unexpected_keys
        if heard > 2 * self._noise_told.get(line, 0):
            self._noise_told[line] = heard
            LOG.warning(
                "line_noise",
                line=line,
                noise_bytes=health.noise_bytes,
                bad_checksums=health.bad_checksums,
                unknown_addresses=health.unknown_addresses,
                unexpected_keys=health.unexpected_keys,
            )


def tell(bus: HallLine | None, what: Callable[[HallLine], Any]) -> None:
    """Say something to a device that may not be there: a device never holds up or fails a deed."""
    if bus is None:
        return
    try:
        what(bus)
    except (NoSuchDevice, ValueError) as error:
        LOG.warning("device_not_told", problem=str(error))
