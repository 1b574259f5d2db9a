"""An agent says how its devices are."""

from dataclasses import replace

from contract.commands import ReportDevice
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def report_device(now: HallNow, command: ReportDevice, actor: Actor, now_ms: int) -> Done:
    """The newest word replaces the one before."""
    device = now.register.devices.get(actor.device or "")
    if device is None:
        raise Refusal(Code.DEVICE_UNKNOWN, device=actor.device or "")
    now.put_device(replace(device, health=dict(command.health), health_ms=now_ms))
    now.facts = {"device": device.name, "health": command.health}
    return done(now.day)
