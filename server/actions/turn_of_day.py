"""The day turns by itself: one command for each ticket still open, then one that begins the new day."""

from contract.commands import TurnOfDay
from contract.replies import Done
from contract.words import Code, Step, VisitEnd
from server.actions.answers import done
from server.actions.lookup import need_ticket
from server.domain.calling import take_back
from server.domain.errors import Refusal
from server.domain.hours import business_day
from server.settings import LONGEST_SESSION_HOURS
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from server.storage.register import SessionEntry

_RAN_OUT_MS = LONGEST_SESSION_HOURS * 3_600_000


def turn_of_day(now: HallNow, command: TurnOfDay, actor: Actor, now_ms: int) -> Done:
    """Refused unless `command.day` is the day in memory and is over."""
    day = now.day
    today = business_day(day.hall, now_ms)
    if command.day != day.day or today <= day.day:
        raise Refusal(Code.NOT_DUE)
    if command.ticket is not None:
        ticket = need_ticket(day, command.ticket, Step.TURN_OF_DAY)
        day.move(ticket, Step.TURN_OF_DAY)
        take_back(day, ticket, VisitEnd.ABANDONED, now_ms)
        return done(day, ticket)
    still = [t.label for t in day.tickets.values() if not t.final]
    if still:
        raise Refusal(Code.DAY_NOT_EMPTY, numbers=still)
    for session in [s for s in now.register.sessions.values() if _ends(s, now_ms)]:
        now.end_session(session.id, now_ms)
    unused = day.leased.unused(day.day.isoformat())
    day.turn(today, now_ms)
    now.facts = {"day": today.isoformat(), **({"unused": unused} if unused else {})}
    return done(day)


def _ends(session: SessionEntry, now_ms: int) -> bool:
    """Those at windows; and those on a page of the desk that nobody ended and that opens nothing any more."""
    return session.window is not None or now_ms - session.started_ms >= _RAN_OUT_MS
