"""The floor manager gives a ticket up (弃号)."""

from contract.commands import Abandon
from contract.replies import Done
from contract.words import Step, VisitEnd
from server.actions.answers import done
from server.actions.lookup import need_ticket
from server.domain.calling import take_back
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def abandon(now: HallNow, command: Abandon, actor: Actor, now_ms: int) -> Done:
    """Waiting, held or missed becomes abandoned."""
    day = now.day
    ticket = need_ticket(day, command.ticket, Step.ABANDON)
    day.move(ticket, Step.ABANDON)
    take_back(day, ticket, VisitEnd.ABANDONED, now_ms)
    now.why = command.reason
    return done(day, ticket)
