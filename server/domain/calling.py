"""Calling a ticket to a window and finishing it: what several deeds share."""

from contract.words import Outcome, Step, VisitEnd
from server.domain.day import Day
from server.domain.line import CHOSEN
from server.domain.numbering import make_id
from server.domain.rating import invite
from server.domain.ticket import Ticket, Visit


def call(day: Day, ticket: Ticket, no: str, step: Step, reason: str, now_ms: int) -> Visit:
    """Take the ticket out of its line (or back from held or missed) and call it to the window."""
    day.move(ticket, step)
    visit = Visit(
        id=make_id(day.hall_no, day.revision),
        ticket=ticket.id,
        label=ticket.label,
        line=ticket.line,
        window=no,
        clerk=day.windows[no].clerk,
        called_ms=now_ms,
        reason=reason,
        call=day.revision,
        last_call_ms=now_ms,
    )
    if reason in CHOSEN:
        day.queues[ticket.line].called(ticket)
    day.begin_visit(visit)
    day.board_call(visit, now_ms)
    return visit


def start(day: Day, visit: Visit, now_ms: int) -> None:
    """A citizen steps up: from now on nobody rates for the person before."""
    day.end_invitations(visit.window, "next_citizen", now_ms)
    if visit.started_ms is None:
        visit.started_ms = now_ms
    day.put_in_hand(visit)


def finish(day: Day, visit: Visit, outcome: Outcome, items: int, now_ms: int) -> None:
    """The visit is done; the citizen is asked to rate where that is the rule."""
    day.move(day.ticket_of(visit), Step.FINISH)
    visit.outcome, visit.items = outcome, items
    visit.clerk = day.windows[visit.window].clerk or visit.clerk
    day.end_visit(visit, VisitEnd.FINISHED, now_ms)
    invite(day, visit, now_ms)
    day.save_visit(visit)


def take_back(day: Day, ticket: Ticket, end: VisitEnd, now_ms: int) -> None:
    """Close the ticket's open visit, if it has one."""
    if ticket.visit is not None:
        day.end_visit(day.visits[ticket.visit], end, now_ms)
