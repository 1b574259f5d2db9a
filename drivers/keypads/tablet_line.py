"""Sundyn rating tablets on the network: one UDP port of ours, a tablet for each address that the settings place."""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

from drivers.devices_on_bus import AddressRefused, NoSuchDevice
from drivers.hall_line import KeypadsOnly, state_behind
from drivers.kept_open import KeptOpen
from drivers.keypads.keypad_on_line import KeyPress
from drivers.keypads.said_once import SaidOnce
from drivers.keypads.sundyn import ABSENT_AFTER_S, SundynTablet, is_press
from drivers.line_health import BusHealth, DeviceFault, DeviceHealth, DeviceKind, DeviceState
from drivers.udp_port import Datagram, UdpPort

_SAME_WITHIN_S: Final = 10.0  # a press carries its time, so an equal datagram is the same press come late or twice
_TAKE_WITHIN_S: Final = 2.0


class _Tablet:
    """One tablet at its place."""

    def __init__(self, window: str, address: int, place: tuple[str, int], codec: SundynTablet, said: SaidOnce) -> None:
        self.window = window
        self.address = address
        self.place = place
        self.codec = codec
        self.said = said
        self.last_seen: float | None = None
        self.frames = 0

    def hear(self, data: bytes, now: float) -> None:
        self.last_seen = now
        self.frames += 1
        if is_press(data) and not self.said.is_new(data, now):
            return
        level = self.codec.hear(data, now)
        if level is not None:
            self.said.pressed(KeyPress(self.window, level, self.codec.value_of(level), now))


class TabletLine(KeypadsOnly, KeptOpen[Datagram]):
    """``places``: address in the hall file to host and port. ``keys``: the tablets' key to level, 5 best.
    Raises ValueError for a key map with a hole."""

    profile_id = "sundyn"

    def __init__(self, listen: int, places: Mapping[int, tuple[str, int]], keys: Mapping[str, int]) -> None:
        super().__init__(UdpPort(listen))
        self._listen = listen
        self._places = places
        self._keys = dict(keys)
        self._tablets: list[_Tablet] = []
        self._strangers = 0
        self._opened_at = 0.0
        SundynTablet(self._keys)

    def add_keypad(self, window: str, address: int, profile: str, on_press: Callable[[KeyPress], None]) -> None:
        """Raises AddressRefused, ProfileRefused."""
        self.need_profile(profile)
        place = self._places.get(address)
        if place is None:
            raise AddressRefused(f"keypad of window {window}: the settings place no tablet at address {address}")
        for other in self._tablets:
            if other.place[0] == place[0] or other.window == window:
                raise AddressRefused(
                    f"keypad of window {window}: {place[0]} or the window has one already (window {other.window})"
                )
        said = SaidOnce(on_press, _SAME_WITHIN_S)
        self._tablets.append(_Tablet(window, address, place, SundynTablet(self._keys), said))

    def start(self) -> None:
        for tablet in self._tablets:
            tablet.said.start()
        super().start()

    def stop(self) -> None:
        super().stop()
        for tablet in self._tablets:
            tablet.said.stop(_TAKE_WITHIN_S)

    def invite(self, window: str) -> None:
        """Asks now, and again until the tablet says that it heard. Raises NoSuchDevice."""
        tablet = self._at(window)
        tablet.said.forget()
        self._say(tablet, tablet.codec.invite())

    def cancel_invitation(self, window: str) -> None:
        """Raises NoSuchDevice."""
        tablet = self._at(window)
        tablet.said.forget()
        self._say(tablet, tablet.codec.cancel())

    def opened_again(self, now: float) -> None:
        self._opened_at = now
        for tablet in self._tablets:
            tablet.codec.beat_anew()

    def heard(self, piece: Datagram, now: float) -> None:
        tablet = next((one for one in self._tablets if one.place[0] == piece.host), None)
        if tablet is None:
            self._strangers += 1
        else:
            tablet.hear(piece.data, now)

    def tick(self, now: float) -> None:
        for tablet in self._tablets:
            due = tablet.codec.due(now)
            if due is not None:
                self._say(tablet, due)

    def health(self) -> BusHealth:
        """As things stand now. ``unknown_addresses``: datagrams from where no tablet stands."""
        return BusHealth(
            port=f"udp:{self._listen}",
            state=self.state,
            last_receive=self.last_receive,
            last_error=self.last_error,
            opened=self.opened,
            noise_bytes=0,
            bad_checksums=0,
            unknown_addresses=self._strangers,
            repeated_presses=sum(tablet.said.repeated for tablet in self._tablets),
            unexpected_keys=sum(tablet.codec.unexpected for tablet in self._tablets),
            not_taken=sum(tablet.said.not_taken for tablet in self._tablets),
            devices=tuple(self._health_of(tablet) for tablet in self._tablets),
        )

    def _health_of(self, tablet: _Tablet) -> DeviceHealth:
        return DeviceHealth(
            window=tablet.window,
            kind=DeviceKind.KEYPAD,
            address=tablet.address,
            profile=self.profile_id,
            state=state_behind(self, self._state_of(tablet)),
            last_seen=tablet.last_seen,
            last_error=DeviceFault.NOT_TAKEN if tablet.said.not_taken else None,
            frames=tablet.frames,
        )

    def _state_of(self, tablet: _Tablet) -> DeviceState:
        now = monotonic()
        if tablet.codec.is_present(now):
            return DeviceState.READY
        return DeviceState.OFFLINE if now - self._opened_at >= ABSENT_AFTER_S else DeviceState.UNHEARD

    def _say(self, tablet: _Tablet, data: bytes) -> None:
        host, port = tablet.place
        self.send(Datagram(host, port, data))

    def _at(self, window: str) -> _Tablet:
        for tablet in self._tablets:
            if tablet.window == window:
                return tablet
        raise NoSuchDevice(f"window {window} has no keypad on this line")
