"""Replies made from the day's objects."""

from datetime import UTC, date, datetime
from functools import lru_cache

from contract.replies import Called, Done, Issued, Words
from contract.words import Priority
from server.domain.day import Day
from server.domain.derived import derived
from server.domain.hall import PRIORITY_WORDS, Hall, Line, Text
from server.domain.hours import local, scheduled
from server.domain.indicators import wait_range
from server.domain.place import place
from server.domain.ticket import Slip, Ticket, Visit


@lru_cache(maxsize=4096)
def words(text: Text) -> Words:
    """A text of the definition on the wire; neither ever changes."""
    return Words(zh=text.zh, en=text.en)


def priority_words(priority: Priority | None) -> Words | None:
    """The badge of a priority class."""
    return words(PRIORITY_WORDS[priority.value]) if priority else None


def line_department(hall: Hall, line: Line) -> Words | None:
    """The department, where the line is one department's share of a service."""
    return words(hall.departments[line.department].name) if line.department else None


def utc(ms: int) -> datetime:
    """Epoch milliseconds as a UTC datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def wait_of(day: Day, line_id: str, ahead: int, now_ms: int) -> tuple[int, int]:
    """The wait range of somebody with so many people ahead."""
    shown = day.paces.get(line_id)
    return wait_range(ahead, day.pace_now(line_id, now_ms) if shown is None else shown)


@derived
def windows_of(hall: Hall, line: Line, day: date) -> tuple[str, ...]:
    """Where the line's people are called to that day; windows for some people only are left out if others are there."""
    windows = tuple(w for w in scheduled(hall, line, day) or line.windows if not hall.windows[w].only_for)
    return windows or line.windows


def issued(
    hall: Hall, ticket: Ticket, slip: Slip, ahead: int, wait: tuple[int, int] | None, revision: int
) -> Issued:
    """All that stands on the slip."""
    line = hall.lines[ticket.line]
    taken = local(hall, ticket.taken_ms)
    windows = windows_of(hall, line, taken.date())
    return Issued(
        revision=revision,
        ticket=ticket.id,
        slip=slip.id,
        number=ticket.label,
        day=ticket.day,
        line=line.id,
        service=words(line.service.name),
        department=line_department(hall, line),
        place=words(place(hall, windows)),
        windows=list(windows),
        ahead=ahead,
        wait=wait,
        taken_at=utc(ticket.taken_ms),
        taken_local=f"{taken:%Y-%m-%d %H:%M}",
        priority=priority_words(ticket.priority),
        missed_rule=words(hall.missed_rule),
        hall_name=words(hall.name),
        language=ticket.language,
        reprint=slip.reprint,
        print_at=slip.kiosk or None,
    )


def called(day: Day, ticket: Ticket, visit: Visit, finished: int | None = None) -> Called:
    """What the clerk is told of the ticket just called."""
    return Called(
        revision=day.revision,
        ticket=ticket.id,
        visit=visit.id,
        number=ticket.label,
        line=ticket.line,
        service=words(day.hall.lines[ticket.line].service.name),
        priority=priority_words(ticket.priority),
        reason=visit.reason,
        finished=finished,
    )


def done(day: Day, ticket: Ticket | None = None, visit: int | None = None) -> Done:
    """Accepted."""
    if ticket is None:
        return Done(revision=day.revision, visit=visit)
    return Done(revision=day.revision, ticket=ticket.id, visit=visit, number=ticket.label, state=ticket.state.value)
