"""What stands in rows comes into a day in memory: all of it when a day is loaded, or what another process made newer.

A step takes one row as it stands now; whether the day knew an older one it sees for itself. What cards show of it is
marked by whoever brings a day forward (`server/storage/forward.py`): a day just loaded has all its cards made anew.
"""

from collections.abc import Iterable

from contract.words import State, VisitEnd
from server.domain.counter_record import CounterRecord
from server.domain.day import Day, may_be_told
from server.domain.later_rating import RatedVisit, remembered
from server.domain.line import CHOSEN
from server.domain.ticket import Slip, Ticket, Visit
from server.domain.window_now import WindowNow


def take_in_ticket(day: Day, ticket: Ticket) -> None:
    """A ticket of the day; its place among those of its state is `order_states`'s to give."""
    before = day.tickets.get(ticket.id)
    if before is None:
        day.tally.took(ticket)
        day.series.seen(ticket.series, ticket.number)
        if ticket.kiosk:
            day.last_take[ticket.kiosk] = max(ticket.taken_ms, day.last_take.get(ticket.kiosk, 0))
    else:
        del day.by_state[before.state][before.id]
        if before.state is State.WAITING:
            day.queues[before.line].remove(before)
    day.tickets[ticket.id] = ticket
    if ticket.state is State.WAITING:
        day.queues[ticket.line].add(ticket)


def order_states(day: Day, tickets: Iterable[Ticket]) -> None:
    """Tickets that were taken in (by their ids) stand behind those of their state in the order they came into it."""
    for ticket in sorted(tickets, key=lambda one: one.revision):
        day.by_state[ticket.state][ticket.id] = ticket


def take_in_slip(day: Day, slip: Slip) -> None:
    """A slip, if its ticket is of the day."""
    if slip.ticket in day.tickets:
        day.know_slip(slip)


def take_in_window(day: Day, window: WindowNow) -> None:
    """Who sits there; what it has in hand its visits say."""
    before = day.windows.get(window.no)
    if before is None:
        return
    window.visit = before.visit
    day.windows[window.no] = window
    if window.open != before.open:
        day.touch_lines_of(window.no)


def take_in_record(day: Day, record: CounterRecord) -> None:
    """A counter record of one of the day's visits."""
    if record.visit not in day.records:
        day.know_record(record)


def take_in_rated(day: Day, rated: RatedVisit) -> None:
    """A visit of whichever day that has its counter record, after the record itself where it is of this day."""
    before = day.rated.get(rated.visit)
    if remembered(day.hall, rated.ended_ms, day.day):
        day.rated[rated.visit] = rated
    record = day.records.get(rated.visit)
    new = before is None or before.level is None
    if new and record is not None and record.level is None and rated.level is not None:
        day.count_later(rated.level)


def take_in_visit(day: Day, visit: Visit) -> None:
    """A visit of the day, after its ticket, its window and its counter record. They come in the order of their ids."""
    before, ticket = day.visits.get(visit.id), day.tickets[visit.ticket]
    day.visits[visit.id] = visit
    if visit.end is not VisitEnd.UNDONE:
        day.tally.was_called(ticket, visit)
        if before is None and visit.reason in CHOSEN and visit.line in day.queues:
            day.queues[visit.line].called(ticket)
    elif before is not None and before.end is not VisitEnd.UNDONE:
        day.tally.was_undone(visit)
        day.forget_call(visit)
    spoken_in = day.voice_zone(visit.window) if visit.announced is not None else None
    if spoken_in is not None and spoken_in not in day.speaking:
        day.speaking.add(spoken_in)
        day.voices_changed({spoken_in})
    _hold(day, visit)
    if visit.rateable and visit.id not in day.records:
        day.pending[visit.id] = visit
    elif before is not None:
        day.pending.pop(visit.id, None)
    new = before is None or before.end is not VisitEnd.FINISHED
    if new and visit.end is VisitEnd.FINISHED and visit.handling_ms is not None and visit.ended_ms is not None:
        day.finished.remember(visit, visit.ended_ms, visit.handling_ms)


def _hold(day: Day, visit: Visit) -> None:
    """It is in hand at its window, or is not any more."""
    if visit.ended_ms is None and visit.held_ms is None:
        day.windows[visit.window].visit = visit.id
    elif visit.window in day.windows and day.windows[visit.window].visit == visit.id:
        day.windows[visit.window].visit = None


def show_calls(day: Day, visits: Iterable[Visit]) -> None:
    """The newest call of each of these visits comes before those that boards show."""
    for visit in sorted(visits, key=lambda one: one.call):
        if visit.end is not VisitEnd.UNDONE and visit.reason != "resumed":
            day.board_call(visit, visit.last_call_ms)


def take_in_earlier(day: Day, visit: Visit, *, recorded: bool) -> None:
    """A visit of an earlier day that may still get something; `recorded`: it has its counter record."""
    for known, belongs in (
        (day.pending, visit.rateable and not recorded),
        (day.cut_short, may_be_told(day.hall, visit, day.day)),
    ):
        if belongs:
            known[visit.id] = visit
        else:
            known.pop(visit.id, None)
