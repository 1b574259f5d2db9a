"""The citizen has arrived at the window."""

from contract.commands import StartService
from contract.replies import Done
from contract.words import Step
from server.actions.answers import done
from server.domain.calling import start
from server.domain.window import need_clerk, need_in_hand, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def start_service(now: HallNow, command: StartService, actor: Actor, now_ms: int) -> Done:
    """Called becomes serving; the invitation of the person before ends."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    visit, ticket = need_in_hand(day, no, Step.START)
    day.move(ticket, Step.START)
    start(day, visit, now_ms)
    now.facts = {"visit": visit.id}
    return done(day, ticket, visit.id)
