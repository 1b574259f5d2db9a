"""The floor manager frees a ticket from a dead window; it keeps its place."""

from contract.commands import Release
from contract.replies import Done
from contract.words import Code, Step, VisitEnd
from server.actions.answers import done
from server.actions.lookup import need_ticket
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def release(now: HallNow, command: Release, actor: Actor, now_ms: int) -> Done:
    """Called or serving becomes waiting."""
    day = now.day
    ticket = need_ticket(day, command.ticket, Step.RELEASE)
    if ticket.visit != command.visit:
        raise Refusal(Code.STALE)
    visit = day.visits[command.visit]
    day.move(ticket, Step.RELEASE)
    day.end_visit(visit, VisitEnd.RELEASED, now_ms)
    day.stand(ticket)
    now.why = command.reason
    now.facts = {"visit": visit.id, "window": visit.window}
    return done(day, ticket, visit.id)
