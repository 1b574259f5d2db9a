"""End the visit in hand with its outcome; the citizen is asked to rate."""

from contract.commands import Finish
from contract.replies import Finished
from contract.words import Step
from server.actions.answers import utc
from server.domain import calling
from server.domain.window import need_clerk, need_in_hand, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def finish(now: HallNow, command: Finish, actor: Actor, now_ms: int) -> Finished:
    """Serving becomes done."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    visit, ticket = need_in_hand(day, no, Step.FINISH)
    calling.finish(day, visit, command.outcome, command.items, now_ms)
    now.facts = {"visit": visit.id, "outcome": command.outcome.value, "items": command.items}
    return Finished(
        revision=day.revision,
        ticket=ticket.id,
        visit=visit.id,
        number=ticket.label,
        invited=visit.invited_ms is not None,
        deadline=utc(visit.deadline_ms) if visit.deadline_ms is not None else None,
    )
