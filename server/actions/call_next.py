"""Call the next ticket to a window; where the hall says so, finish the one in hand first."""

from contract.commands import CallNext
from contract.replies import Called, NobodyWaiting
from contract.words import Code, Outcome, Step
from server.actions.answers import called
from server.domain.calling import call, finish
from server.domain.errors import Refusal
from server.domain.window import check_call_next, need_clerk, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def call_next(now: HallNow, command: CallNext, actor: Actor, now_ms: int) -> Called | NobodyWaiting:
    """Refused while a ticket is called, while one is served (unless the hall finishes on call), and if nobody waits."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    check_call_next(day, no, now_ms)
    in_hand = day.in_hand(no)
    if in_hand is not None:
        finish(day, in_hand, Outcome.FINISHED, 1, now_ms)
        now.facts["finished"] = in_hand.id
    chosen = day.next_for(no)
    if chosen is None:
        if in_hand is None:
            raise Refusal(Code.NOBODY_WAITING)
        return NobodyWaiting(revision=day.revision, finished=in_hand.id)
    visit = call(day, chosen.ticket, no, Step.CALL, chosen.reason, now_ms)
    now.facts |= {"visit": visit.id, "window": no, "reason": chosen.reason}
    return called(day, chosen.ticket, visit, in_hand.id if in_hand else None)
