"""The citizen no longer wants to be served."""

from contract.commands import Cancel
from contract.replies import Done
from contract.words import Step, VisitEnd
from server.actions.answers import done
from server.actions.lookup import need_ticket
from server.domain.calling import take_back
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def cancel(now: HallNow, command: Cancel, actor: Actor, now_ms: int) -> Done:
    """Waiting, called or missed becomes cancelled."""
    day = now.day
    ticket = need_ticket(day, command.ticket, Step.CANCEL)
    day.move(ticket, Step.CANCEL)
    take_back(day, ticket, VisitEnd.CANCELLED, now_ms)
    now.why = command.reason or ""
    return done(day, ticket)
