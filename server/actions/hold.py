"""Park the visit in hand (挂起): the citizen returns without queueing again (feature C9)."""

from contract.commands import Hold
from contract.replies import Done
from contract.words import Step
from server.actions.answers import done
from server.domain.window import need_clerk, need_in_hand, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def hold(now: HallNow, command: Hold, actor: Actor, now_ms: int) -> Done:
    """Serving becomes held; the window is free, the visit stays open."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    visit, ticket = need_in_hand(day, no, Step.HOLD)
    day.move(ticket, Step.HOLD)
    visit.park(command.kind, command.reason or "", now_ms)
    day.let_go(visit, now_ms)
    now.why = command.reason or ""
    now.facts = {"visit": visit.id, "kind": command.kind.value}
    return done(day, ticket, visit.id)
