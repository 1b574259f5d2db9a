"""Take a number: by the citizen at a kiosk, or by the guide at the desk with priority and its reason."""

from contract.commands import TakeNumber
from contract.replies import Issued
from contract.words import Code, SlipAfter, SlipOutcome, State, Via, WhyClosed
from server.actions.answers import issued, wait_of
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.hall import Line
from server.domain.hours import Taking, local, taking
from server.domain.line import standing_of, tier_of
from server.domain.numbering import label, make_id
from server.domain.ticket import Slip, Ticket
from server.storage.hall_now import HallNow
from server.storage.orders import Actor

_WHY = {
    WhyClosed.BEFORE_HOURS: ("还没有到取号时间", "numbers are not given yet"),
    WhyClosed.AFTER_HOURS: ("今天的办理时间已过", "today's hours are over"),
    WhyClosed.BREAK: ("现在是休息时间", "this is the break"),
    WhyClosed.NO_SESSION_TODAY: ("今天不办理", "it is not served today"),
    WhyClosed.STOPPED: ("大厅已停止取号", "the hall has stopped giving numbers"),
    WhyClosed.STOP_TAKING: ("已到停止取号时间", "the time for taking numbers is over"),
    WhyClosed.NO_WINDOW: ("没有窗口办理", "no window serves it"),
}


def line_taking(day: Day, line: Line, now_ms: int, priority: str = "") -> Taking:
    """Whether the line gives numbers now: the day, the floor manager's stop, then the hours."""
    if day.closed_ms is not None:
        return Taking(open=False, why=WhyClosed.DAY_CLOSED)
    if day.stopped.get(line.id):
        return Taking(open=False, why=WhyClosed.STOPPED)
    return taking(day.hall, line, day.day, now_ms, priority)


def take_number(now: HallNow, command: TakeNumber, actor: Actor, now_ms: int) -> Issued:
    """The next number of the line's series, its place in the line, and a slip reserved for it."""
    day = now.day
    line = _allowed_line(day, command, actor, now_ms)
    number = day.series.next(line.service.prefix)
    ticket = Ticket(
        id=make_id(day.hall_no, day.revision),
        day=day.day.isoformat(),
        series=line.service.prefix,
        number=number,
        label=label(line.service.prefix, number),
        line=line.id,
        taken_ms=now_ms,
        standing=standing_of(now_ms, day.revision),
        via=actor.via,
        priority=command.priority,
        priority_reason=command.reason or "",
        language=command.language,
        kiosk=actor.kiosk or "",
        person=_person(line, command),
    )
    slip = Slip(ticket.id, ticket.id, ticket.label, kiosk=actor.kiosk or command.print_at or "", reprint=False)
    if not slip.kiosk:
        slip.record(SlipOutcome.FAILED, SlipAfter.SHOWN, "no_printer", 0)
    queue = day.queues[line.id]
    ticket.standing = queue.standing_last(tier_of(ticket, line), ticket.standing)
    day.add_ticket(ticket)
    day.save_slip(slip)
    if actor.kiosk:
        day.last_take[actor.kiosk] = now_ms
    now.why = command.reason or ""
    now.facts = {"number": ticket.label, "line": line.id}
    ahead = queue.ahead_of(ticket)
    return issued(day.hall, ticket, slip, ahead, wait_of(day, line.id, ahead, now_ms), day.revision)


def _allowed_line(day: Day, command: TakeNumber, actor: Actor, now_ms: int) -> Line:
    line = day.hall.lines.get(command.line)
    if line is None:
        raise Refusal(Code.LINE_UNKNOWN, line=command.line)
    name = line.service.name
    needs_desk = line.service.asks_desk and not (_person(line, command) and line.service.booking != "required")
    if actor.via is Via.KIOSK and (needs_desk or command.priority is not None):
        raise Refusal(Code.ASK_DESK, service=name.zh, service_en=name.en)
    if command.person is not None and actor.via is not Via.KIOSK:
        raise Refusal(Code.BAD_REQUEST, where="person")
    if command.priority is not None and not command.reason:
        raise Refusal(Code.REASON_MISSING)
    if command.print_at is not None and not _is_kiosk(day, command.print_at):
        raise Refusal(Code.DEVICE_UNKNOWN, device=command.print_at)
    state = line_taking(day, line, now_ms, command.priority.value if command.priority else "")
    if state.why is WhyClosed.ASK_DESK:
        raise Refusal(Code.ASK_DESK, service=name.zh, service_en=name.en)
    if not state.open:
        _refuse_closed(day, line, state, now_ms)
    if actor.kiosk:
        wait_ms = day.last_take.get(actor.kiosk, 0) + day.hall.rules.take_interval_s * 1000 - now_ms
        if wait_ms > 0 and not day.hall.rules.always_open:
            raise Refusal(Code.TOO_SOON, seconds=-(-wait_ms // 1000))
    _allow_person(day, line, _person(line, command))
    return line


def _person(line: Line, command: TakeNumber) -> str:
    """Whose card it is; nobody's where the service does not ask for one: what is not needed is not kept."""
    return "" if command.person is None or line.service.real_name == "off" else command.person


def _allow_person(day: Day, line: Line, person: str) -> None:
    """One open number for a person and service, and so many a day."""
    if not person:
        return
    own = [t for t in day.tickets.values() if t.person == person and t.state is not State.CANCELLED]
    for ticket in own:
        if ticket.series == line.service.prefix and not ticket.final:
            raise Refusal(Code.HAS_NUMBER, number=ticket.label)
    if 0 < day.hall.rules.person_limit <= len(own):
        raise Refusal(Code.PERSON_LIMIT, limit=day.hall.rules.person_limit)


def _is_kiosk(day: Day, name: str) -> bool:
    return any(d.kind == "kiosk" and d.code == name for d in day.hall.devices)


def _refuse_closed(day: Day, line: Line, state: Taking, now_ms: int) -> None:
    if state.why is WhyClosed.DAY_CLOSED:
        raise Refusal(Code.DAY_CLOSED)
    zh, en = _WHY[state.why or WhyClosed.AFTER_HOURS]
    today = local(day.hall, now_ms).date() == day.day
    again = f"{state.again:%H:%M}" if state.again and today else ""
    raise Refusal(
        Code.LINE_CLOSED,
        line=line.id,
        service=line.service.name.zh,
        service_en=line.service.name.en,
        why=zh,
        why_en=en,
        again=f"{again} 起可以取号" if again else "请在办理时间再来，或询问导办台",
        again_en=f"Numbers are given from {again}" if again else "Come back in opening hours, or ask the desk",
    )
