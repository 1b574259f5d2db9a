"""An agent trades its enrolment code for its token. Only hashes arrive here."""

from dataclasses import replace

from contract.commands import RedeemCode
from contract.replies import Enrolled
from server.actions.lookup import need_code
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def redeem_code(now: HallNow, command: RedeemCode, actor: Actor, now_ms: int) -> Enrolled:
    """An older token of the same name is worth nothing from now on."""
    code = need_code(now, command.code_hash, "device", now_ms)
    device = now.register.devices[code.subject]
    now.use_code(code.code_hash)
    now.put_device(replace(device, token_hash=command.token_hash, revoked=False, instance=None))
    now.facts = {"device": device.name}
    return Enrolled(
        revision=now.day.revision,
        device=device.name,
        device_kind=device.kind.value,
        windows=list(device.windows),
        zone=device.zone,
    )
