"""Nobody came (过号): by the clerk's press, never silently (feature C4)."""

from contract.commands import Miss
from contract.replies import Done
from contract.words import Step, VisitEnd
from server.actions.answers import done
from server.domain.window import need_clerk, need_in_hand, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def miss(now: HallNow, command: Miss, actor: Actor, now_ms: int) -> Done:
    """Called becomes missed; the leg ends."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    visit, ticket = need_in_hand(day, no, Step.MISS)
    day.move(ticket, Step.MISS)
    ticket.missed_ms = now_ms
    day.end_visit(visit, VisitEnd.MISSED, now_ms)
    now.facts = {"visit": visit.id, "window": no}
    return done(day, ticket, visit.id)
