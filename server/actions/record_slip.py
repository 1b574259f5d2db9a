"""What became of a slip's paper. It never moves the ticket."""

from contract.commands import RecordSlip
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def record_slip(now: HallNow, command: RecordSlip, actor: Actor, now_ms: int) -> Done:
    """The outcome once, by the kiosk that was to print it."""
    day = now.day
    slip = day.slips.get(command.slip)
    if slip is None:
        raise Refusal(Code.SLIP_UNKNOWN)
    if actor.kiosk is not None and slip.kiosk != actor.kiosk:
        raise Refusal(Code.WRONG_PLACE)
    slip.record(command.outcome, command.after, command.reason or "", command.substituted)
    day.save_slip(slip)
    now.facts = {"slip": slip.id, "outcome": command.outcome, "after": command.after, "reason": command.reason}
    return done(day, day.tickets.get(slip.ticket))
