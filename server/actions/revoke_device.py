"""A device's token is worth nothing from now on."""

from dataclasses import replace

from contract.commands import RevokeDevice
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def revoke_device(now: HallNow, command: RevokeDevice, actor: Actor, now_ms: int) -> Done:
    """Sessions opened on it end; ratings it still owes become "terminal lost" by the sweeper."""
    device = now.register.devices.get(command.name)
    if device is None:
        raise Refusal(Code.DEVICE_UNKNOWN, device=command.name)
    now.put_device(replace(device, revoked=True, token_hash=None))
    now.end_sessions_on(device.name, now_ms)
    now.facts = {"device": device.name}
    return done(now.day)
