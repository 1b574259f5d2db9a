"""Which displays speak where: what their pages say is heard here, and becomes part of their health when it changes.

Health outlasts a restart: a display that spoke before and does not say a word afterwards is absent too.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

import gevent
import structlog

from contract.commands import ReportDevice
from contract.words import DeviceKind
from server.domain.voice import VoiceState, zones_of
from server.storage.orders import SERVER, Answer, Order
from server.storage.published import Published
from server.storage.register import VOICE, DeviceEntry

LOST_AFTER_S = 10.0  # as long as a speaker lease lasts
EVERY_S = 1.0
_log = structlog.get_logger("voices")


class Voices:
    """Looks at every hall once a second. `submit` is the writer's; `monotonic` in seconds."""

    def __init__(
        self,
        halls: Mapping[str, Published],
        submit: Callable[[Order], Answer],
        monotonic: Callable[[], float],
        *,
        alone: bool = True,
    ) -> None:
        self._alone = alone  # else another process may hear the displays that are not heard here
        self._halls = halls
        self._submit = submit
        self._monotonic = monotonic
        self._started = monotonic()
        self._heard: dict[tuple[str, str], dict[str, tuple[VoiceState, float]]] = {}  # hall, device -> by voice zone
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def start(self) -> None:
        """Look every second."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Look no more."""
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None

    def heard(self, hall: str, device: str, zone: str, state: VoiceState) -> None:
        """A display's page said what it is for a voice zone."""
        self._heard.setdefault((hall, device), {})[zone] = (state, self._monotonic())

    def look(self, view: Published) -> None:
        """Report each display whose word has changed, or that has not said one for too long."""
        for device in list(view.register.devices.values()):
            if device.kind is not DeviceKind.DISPLAY or device.revoked:
                continue
            health = self._health(view, device)
            if health != device.health:
                actor = replace(SERVER, device=device.name)
                order = Order(view.hall, secrets.token_hex(16), actor, ReportDevice(health=health))
                if self._submit(order).refused:
                    _log.warning("voice_not_recorded", hall=view.hall, device=device.name)
                elif not self._alone:
                    self._leave_the_absent(view.hall, device.name)

    def _health(self, view: Published, device: DeviceEntry) -> dict[str, str]:
        """The display's health with what is known of its voice now, without voice zones that are gone."""
        heard, now = self._heard.get((view.hall, device.name), {}), self._monotonic()
        known = [what.removeprefix(VOICE) for what in device.health if what.startswith(VOICE)]
        found = {what: state for what, state in device.health.items() if not what.startswith(VOICE)}
        for zone in dict.fromkeys([*known, *heard]):
            if not zones_of(view.definition, zone):
                continue
            if not self._alone and zone not in heard:
                found[VOICE + zone] = device.health[VOICE + zone]
                continue
            state, at = heard.get(zone, (VoiceState(device.health.get(VOICE + zone, VoiceState.ABSENT)), self._started))
            found[VOICE + zone] = (VoiceState.ABSENT if now - at >= LOST_AFTER_S else state).value
        return found

    def _leave_the_absent(self, hall: str, device: str) -> None:
        """Whoever does not speak to this process any more may speak to another, which then says so."""
        heard, now = self._heard.get((hall, device), {}), self._monotonic()
        for zone in [zone for zone, (_, at) in heard.items() if now - at >= LOST_AFTER_S]:
            del heard[zone]

    def _run(self) -> None:
        while True:
            gevent.sleep(EVERY_S)
            for view in list(self._halls.values()):
                try:
                    self.look(view)
                except Exception:
                    _log.exception("voices_failed", hall=view.hall)
