"""Cards of the hall, its lines, calls, prints, devices and totals."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from contract import cards as c
from contract.replies import Words
from contract.words import Priority, State, WhyClosed
from server.actions.answers import line_department, priority_words, wait_of, windows_of, words
from server.actions.take_number import line_taking
from server.domain.day import Day
from server.domain.derived import derived
from server.domain.hall import Hall, Line, Service, Zone
from server.domain.hours import hall_hours, local, scheduled, taking_spans, to_ms
from server.domain.place import place
from server.domain.ticket import Ticket
from server.domain.voice import languages
from server.storage.hall_now import HallNow

_RECENT_CALL_MS = 60_000
_AT_LEAST_CALLS = 8
_MOST_QUEUED = 300
_MOST_SLIPS = 50
_MOST_DOUBTFUL = 100


def iso(ms: int) -> str:
    """Epoch milliseconds as ISO 8601 UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(at: time | None) -> str | None:
    """A local time of day as HH:MM."""
    return f"{at:%H:%M}" if at is not None else None


def hall_card(day: Day, now_ms: int) -> c.HallCard:
    """`hall`."""
    hall = day.hall
    hours = hall_hours(hall, day.day, now_ms)
    return c.HallCard(
        name=words(hall.name),
        day=day.day.isoformat(),
        timezone=hall.timezone.key,
        open=hours.open and day.closed_ms is None,
        open_until=clock(hours.until),
        opens_next=_next(day.day, hours.next_day, hours.next_opens),
        numbers_from=clock(hours.numbers_from),
        day_closed=day.closed_ms is not None,
        zones=[_zone(hall, zone) for zone in hall.zones.values()],
        missed_rule=words(hall.missed_rule),
        supervision_phone=hall.supervision_phone,
        messages=[words(message) for message in hall.messages],
        long_wait_minutes=hall.rules.long_wait_minutes,
    )


def _zone(hall: Hall, zone: Zone) -> c.ZoneOnHallCard:
    spoken = list(languages(hall, zone.voice_zone))
    return c.ZoneOnHallCard(
        zone=zone.code, floor=zone.floor, name=words(zone.name), voice_zone=zone.voice_zone, languages=spoken
    )


def _next(today: date, that: date | None, opens: time | None) -> str | None:
    if that is None or opens is None:
        return None
    return f"{opens:%H:%M}" if that == today else f"{that.isoformat()} {opens:%H:%M}"


def line_card(day: Day, line_id: str, now_ms: int) -> c.LineCard:
    """`line/<id>`."""
    hall, line = day.hall, day.hall.lines[line_id]
    state = line_taking(day, line, now_ms)
    waiting = len(day.queues[line_id])
    desk = line.service.asks_desk
    on_duty = scheduled(hall, line, day.day)
    return c.LineCard(
        line=line_id,
        prefix=line.service.prefix,
        name=words(line.service.name),
        department=line_department(hall, line),
        zones=list(dict.fromkeys(hall.windows[w].zone for w in on_duty or line.windows)),
        windows=list(on_duty),
        open_windows=day.open_windows(line_id),
        waiting=waiting,
        wait=wait_of(day, line_id, waiting, now_ms) if state.open else None,
        open=state.open and not desk,
        why=WhyClosed.ASK_DESK if state.open and desk else state.why,
        again=clock(state.again),
        order=line.order,
        real_name="off" if line.service.booking == "required" else line.service.real_name,
        place=words(place(hall, windows_of(hall, line, day.day))),
        taking=_taking(hall, line, day.day),
    )


@derived
def _taking(hall: Hall, line: Line, day: date) -> list[tuple[str, str]]:
    """The spans in which the hours let numbers be given; none where it is always."""
    if hall.rules.always_open:
        return []
    spans = taking_spans(hall, line, day)
    return [(iso(to_ms(hall, day, begins)), iso(to_ms(hall, day, ends))) for begins, ends, _ in spans]


def service_card(service: Service) -> c.ServiceCard:
    """`service/<prefix>`."""
    return c.ServiceCard(
        prefix=service.prefix,
        plain=words(service.plain) if service.plain.zh else None,
        bring=[words(thing) for thing in service.bring],
    )


def queue_card(day: Day, line_id: str) -> c.QueueCard:
    """`queue/<line>`."""
    queue = day.queues[line_id]
    numbers = [_queued(ticket) for ticket, _ in zip(queue, range(_MOST_QUEUED), strict=False)]
    here = [t for t in day.all_of(State.HELD, State.MISSED) if t.line == line_id]
    return c.QueueCard(
        line=line_id,
        numbers=numbers,
        held=[parked(day, t) for t in here if t.state is State.HELD],
        missed=[parked(day, t) for t in here if t.state is State.MISSED],
        overdue_minutes=queue.line.service.overdue_wait_minutes,
    )


def _queued(ticket: Ticket) -> c.QueuedTicket:
    late = ticket.told_ms is not None
    return _in_line(
        ticket.id, ticket.label, ticket.priority, ticket.taken_ms, ticket.returns, transferred=ticket.transferred,
        late=late,
    )  # fmt: skip


@lru_cache(maxsize=8192)  # a line is shown anew with each of its changes, and most who wait stay as they were
def _in_line(
    ticket: int, number: str, priority: Priority | None, taken_ms: int, returned: int, *, transferred: bool, late: bool
) -> c.QueuedTicket:
    return c.QueuedTicket(
        ticket=ticket,
        number=number,
        priority=priority_words(priority),
        since=iso(taken_ms),
        returned=returned,
        transferred=transferred,
        late=late,
    )


