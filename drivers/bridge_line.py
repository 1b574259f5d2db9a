"""Keypads and strips behind a bridge: what the hall's own program beside a vendor's library is told and says."""

from collections.abc import Callable
from time import time
from typing import Final

from drivers.bridge import Answer, Bridge, Deed, Press, Repeat, State
from drivers.callers.pad_on_line import PadKey
from drivers.deliveries import Deliveries
from drivers.devices_on_bus import AddressRefused, NoSuchDevice
from drivers.hall_line import state_behind
from drivers.kept_open import KeptOpen
from drivers.keypads.keypad_on_line import KeyPress
from drivers.line_health import BusHealth, DeviceFault, DeviceHealth, DeviceKind, DeviceState, LineState
from drivers.profiles.loader import ProfileRefused
from drivers.serial_port import LinkLost
from drivers.tcp_port import TcpPort

ASK_EVERY_S: Final = 10.0
_TAKE_WITHIN_S: Final = 2.0


class _Behind:
    """One device behind the bridge. ``text``: what a strip should show."""

    def __init__(self, kind: DeviceKind, window: str, address: int) -> None:
        self.kind = kind
        self.window = window
        self.address = address
        self.name = f"{kind}/{window}"
        self.state = DeviceState.UNHEARD
        self.last_seen: float | None = None
        self.lines = 0
        self.last_error: DeviceFault | None = None
        self.text: str | None = None
        self.deliveries: Deliveries[tuple[Press, float]] | None = None

    def should_be_told(self) -> list[tuple[Deed, str | None]]:
        """After the connection was made (again)."""
        told: list[tuple[Deed, str | None]] = [("status", None)]
        if self.text is not None:
            told.append(("show", self.text) if self.text else ("clear", None))
        return told


