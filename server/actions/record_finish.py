"""The visit in hand was finished while the line was cut: recorded with its true time, whatever happened meanwhile."""

from contract.commands import RecordFinish
from contract.replies import Finished
from contract.words import Code, State, Step, VisitEnd
from server.actions.answers import utc
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.rating import invite
from server.domain.ticket import Visit
from server.storage.hall_now import HallNow
from server.storage.orders import Actor

_SLACK_MS = 2_000


def record_finish(now: HallNow, command: RecordFinish, actor: Actor, now_ms: int) -> Finished:
    """The visit was finished then, whatever came since. Its ticket is done, unless somebody else has taken it up."""
    day = now.day
    visit = day.visits.get(command.visit) or day.cut_short.get(command.visit) or day.pending.get(command.visit)
    if visit is None:
        raise Refusal(Code.VISIT_UNKNOWN)
    if visit.window != command.window:
        raise Refusal(Code.WRONG_PLACE)
    told_ms = int(command.finished_at.timestamp() * 1000)
    at_ms = min(max(told_ms, visit.started_ms or visit.called_ms), now_ms)
    before = visit.end
    if before is not VisitEnd.FINISHED:
        known = command.staff_no in now.register.users
        _finish(day, visit, command, command.staff_no if known else None, at_ms)
        visit.received_ms = now_ms
        day.save_visit(visit)
    now.facts = {
        "visit": visit.id, "outcome": command.outcome.value, "items": command.items, "told_ms": told_ms,
        "offset_ms": command.offset_ms, "ended_before": before.value if before is not None else None,
        "clock": abs(at_ms - told_ms) > _SLACK_MS,
    }  # fmt: skip
    ticket = day.tickets.get(visit.ticket)
    return Finished(
        revision=day.revision,
        ticket=visit.ticket,
        visit=visit.id,
        number=ticket.label if ticket else visit.label,
        invited=visit.invited_ms is not None,
        deadline=utc(visit.deadline_ms) if visit.deadline_ms is not None else None,
    )


def _finish(day: Day, visit: Visit, command: RecordFinish, clerk: str | None, at_ms: int) -> None:
    ticket = day.tickets.get(visit.ticket)
    visit.outcome, visit.items, visit.clerk = command.outcome, command.items, clerk or visit.clerk
    if ticket is not None and ticket.visit == visit.id:
        day.move(ticket, Step.FINISH if ticket.state is State.SERVING else Step.LATE_FINISH)
        day.end_visit(visit, VisitEnd.FINISHED, at_ms)
        invite(day, visit, at_ms)
        return
    # Meanwhile it was freed, or ended by the turn of the day: the visit's own record becomes true.
    visit.end, visit.ended_ms = VisitEnd.FINISHED, at_ms
    day.cut_short.pop(visit.id, None)
    took = visit.handling_ms
    if visit.id in day.visits and took is not None:
        day.finished.remember(visit, at_ms, took)
        day.changed.lines.add(visit.line)
    invite(day, visit, at_ms)
    if ticket is not None and ticket.visit is None and ticket.may(Step.LATE_FINISH):
        day.move(ticket, Step.LATE_FINISH)
