"""What a clerk may do at a window now, and why not. The same guards serve the actions and the keys on the page."""

from collections.abc import Callable
from dataclasses import dataclass

from contract.words import Code, HoldKind, State, Step
from server.domain.day import Day
from server.domain.errors import Refusal
from server.domain.ticket import Ticket, Visit


def need_window(day: Day, no: str) -> None:
    """The window exists."""
    if no not in day.windows:
        raise Refusal(Code.WINDOW_UNKNOWN, window=no)


def need_clerk(day: Day, no: str) -> None:
    """Somebody is signed in at the window; a session that was ended counts no more, whatever is in hand."""
    need_window(day, no)
    if day.windows[no].session is None:
        raise Refusal(Code.NOT_SIGNED_IN)


def need_seen(day: Day, no: str, seen: int | None) -> None:
    """The sender looked at what is true now."""
    if day.windows[no].visit != seen:
        raise Refusal(Code.STALE)


def need_free(day: Day, no: str) -> None:
    """The window has nothing in hand and is not paused."""
    need_clerk(day, no)
    visit = day.in_hand(no)
    if visit is not None:
        ticket = day.ticket_of(visit)
        code = Code.START_OR_MISSED if ticket.state is State.CALLED else Code.FINISH_FIRST
        raise Refusal(code, number=ticket.label)
    if day.windows[no].paused_ms is not None:
        raise Refusal(Code.WINDOW_PAUSED)


def need_in_hand(day: Day, no: str, step: Step) -> tuple[Visit, Ticket]:
    """The visit in hand allows the step."""
    need_clerk(day, no)
    visit = day.in_hand(no)
    if visit is None:
        raise Refusal(Code.VISIT_UNKNOWN)
    ticket = day.ticket_of(visit)
    if not ticket.may(step):
        ticket.take(step)  # raises the refusal with the state's words
    return visit, ticket


def check_call_next(day: Day, no: str, now_ms: int) -> None:
    """Call next: free, or serving where the hall finishes on call; somebody must wait for a free window."""
    del now_ms
    need_clerk(day, no)
    visit = day.in_hand(no)
    serving = visit is not None and day.ticket_of(visit).state is State.SERVING
    if serving and day.hall.rules.finish_on_call:
        return
    need_free(day, no)
    if day.next_for(no) is None:
        raise Refusal(Code.NOBODY_WAITING)


def check_recall(day: Day, no: str, now_ms: int) -> None:
    """Recall: called, at most so often, not too soon after the last call."""
    visit, _ = need_in_hand(day, no, Step.RECALL)
    rules = day.hall.rules
    if visit.recalls >= rules.recall_limit:
        raise Refusal(Code.RECALL_LIMIT, limit=rules.recall_limit)
    allowed = visit.last_call_ms + rules.recall_interval_s * 1000
    if now_ms < allowed:
        raise Refusal(Code.RECALL_TOO_SOON, allowed_from_ms=allowed, seconds=-(-(allowed - now_ms) // 1000))


def undo_until_ms(day: Day, visit: Visit) -> int:
    """Until when a call may be taken back."""
    return visit.called_ms + day.hall.rules.undo_s * 1000


def check_undo_call(day: Day, no: str, now_ms: int) -> None:
    """Undo: called, within the first seconds."""
    visit, _ = need_in_hand(day, no, Step.UNDO_CALL)
    if now_ms > undo_until_ms(day, visit):
        raise Refusal(Code.UNDO_TOO_LATE, seconds=day.hall.rules.undo_s)


def _step(step: Step) -> Callable[[Day, str, int], None]:
    def check(day: Day, no: str, now_ms: int) -> None:
        del now_ms
        need_in_hand(day, no, step)

    return check


def check_pause(day: Day, no: str, now_ms: int) -> None:
    """Pause: nothing in hand, not paused yet."""
    del now_ms
    need_free(day, no)


def check_reopen(day: Day, no: str, now_ms: int) -> None:
    """Reopen: paused."""
    del now_ms
    need_clerk(day, no)
    if day.windows[no].paused_ms is None:
        raise Refusal(Code.NOT_PAUSED)


def check_sign_out(day: Day, no: str, now_ms: int) -> None:
    """Sign out: nothing in hand."""
    del now_ms
    need_clerk(day, no)
    if day.in_hand(no) is not None:
        raise Refusal(Code.WINDOW_BUSY, window=no)


CHECKS: dict[str, Callable[[Day, str, int], None]] = {
    "call_next": check_call_next,
    "recall": check_recall,
    "start_service": _step(Step.START),
    "finish": _step(Step.FINISH),
    "miss": _step(Step.MISS),
    "hold": _step(Step.HOLD),
    "pass_on": _step(Step.PASS_ON),
    "undo_call": check_undo_call,
    "pause_window": check_pause,
    "reopen_window": check_reopen,
    "sign_out": check_sign_out,
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whether a deed is allowed now; if it becomes so with time, from when; if it ends with time, until when."""

    deed: str
    allowed: bool
    from_ms: int | None = None
    until_ms: int | None = None
    why: Code | None = None


def deeds(day: Day, no: str, now_ms: int) -> list[Allowed]:
    """Every deed of the window's page with its state."""
    found = []
    for deed, check in CHECKS.items():
        try:
            check(day, no, now_ms)
        except Refusal as no_:
            found.append(Allowed(deed, allowed=False, from_ms=no_.allowed_from_ms, why=no_.code))
        else:
            visit = day.in_hand(no)
            until = undo_until_ms(day, visit) if deed == "undo_call" and visit else None
            found.append(Allowed(deed, allowed=True, until_ms=until))
    return found


def need_takes_back(day: Day, no: str, ticket: Ticket) -> None:
    """Whether the window may take a held or missed ticket back: it serves the line, and papers stay where they are."""
    line = day.hall.lines[ticket.line]
    name = line.service.name
    parked = day.visits[ticket.visit] if ticket.visit is not None else None
    if parked is not None and parked.window != no:
        if parked.hold_kind is HoldKind.WITH_PAPERS:
            raise Refusal(Code.HELD_ELSEWHERE, window=parked.window)
        if no not in line.windows:
            raise Refusal(Code.CANNOT_SERVE, window=no, service=name.zh, service_en=name.en)
    if parked is None and no not in line.windows and not ticket.transferred:
        raise Refusal(Code.CANNOT_SERVE, window=no, service=name.zh, service_en=name.en)
