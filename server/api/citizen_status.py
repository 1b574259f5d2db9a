"""What a citizen is told of a ticket: its rows, and its place in the line as it was published."""

from datetime import date, datetime
from hashlib import blake2b

from contract.citizen import CallOfTicket, LastCall, RatingOfVisit, TicketStatus
from contract.replies import Words
from contract.words import Audience, Code, Level, State, Step
from server.actions.answers import line_department, priority_words, utc, windows_of, words
from server.domain.hall import Hall, Line
from server.domain.hours import local
from server.domain.indicators import wait_range
from server.domain.place import place
from server.domain.ticket import Ticket
from server.reports.citizen import TicketFound
from server.storage.published import Published

_CALLS_SHOWN = 3
_AT_A_WINDOW = frozenset({State.CALLED, State.SERVING, State.HELD})


def status_of(published: Published, found: TicketFound, now_ms: int) -> TicketStatus:
    """All that the phone shows."""
    hall, ticket = published.definition, found.ticket
    line = hall.lines.get(ticket.line)
    windows = _windows(hall, line, ticket)
    today = ticket.day == published.day.isoformat()
    ahead = _ahead(published, ticket)
    status = TicketStatus(
        revision=published.head,
        ticket=ticket.id,
        number=ticket.label,
        day=ticket.day,
        today=today,
        state=ticket.state,
        hall_name=words(hall.name),
        supervision_phone=hall.supervision_phone,
        service=_service(line),
        department=line_department(hall, line) if line else None,
        priority=priority_words(ticket.priority),
        floor=hall.zones[hall.windows[windows[0]].zone].floor if windows else "",
        place=words(place(hall, windows)),
        windows=list(windows),
        ahead=ahead,
        wait=_wait(published, line, ahead) if line and ahead is not None else None,
        call=_call(hall, found) if today else None,
        last_calls=_last_calls(published, windows) if today else [],
        missed_rule=words(hall.missed_rule),
        may_return=ticket.state is State.MISSED and ticket.returns < hall.rules.return_limit,
        may_cancel=today and ticket.may(Step.CANCEL),
        rating=_rating(hall, found, now_ms),
    )
    shown = status.model_dump_json(exclude={"revision"}).encode()
    return status.model_copy(update={"stamp": blake2b(shown, digest_size=8).hexdigest()})


def _service(line: Line | None) -> Words:
    return words(line.service.name) if line else Words(zh="", en="")


def _windows(hall: Hall, line: Line | None, ticket: Ticket) -> tuple[str, ...]:
    if ticket.only_window in hall.windows:
        return (ticket.only_window,)
    return windows_of(hall, line, date.fromisoformat(ticket.day)) if line else ()


def _ahead(published: Published, ticket: Ticket) -> int | None:
    order = published.lines.get(ticket.line, ())
    return order.index(ticket.id) if ticket.state is State.WAITING and ticket.id in order else None


def _wait(published: Published, line: Line, ahead: int) -> tuple[int, int]:
    return wait_range(ahead, published.paces[line.id])


def _call(hall: Hall, found: TicketFound) -> CallOfTicket | None:
    ticket = found.ticket
    visit = next((v for v in found.visits if v.id == ticket.visit), None)
    if ticket.state not in _AT_A_WINDOW or visit is None or visit.window not in hall.windows:
        return None
    return CallOfTicket(
        window=visit.window,
        floor=hall.zones[hall.windows[visit.window].zone].floor,
        place=words(hall.departments[hall.windows[visit.window].department].name),
        at=utc(visit.last_call_ms),
        at_local=f"{local(hall, visit.last_call_ms):%H:%M}",
        calls=1 + visit.recalls,
        most=1 + hall.rules.recall_limit,
    )


def _last_calls(published: Published, windows: tuple[str, ...]) -> list[LastCall]:
    """What was called a moment ago where the citizen waits."""
    if not windows:
        return []
    hall = published.definition
    card = published.views[Audience.PUBLIC].cards.get(f"calls/{hall.windows[windows[0]].zone}")
    calls = card["calls"] if card else []
    near = [call for call in calls if call["window"] in windows] or calls
    return [
        LastCall(number=call["number"], window=call["window"], at_local=_local_time(hall, call["time"]))
        for call in near[:_CALLS_SHOWN]
    ]


def _local_time(hall: Hall, at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(hall.timezone):%H:%M}"


def _rating(hall: Hall, found: TicketFound, now_ms: int) -> RatingOfVisit | None:
    """Of the newest visit that may be rated; an older leg of the ticket is not asked about."""
    visit = next((v for v in reversed(found.visits) if v.rateable), None)
    if visit is None:
        return None
    days = hall.rules.supplement_days
    rated = found.rated.get(visit.id)
    why_not = rated.why_not_rate(days, now_ms) if rated else Code.RATING_PENDING
    return RatingOfVisit(
        visit=visit.id,
        window=visit.window,
        service=_service(hall.lines.get(visit.line)),
        day_local=local(hall, visit.ended_ms or visit.called_ms).date().isoformat(),
        may_rate=why_not is None,
        why_not=why_not,
        level=Level(rated.level) if rated and rated.level is not None else None,
        may_add_reasons=rated is not None and rated.why_no_reasons(days, now_ms) is None,
        reasons_given=rated is not None and rated.reasons,
    )
