"""Take back a call within ten seconds; the ticket keeps its place."""

from contract.commands import UndoCall
from contract.replies import Done
from contract.words import Step, VisitEnd
from server.actions.answers import done
from server.domain.window import check_undo_call, need_clerk, need_in_hand, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def undo_call(now: HallNow, command: UndoCall, actor: Actor, now_ms: int) -> Done:
    """Called becomes waiting; the boards forget the call."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    check_undo_call(day, no, now_ms)
    visit, ticket = need_in_hand(day, no, Step.UNDO_CALL)
    day.move(ticket, Step.UNDO_CALL)
    day.end_visit(visit, VisitEnd.UNDONE, now_ms)
    day.forget_call(visit)
    day.stand(ticket)
    now.facts = {"visit": visit.id}
    return done(day, ticket, visit.id)
