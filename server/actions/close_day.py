"""End the day by hand; refused while a ticket is called, serving or held, and each is named (feature A6)."""

from contract.commands import CloseDay
from contract.replies import Done
from contract.words import Code, State, Step
from server.actions.answers import done
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def close_day(now: HallNow, command: CloseDay, actor: Actor, now_ms: int) -> Done:
    """Waiting and missed tickets become abandoned; no number is given any more."""
    day = now.day
    if day.closed_ms is not None:
        raise Refusal(Code.DAY_CLOSED)
    at_work = day.all_of(State.CALLED, State.SERVING, State.HELD)
    if at_work:
        named = [f"{t.label}（{day.visits[t.visit].window}）" if t.visit else t.label for t in at_work]
        raise Refusal(Code.DAY_NOT_EMPTY, numbers=named)
    left = day.all_of(State.WAITING, State.MISSED)
    for ticket in sorted(left, key=lambda ticket: ticket.id):  # of one revision: the order in which they are read again
        day.move(ticket, Step.CLOSE_DAY)
    day.closed_ms = now_ms
    day.touched.everything = True
    return done(day)
