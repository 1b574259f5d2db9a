"""A manager lets in a display that showed its code: the display may now trade its claim for a token."""

from contract.commands import EnrolDevice, PairDisplay
from contract.replies import CodeGiven
from contract.words import Code, DeviceKind
from server.actions.enrol_device import enrol_device
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def pair_display(now: HallNow, command: PairDisplay, actor: Actor, now_ms: int) -> CodeGiven:
    """As an enrolment, but never under the name of a kiosk or a window agent."""
    known = now.register.devices.get(command.name)
    if known is not None and not known.revoked and known.kind is not DeviceKind.DISPLAY:
        raise Refusal(Code.DEVICE_NAME_TAKEN, device=command.name)
    if command.code_hash in now.register.codes:
        raise Refusal(Code.CODE_INVALID)  # somebody entered it before
    enrol = EnrolDevice(
        kind=DeviceKind.DISPLAY, name=command.name, windows=[], zone=command.zone, code_hash=command.code_hash
    )
    return enrol_device(now, enrol, actor, now_ms)