def parked(day: Day, ticket: Ticket) -> c.ParkedTicket:
    """A held or missed ticket on a card."""
    visit = day.visits[ticket.visit] if ticket.visit is not None else None
    since = (visit.held_ms if visit else ticket.missed_ms) or ticket.taken_ms
    return c.ParkedTicket(
        ticket=ticket.id,
        visit=visit.id if visit else None,
        number=ticket.label,
        service=words(day.hall.lines[ticket.line].service.name),
        window=visit.window if visit else None,
        kind=visit.hold_kind if visit else None,
        reason=visit.hold_reason or None if visit else None,
        since=iso(since),
        can_return=ticket.state is State.HELD or ticket.returns < day.hall.rules.return_limit,
    )


def calls_card(day: Day, zone: str, now_ms: int) -> c.CallsCard:
    """`calls/<zone>`: newest first; of a ticket called again only the newest call."""
    shown: list[c.Call] = []
    seen: set[str] = set()
    for call in day.board:
        window = day.hall.windows.get(call.window)
        if window is None or window.zone != zone or call.number in seen:
            continue
        if len(shown) >= _AT_LEAST_CALLS and now_ms - call.at_ms > _RECENT_CALL_MS:
            break
        seen.add(call.number)
        shown.append(
            c.Call(call=call.id, number=call.number, window=call.window, time=iso(call.at_ms), recall=call.recall)
        )
    return c.CallsCard(zone=zone, calls=shown)


def kiosks(day: Day) -> list[str]:
    """The hall's kiosks by name."""
    return [d.code for d in day.hall.devices if d.kind == "kiosk"]


def prints_card(day: Day, kiosk: str) -> c.PrintsCard:
    """`prints/<kiosk>`: slips reserved for it that did not come from its own screen."""
    return c.PrintsCard(kiosk=kiosk, slips=[s.id for s in day.to_print.values() if s.kiosk == kiosk])


def devices_card(now: HallNow) -> c.DevicesCard:
    """`devices`: health, slips to look after, tickets at work, citizens who asked for a guide."""
    day = now.day
    devices = [
        c.DeviceOnCard(
            device=d.name, kind=d.kind.value, windows=list(d.windows), zone=d.zone, health=dict(d.health),
            since=iso(d.health_ms) if d.health_ms is not None else None,
        )
        for d in sorted(now.register.devices.values(), key=lambda one: one.name) if not d.revoked
    ]  # fmt: skip
    slips = [
        c.SlipTrouble(
            slip=s.id, ticket=s.ticket, number=s.label, kiosk=s.kiosk or None,
            outcome=s.outcome.value if s.outcome else None, after=s.after.value if s.after else None,
            reason=s.reason or None,
        )
        for s in sorted(day.troubles.values(), key=lambda s: s.id) if s.kiosk
    ]  # fmt: skip
    at_work = [_at_work(day, t) for t in day.all_of(State.CALLED, State.SERVING, State.HELD)]
    requests = [
        c.GuideRequestOnCard(request=r.id, kiosk=r.kiosk, zone=_zone_of(now, r.kiosk), since=iso(r.asked_ms))
        for r in day.requests.values() if r.open
    ]  # fmt: skip
    doubtful = [
        c.DoubtfulNumber(
            ticket=t.id, number=t.label, line=t.line, kiosk=t.kiosk, doubts=list(t.doubts), since=iso(t.taken_ms)
        )
        for t in day.all_of(State.WAITING) if t.doubts
    ]  # fmt: skip
    return c.DevicesCard(
        devices=devices, slips=slips[-_MOST_SLIPS:], at_work=at_work, requests=requests,
        doubtful=doubtful[-_MOST_DOUBTFUL:],
    )  # fmt: skip


def _zone_of(now: HallNow, kiosk: str) -> str | None:
    device = now.register.devices.get(kiosk)
    return device.zone if device else None


def _at_work(day: Day, ticket: Ticket) -> c.TicketAtWork:
    visit = day.visits[ticket.visit or 0]
    since = visit.held_ms or visit.started_ms or visit.called_ms
    return c.TicketAtWork(
        ticket=ticket.id, visit=visit.id, number=ticket.label, window=visit.window, state=ticket.state.value,
        since=iso(since),
    )  # fmt: skip


def alerts_card(day: Day) -> c.AlertsCard:
    """`alerts`: that the clock of the server's machine was set today, the newest time."""
    if day.clock_set is None:
        return c.AlertsCard(alerts=[])
    at_ms, by_s, ahead_s = day.clock_set
    at, by = f"{local(day.hall, at_ms):%H:%M}", timedelta(seconds=abs(by_s))
    zh = f"{at} 服务器的时钟被调{'慢' if by_s < 0 else '快'}了 {by}"
    en = f"{at}: the server's clock was set {'back' if by_s < 0 else 'ahead'} by {by}"
    if ahead_s:
        ahead = timedelta(seconds=ahead_s)
        zh, en = f"{zh}，大厅时间快 {ahead}，会慢慢对齐", f"{en}; the hall is {ahead} ahead and slows down"
    return c.AlertsCard(alerts=[Words(zh=zh, en=en)])
