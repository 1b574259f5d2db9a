"""Make a six-character code (10 min, once) for an agent or a display."""

from dataclasses import replace

from contract.commands import EnrolDevice
from contract.replies import CodeGiven
from contract.words import Code, DeviceKind
from server.actions.answers import utc
from server.actions.lookup import need_own_series
from server.domain.errors import Refusal
from server.domain.hall import Text
from server.halls.faults import bad_hall_file
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from server.storage.register import DeviceEntry, OneTimeCode

VALID_MS = 10 * 60_000


def enrol_device(now: HallNow, command: EnrolDevice, actor: Actor, now_ms: int) -> CodeGiven:
    """A name enrolled before keeps its token until the new code is redeemed."""
    hall = now.day.hall
    unknown = [no for no in command.windows if no not in hall.windows]
    if unknown:
        raise Refusal(Code.WINDOW_UNKNOWN, window=unknown)
    if command.zone is not None and command.zone not in hall.zones:
        raise bad_hall_file([Text(f"没有分区 {command.zone}", f"there is no zone {command.zone}")])
    if command.kind is DeviceKind.KIOSK:
        need_own_series(now, command.name)
    known = now.register.devices.get(command.name)
    fresh = DeviceEntry(command.name, command.kind, tuple(command.windows), command.zone, None)
    if known is not None and not known.revoked:
        fresh = replace(fresh, token_hash=known.token_hash, health=known.health, health_ms=known.health_ms)
        fresh = replace(fresh, instance=known.instance)
    now.put_device(fresh)
    now.give_code(OneTimeCode(command.code_hash, "device", command.name, now_ms + VALID_MS))
    now.facts = {"device": command.name, "kind": command.kind.value, "windows": command.windows}
    return CodeGiven(revision=now.day.revision, subject=command.name, until=utc(now_ms + VALID_MS))