class BridgeLine(KeptOpen[bytes]):
    """``port``: socket://host:port of the bridge. A bridge that does not answer for 10 s is lost, and tried again."""

    profile_id = "bridge"

    def __init__(self, port: str) -> None:
        super().__init__(TcpPort(port))
        self._port = port
        self._bridge = Bridge(after=int(time() * 1000))
        self._devices: dict[str, _Behind] = {}
        self._asked: dict[int, tuple[_Behind, Deed]] = {}
        self._asked_at = 0.0
        self._strangers = 0
        self._repeated = 0
        self._not_taken = 0

    def add_keypad(self, window: str, address: int, profile: str, on_press: Callable[[KeyPress], None]) -> None:
        """Raises AddressRefused, ProfileRefused."""
        keypad = self._add(DeviceKind.KEYPAD, window, address, profile)
        keypad.deliveries = Deliveries(
            lambda item: on_press(KeyPress(window, item[0].level, item[0].level, item[1])), self._done
        )

    def add_strip(self, window: str, address: int, profile: str) -> None:
        """Raises AddressRefused, ProfileRefused."""
        self._add(DeviceKind.STRIP, window, address, profile)

    def add_pad(self, window: str, address: int, on_key: Callable[[PadKey], None], profile: str) -> None:
        """Raises AddressRefused."""
        raise AddressRefused(f"pad of window {window}: behind a bridge there are no call pads")

    def start(self) -> None:
        for device in self._devices.values():
            if device.deliveries is not None:
                device.deliveries.start()
        super().start()

    def stop(self) -> None:
        super().stop()
        for device in self._devices.values():
            if device.deliveries is not None:
                device.deliveries.stop(_TAKE_WITHIN_S)

    def invite(self, window: str) -> None:
        """Raises NoSuchDevice."""
        self._ask(self._at(DeviceKind.KEYPAD, window), "invite")

    def cancel_invitation(self, window: str) -> None:
        """Raises NoSuchDevice."""
        self._ask(self._at(DeviceKind.KEYPAD, window), "cancel")

    def show(self, window: str, text: str) -> None:
        """Raises NoSuchDevice."""
        strip = self._at(DeviceKind.STRIP, window)
        strip.text = text
        self._ask(strip, "show" if text else "clear", text or None)

    def show_digits(self, window: str, digits: str, waiting: int | None = None) -> None:
        """Raises NoSuchDevice."""
        raise NoSuchDevice(f"window {window} has no pad on this line")

    def answer(self, window: str, *, ok: bool) -> None:
        """Raises NoSuchDevice."""
        raise NoSuchDevice(f"window {window} has no pad on this line")

    def opened_again(self, now: float) -> None:
        self._bridge.connected()
        self._asked.clear()
        self._asked_at = now
        for device in self._devices.values():
            for deed, text in device.should_be_told():
                self._ask(device, deed, text)
            if (running := self._bridge.ask_again(device.name)) is not None:
                self._say(device, "invite", *running)

    def lost(self) -> None:
        for device in self._devices.values():
            device.state = DeviceState.UNHEARD

    def heard(self, piece: bytes, now: float) -> None:
        for said in self._bridge.hear(piece):
            if isinstance(said, Answer):
                self._answered(said, now)
            elif isinstance(said, Repeat):
                self._repeated += 1
                if not said.in_hand:
                    self.send(self._bridge.taken(said))
            else:
                self._told(said, now)

    def tick(self, now: float) -> None:
        """Raises LinkLost: the far end may have gone without a word."""
        if now - self._asked_at < ASK_EVERY_S:
            return
        if self._asked:
            raise LinkLost(f"the bridge at {self._port} does not answer")
        self._asked_at = now
        for device in self._devices.values():
            self._ask(device, "status")

    def health(self) -> BusHealth:
        """As things stand now. ``noise_bytes``: none; lines that mean nothing are ``unexpected_keys``."""
        return BusHealth(
            port=self._port,
            state=self.state,
            last_receive=self.last_receive,
            last_error=self.last_error,
            opened=self.opened,
            noise_bytes=0,
            bad_checksums=0,
            unknown_addresses=self._strangers,
            repeated_presses=self._repeated,
            unexpected_keys=self._bridge.unexpected,
            not_taken=self._not_taken,
            devices=tuple(self._health_of(device) for device in self._devices.values()),
        )

    def _probe(self) -> None:
        """A connection just made has nothing old in it."""
        self._outgoing.clear()

    def _health_of(self, device: _Behind) -> DeviceHealth:
        return DeviceHealth(
            window=device.window,
            kind=device.kind,
            address=device.address,
            profile=self.profile_id,
            state=state_behind(self, device.state),
            last_seen=device.last_seen,
            last_error=device.last_error,
            frames=device.lines,
        )

    def _answered(self, said: Answer, now: float) -> None:
        asked = self._asked.pop(said.id, None)
        if asked is None:
            return
        device, deed = asked
        device.last_seen = now
        device.lines += 1
        if not said.ok:
            device.state, device.last_error = DeviceState.FAULT, DeviceFault.REFUSED
            self.last_error = said.why
        elif deed != "status" or device.state is DeviceState.UNHEARD:
            device.state, device.last_error = DeviceState.READY, None

    def _told(self, said: Press | State, now: float) -> None:
        device = self._devices.get(said.device)
        if device is None:
            self._strangers += 1
            return
        device.last_seen = now
        device.lines += 1
        if isinstance(said, State):
            device.state = DeviceState(said.state)
        elif device.deliveries is None or not device.deliveries.put((said, now)):
            self._done((said, now), False)

    def _done(self, item: tuple[Press, float], taken: bool) -> None:
        press, _ = item
        if taken:
            self.send(self._bridge.taken(press))
            return
        self._not_taken += 1
        self._bridge.not_taken(press)

    def _ask(self, device: _Behind, deed: Deed, text: str | None = None) -> None:
        self._say(device, deed, *self._bridge.ask(deed, device.name, text))

    def _say(self, device: _Behind, deed: Deed, number: int, line: bytes) -> None:
        if self.state is LineState.READY:
            self._asked[number] = (device, deed)
            self.send(line)

    def _add(self, kind: DeviceKind, window: str, address: int, profile: str) -> _Behind:
        if profile != self.profile_id:
            raise ProfileRefused(f"{profile}.toml", "behind a bridge the profile is bridge")
        device = _Behind(kind, window, address)
        if device.name in self._devices:
            raise AddressRefused(f"window {window} has a {kind} already")
        self._devices[device.name] = device
        return device

    def _at(self, kind: DeviceKind, window: str) -> _Behind:
        device = self._devices.get(f"{kind}/{window}")
        if device is None:
            raise NoSuchDevice(f"window {window} has no {kind} on this line")
        return device
