"""A kiosk gave a number from its leased block while the server was away: it stands in the line from its true time."""

from contract.commands import RecordLeased
from contract.replies import Issued
from contract.words import Code, Doubt, SlipOutcome, Step, Via, VisitEnd
from server.actions.answers import issued, wait_of
from server.actions.take_number import line_taking
from server.domain.calling import take_back
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.hall import Line
from server.domain.leasing import Block, day_begins_ms, kiosk_series, until_ms
from server.domain.line import standing_of
from server.domain.numbering import label, make_id
from server.domain.ticket import Slip, Ticket
from server.storage.hall_now import HallNow
from server.storage.orders import Actor

_SLACK_MS = 2_000  # terminal and server clocks agree this well


def record_leased(now: HallNow, command: RecordLeased, actor: Actor, now_ms: int) -> Issued:
    """Recorded as it happened, once for each series and number; told again, it brings what is known meanwhile."""
    day, kiosk = now.day, actor.kiosk or ""
    series, told_ms = kiosk_series(kiosk), int(command.taken_at.timestamp() * 1000)
    if command.day > day.day:
        raise Refusal(Code.NOT_DUE)
    known = day.leased.given.get((command.day.isoformat(), series, command.number))
    if known is not None and known.told_ms != told_ms:
        raise Refusal(Code.NUMBER_CLASH, number=label(series, command.number))
    if known is None:
        ticket, slip = _record(day, command, kiosk, told_ms, now_ms)
    else:
        found = day.tickets.get(known.ticket)
        ticket = found or _of_an_earlier_day(day, command, kiosk, known.ticket, told_ms)
        slip = day.slips.get(known.ticket) or _slip(command, ticket)
        _follow(day, command, slip)
    _cancel(day, command.instead_of, kiosk, now_ms)
    now.facts = {
        "number": ticket.label, "line": ticket.line, "asked_line": command.line, "day": ticket.day, "told_ms": told_ms,
        "offset_ms": command.offset_ms, "doubts": ";".join(ticket.doubts), "instead_of": command.instead_of,
        "slip": slip.id,
    }  # fmt: skip
    waits = ticket.id in day.queues[ticket.line].tickets
    ahead = day.queues[ticket.line].ahead_of(ticket) if waits else 0
    wait = wait_of(day, ticket.line, ahead, now_ms) if waits else None
    return issued(day.hall, ticket, slip, ahead, wait, day.revision)


def _record(day: Day, command: RecordLeased, kiosk: str, told_ms: int, now_ms: int) -> tuple[Ticket, Slip]:
    series, of_today = kiosk_series(kiosk), command.day == day.day
    line = _line(day, command.line)
    block = day.leased.blocks.get((series, command.first)) if of_today else None
    since_ms = block.leased_ms if block is not None else day_begins_ms(day.hall, command.day)
    taken_ms = min(max(told_ms, since_ms), now_ms, until_ms(day.hall, command.day) - 1)
    doubts = [
        *([Doubt.CLOCK] if abs(taken_ms - told_ms) > _SLACK_MS else []),
        *([Doubt.LINE_GONE] if line.id != command.line else []),
        *([Doubt.LINE_CLOSED] if of_today and not line_taking(day, line, now_ms).open else []),
        *([] if of_today else [Doubt.DAY_OVER]),
    ]
    ticket = _ticket(day, command, kiosk, make_id(day.hall_no, day.revision), line.id)
    ticket.taken_ms, ticket.standing = taken_ms, standing_of(taken_ms, day.revision)
    ticket.received_ms, ticket.told_ms, ticket.doubts = now_ms, told_ms, tuple(doubts)
    slip = _slip(command, ticket)
    if block is None:
        # Leased before the server was restored from a copy, or for a day that has ended.
        day.lease(Block(ticket.day, series, command.first, command.last, kiosk, taken_ms))
    day.know_given(ticket)
    if not of_today:
        day.add_ended(ticket, slip)
        return ticket, slip
    day.series.seen(series, command.number)
    day.add_ticket(ticket)
    day.save_slip(slip)
    day.last_take[kiosk] = max(taken_ms, day.last_take.get(kiosk, 0))
    return ticket, slip


def _line(day: Day, asked: str) -> Line:
    """The line that was asked for; if it is gone, one of the same service, an inquiry line, or the hall's first."""
    lines = day.hall.lines
    if asked in lines:
        return lines[asked]
    prefix = asked.partition("-")[0]
    same = [line for line in lines.values() if line.service.prefix == prefix]
    inquiry = [line for line in lines.values() if line.service.inquiry]
    return (*same, *inquiry, *lines.values())[0]


def _ticket(day: Day, command: RecordLeased, kiosk: str, ticket_id: int, line: str) -> Ticket:
    series = kiosk_series(kiosk)
    return Ticket(
        id=ticket_id,
        day=command.day.isoformat(),
        series=series,
        number=command.number,
        label=label(series, command.number),
        line=line,
        taken_ms=0,
        standing=0,
        via=Via.KIOSK,
        language=command.language,
        kiosk=kiosk,
    )


def _of_an_earlier_day(day: Day, command: RecordLeased, kiosk: str, ticket_id: int, told_ms: int) -> Ticket:
    """What the reply says of a ticket whose day has ended: it was recorded then, and nothing is changed."""
    ticket = _ticket(day, command, kiosk, ticket_id, _line(day, command.line).id)
    ticket.taken_ms = ticket.told_ms = told_ms
    return ticket


def _slip(command: RecordLeased, ticket: Ticket) -> Slip:
    slip = Slip(ticket.id, ticket.id, ticket.label, kiosk=ticket.kiosk, reprint=False)
    if command.outcome is not None:
        slip.record(command.outcome, command.after, command.reason or "", command.substituted)
    return slip


def _follow(day: Day, command: RecordLeased, slip: Slip) -> None:
    """What became of the paper meanwhile."""
    if slip.id not in day.slips or command.outcome is None:
        return
    if slip.outcome is None:
        slip.record(command.outcome, command.after, command.reason or "", command.substituted)
        day.save_slip(slip)
    elif command.after is not None and slip.after is None and slip.outcome is not SlipOutcome.PRINTED:
        slip.record(None, command.after, "", 0)
        day.save_slip(slip)


def _cancel(day: Day, ticket_id: int | None, kiosk: str, now_ms: int) -> None:
    """One press has one number: the one that the server gave for it, which nobody was told, is taken out."""
    ticket = day.tickets.get(ticket_id or 0)
    if ticket is None or ticket.kiosk != kiosk or ticket.told_ms is not None or not ticket.may(Step.CANCEL):
        return
    day.move(ticket, Step.CANCEL)
    take_back(day, ticket, VisitEnd.CANCELLED, now_ms)
