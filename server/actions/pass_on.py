"""Transfer the ticket in hand to another line, or to one window; it keeps its number (feature C7)."""

from contract.commands import PassOn
from contract.replies import Done
from contract.words import Code, PassOnRank, Step, VisitEnd
from server.actions.answers import done
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.line import standing_of, tier_of
from server.domain.ticket import Ticket
from server.domain.window import need_clerk, need_in_hand, need_seen
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def pass_on(now: HallNow, command: PassOn, actor: Actor, now_ms: int) -> Done:
    """Serving becomes waiting in the other line; the leg ends."""
    day, no = now.day, command.window
    need_clerk(day, no)
    need_seen(day, no, command.visit)
    visit, ticket = need_in_hand(day, no, Step.PASS_ON)
    _need_target(day, command)
    rank = command.rank or PassOnRank(day.hall.rules.pass_on_rank)
    day.move(ticket, Step.PASS_ON)
    day.end_visit(visit, VisitEnd.PASSED_ON, now_ms)
    ticket.line, ticket.transferred, ticket.only_window = command.line, True, command.to_window or ""
    ticket.standing = _standing(day, ticket, rank, now_ms)
    day.stand(ticket)
    now.why = command.reason or ""
    now.facts = {"visit": visit.id, "line": command.line, "window": command.to_window, "rank": rank.value}
    return done(day, ticket, visit.id)


def _need_target(day: Day, command: PassOn) -> None:
    line = day.hall.lines.get(command.line)
    if line is None:
        raise Refusal(Code.LINE_UNKNOWN, line=command.line)
    if command.to_window is None:
        return
    window = day.hall.windows.get(command.to_window)
    if window is None:
        raise Refusal(Code.WINDOW_UNKNOWN, window=command.to_window)
    receives = {"ALL", line.service.prefix} & set(window.by_transfer)
    if window.no not in line.windows and not receives:
        name = line.service.name
        raise Refusal(Code.CANNOT_SERVE, window=window.no, service=name.zh, service_en=name.en)


def _standing(day: Day, ticket: Ticket, rank: PassOnRank, now_ms: int) -> int:
    if rank is PassOnRank.ORIGINAL:
        return ticket.standing
    queue = day.queues[ticket.line]
    end = queue.standing_last(tier_of(ticket, queue.line), standing_of(now_ms, day.revision))
    return end if rank is PassOnRank.END else queue.standing_front(end)
