"""Ratings at the counter: who is asked, until when, and which press still counts."""

from contract.words import Code, NotRated
from server.domain.counter_record import CounterRecord
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.hall import Hall, Line
from server.domain.ticket import Visit

CLOCK_SLACK_MS = 2_000  # terminal and server clocks agree this well (offset measured from the beat)
LOST_AFTER_MS = 72 * 3_600_000


def rateable(hall: Hall, line: Line) -> bool:
    """Whether a finished visit of the line may be rated; inquiries where the hall says so."""
    return hall.rules.inquiries_rateable or not line.service.inquiry


def invite(day: Day, visit: Visit, now_ms: int) -> None:
    """Finish asks the citizen, or, where no keypad stands, says at once that there is none."""
    if not _may_be_rated(day.hall, visit):
        return
    visit.rateable = True
    day.pending[visit.id] = visit
    if day.hall.has_keypad(visit.window):
        visit.invited_ms, visit.deadline_ms = now_ms, now_ms + day.hall.rules.rate_within_s * 1000
    else:
        day.record(CounterRecord(visit.id, None, NotRated.NO_KEYPAD, now_ms, visit.window, visit.clerk))


def _may_be_rated(hall: Hall, visit: Visit) -> bool:
    line = hall.lines.get(visit.line)
    return line is not None and rateable(hall, line)


def asked_at_keypad(hall: Hall, visit: Visit) -> bool:
    """Whether the citizen will be asked at the window's keypad when the visit is finished."""
    return _may_be_rated(hall, visit) and hall.has_keypad(visit.window)


def need_record(day: Day, visit_id: int) -> Visit:
    """The visit that still owes its counter record."""
    visit = day.pending.get(visit_id)
    if visit is not None:
        return visit
    known = day.visits.get(visit_id)
    if visit_id in day.rated or (known is not None and known.rateable):
        raise Refusal(Code.ALREADY_RATED)
    raise Refusal(Code.NOT_RATEABLE if known is not None else Code.VISIT_UNKNOWN)


def need_in_time(visit: Visit, pressed_ms: int, now_ms: int) -> None:
    """A press made while the citizen was asked counts whenever it arrives."""
    if visit.invited_ms is None or visit.deadline_ms is None:
        raise Refusal(Code.NOT_RATEABLE)
    ends = visit.deadline_ms
    if visit.invitation_ended_ms is not None:
        ends = min(ends, visit.invitation_ended_ms)
    if not visit.invited_ms - CLOCK_SLACK_MS <= pressed_ms <= min(ends, now_ms) + CLOCK_SLACK_MS:
        raise Refusal(Code.RATED_TOO_LATE)
