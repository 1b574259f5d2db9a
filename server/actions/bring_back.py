"""Call a held or missed ticket again at this window (a pick, so the hall may ask a reason: feature C10)."""

from contract.commands import BringBack
from contract.replies import Called
from contract.words import State, Step, VisitEnd
from server.actions.answers import called
from server.actions.lookup import need_ticket
from server.domain.calling import call, take_back
from server.domain.window import need_clerk, need_free, need_seen, need_takes_back
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def bring_back(now: HallNow, command: BringBack, actor: Actor, now_ms: int) -> Called:
    """Held or missed becomes called; a parked leg ends as handed over."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    need_free(day, no)
    ticket = need_ticket(day, command.ticket, Step.BRING_BACK)
    need_takes_back(day, no, ticket)
    was = ticket.state
    take_back(day, ticket, VisitEnd.HANDED_OVER, now_ms)
    reason = "brought_back_held" if was is State.HELD else "brought_back_missed"
    visit = call(day, ticket, no, Step.BRING_BACK, reason, now_ms)
    now.why = command.reason or ""
    now.facts = {"visit": visit.id, "window": no, "reason": reason}
    return called(day, ticket, visit)
