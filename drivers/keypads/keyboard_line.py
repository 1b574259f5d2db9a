"""A rating pad that pretends to be a keyboard, on an input device of its own: one window, one keypad."""

from collections.abc import Callable, Mapping
from typing import Final

from drivers.devices_on_bus import AddressRefused, NoSuchDevice
from drivers.hall_line import KeypadsOnly, state_behind
from drivers.input_device import InputDevice
from drivers.kept_open import KeptOpen
from drivers.keyboard import KeyboardPad
from drivers.keypads.keypad_on_line import KeyPress
from drivers.keypads.said_once import SaidOnce
from drivers.line_health import BusHealth, DeviceFault, DeviceHealth, DeviceKind, DeviceState

_TAKE_WITHIN_S: Final = 2.0


class KeyboardLine(KeypadsOnly, KeptOpen[bytes]):
    """``keys``: what a key types to level, 5 best. Raises ValueError for a key map with a hole."""

    profile_id = "keyboard-pad"

    def __init__(self, path: str, keys: Mapping[str, int], debounce_s: float, *, grab: bool) -> None:
        super().__init__(InputDevice(path, grab=grab))
        self._path = path
        self._keys = dict(keys)
        self._pad = KeyboardPad(self._keys, frozenset(keys.values()))
        self._debounce_s = debounce_s
        self._window: str | None = None
        self._address = 0
        self._said: SaidOnce | None = None
        self._heard_on_it = False
        self._keys_heard = 0

    def add_keypad(self, window: str, address: int, profile: str, on_press: Callable[[KeyPress], None]) -> None:
        """Raises AddressRefused, ProfileRefused."""
        self.need_profile(profile)
        if self._window is not None:
            raise AddressRefused(f"keypad of window {window}: {self._path} is the keypad of window {self._window}")
        self._window, self._address = window, address
        self._said = SaidOnce(on_press, self._debounce_s)

    def start(self) -> None:
        if self._said is not None:
            self._said.start()
        super().start()

    def stop(self) -> None:
        super().stop()
        if self._said is not None:
            self._said.stop(_TAKE_WITHIN_S)

    def invite(self, window: str) -> None:
        """Such a pad cannot be told anything. Raises NoSuchDevice."""
        self._at(window).forget()

    def cancel_invitation(self, window: str) -> None:
        """Raises NoSuchDevice."""
        self._at(window).forget()

    def opened_again(self, now: float) -> None:
        self._pad = KeyboardPad(self._keys, frozenset(self._keys.values()))
        self._heard_on_it = False

    def heard(self, piece: bytes, now: float) -> None:
        for sign, level in self._pad.feed(piece):
            self._heard_on_it = True
            self._keys_heard += 1
            if self._said is not None and self._window is not None and self._said.is_new(sign.encode(), now):
                self._said.pressed(KeyPress(self._window, level, ord(sign), now))

    def health(self) -> BusHealth:
        """As things stand now."""
        return BusHealth(
            port=self._path,
            state=self.state,
            last_receive=self.last_receive,
            last_error=self.last_error,
            opened=self.opened,
            noise_bytes=0,
            bad_checksums=0,
            unknown_addresses=0,
            repeated_presses=0 if self._said is None else self._said.repeated,
            unexpected_keys=self._pad.unexpected,
            not_taken=0 if self._said is None else self._said.not_taken,
            devices=() if self._window is None else (self._health_of(self._window),),
        )

    def _health_of(self, window: str) -> DeviceHealth:
        return DeviceHealth(
            window=window,
            kind=DeviceKind.KEYPAD,
            address=self._address,
            profile=self.profile_id,
            state=state_behind(self, DeviceState.READY if self._heard_on_it else DeviceState.UNHEARD),
            last_seen=self.last_receive,
            last_error=DeviceFault.NOT_TAKEN if self._said is not None and self._said.not_taken else None,
            frames=self._keys_heard,
        )

    def _at(self, window: str) -> SaidOnce:
        if window != self._window or self._said is None:
            raise NoSuchDevice(f"window {window} has no keypad on this line")
        return self._said
