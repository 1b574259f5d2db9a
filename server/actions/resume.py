"""Go on with a held ticket whose citizen stands at the window."""

from contract.commands import Resume
from contract.replies import Called
from contract.words import Step, VisitEnd
from server.actions.answers import called
from server.actions.lookup import need_ticket
from server.domain.calling import start
from server.domain.numbering import make_id
from server.domain.ticket import Visit
from server.domain.window import need_clerk, need_free, need_seen, need_takes_back
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def resume(now: HallNow, command: Resume, actor: Actor, now_ms: int) -> Called:
    """Held becomes serving; at another window the parked leg ends as handed over and a new one begins."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    need_free(day, no)
    ticket = need_ticket(day, command.ticket, Step.RESUME)
    need_takes_back(day, no, ticket)
    parked = day.visits[ticket.visit or 0]
    day.move(ticket, Step.RESUME)
    if parked.window == no:
        parked.unpark(now_ms)
        visit = parked
    else:
        day.end_visit(parked, VisitEnd.HANDED_OVER, now_ms)
        visit = Visit(
            id=make_id(day.hall_no, day.revision), ticket=ticket.id, label=ticket.label, line=ticket.line, window=no,
            clerk=day.windows[no].clerk, called_ms=now_ms, reason="resumed", call=parked.call, last_call_ms=now_ms,
        )  # fmt: skip
        day.begin_visit(visit)
    start(day, visit, now_ms)
    now.facts = {"visit": visit.id, "window": no}
    return called(day, ticket, visit)
