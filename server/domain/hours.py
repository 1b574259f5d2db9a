"""Opening hours: which day it is, which sessions it has, and whether a line gives numbers now."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from contract.words import WhyClosed
from server.domain.derived import derived
from server.domain.hall import DayKind, Hall, Line, Session

_LOOK_AHEAD_DAYS = 14


def local(hall: Hall, now_ms: int) -> datetime:
    """The hall's wall clock for an instant (epoch ms)."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(hall.timezone)


def to_ms(hall: Hall, day: date, at: time) -> int:
    """The instant (epoch ms) of a wall-clock time on a day."""
    return int(datetime.combine(day, at, hall.timezone).timestamp() * 1000)


def business_day(hall: Hall, now_ms: int) -> date:
    """The day an instant belongs to: it turns at the hall's hour, not at midnight."""
    now = local(hall, now_ms)
    return now.date() if now.time() >= hall.rules.day_turns_at else now.date() - timedelta(days=1)


def day_kind(hall: Hall, day: date) -> DayKind:
    """Working day, Saturday, Sunday or off; a 调休 day counts as a working day."""
    known = hall.calendar.get(day)
    if known is not None:
        return known
    return (DayKind.SATURDAY, DayKind.SUNDAY)[day.weekday() - 5] if day.weekday() >= 5 else DayKind.WORKDAY


@derived
def sessions_of(hall: Hall, day: date) -> tuple[Session, ...]:
    """The day's sessions, earliest first."""
    kind = day_kind(hall, day)
    return tuple(sorted((s for s in hall.sessions if s.kind is kind), key=lambda s: (s.opens, s.closes)))


@dataclass(frozen=True, slots=True)
class Taking:
    """Whether a line gives numbers now; `again` is today's next local time when it will."""

    open: bool
    why: WhyClosed | None = None
    again: time | None = None


OPEN = Taking(open=True)


def _serves(session: Session, line: Line, windows: tuple[str, ...]) -> bool:
    return session.has_service(line.service.prefix) and any(session.has_window(w) for w in windows)


@derived
def admitting(hall: Hall, line: Line, priority: str = "") -> tuple[str, ...]:
    """The line's staffed windows that admit a citizen of this priority class ("" for any citizen)."""
    return tuple(w for w in line.windows if hall.windows[w].staffed and hall.windows[w].only_for in ("", priority))


def taking_ends(session: Session, line: Line) -> time:
    """When the session stops giving numbers for the line."""
    stops = session.stop_taking is not None and (
        not session.stop_taking_for or line.service.prefix in session.stop_taking_for
    )
    return session.stop_taking if stops and session.stop_taking else session.closes


def taking(hall: Hall, line: Line, day: date, now_ms: int, priority: str = "") -> Taking:
    """What the hours say about taking a number for the line, before anybody's own stop.

    Where only windows for priority classes serve it, everybody else is sent to the desk, which knows the classes.
    """
    windows = admitting(hall, line, priority)
    if not windows:
        others = any(hall.windows[w].staffed for w in line.windows)
        return Taking(open=False, why=WhyClosed.ASK_DESK if others else WhyClosed.NO_WINDOW)
    if hall.rules.always_open:
        return OPEN
    now = local(hall, now_ms)
    spans = taking_spans(hall, line, day, priority)
    if not spans:
        return Taking(open=False, why=WhyClosed.NO_SESSION_TODAY)
    clock = now.time() if now.date() == day else time.max
    if any(begins <= clock < ends for begins, ends, _ in spans):
        return OPEN
    return _why_not(clock, spans)


@derived
def taking_spans(hall: Hall, line: Line, day: date, priority: str = "") -> tuple[tuple[time, time, Session], ...]:
    """From when to when the day's sessions give numbers for the line."""
    windows = admitting(hall, line, priority)
    serving = [s for s in sessions_of(hall, day) if _serves(s, line, windows) and not s.booked_only]
    return tuple((s.numbers_from, taking_ends(s, line), s) for s in serving)


def _why_not(clock: time, spans: tuple[tuple[time, time, Session], ...]) -> Taking:
    again = min((begins for begins, _, _ in spans if begins > clock), default=None)
    if clock < min(begins for begins, _, _ in spans):
        return Taking(open=False, why=WhyClosed.BEFORE_HOURS, again=again)
    if any(ends <= clock < s.closes for _, ends, s in spans):
        return Taking(open=False, why=WhyClosed.STOP_TAKING, again=again)
    return Taking(open=False, why=WhyClosed.BREAK if again else WhyClosed.AFTER_HOURS, again=again)


@derived
def scheduled(hall: Hall, line: Line, day: date) -> tuple[str, ...]:
    """The line's windows that are on duty at some time of the day."""
    windows = tuple(w for w in line.windows if hall.windows[w].staffed)
    if hall.rules.always_open:
        return windows
    sessions = [s for s in sessions_of(hall, day) if s.has_service(line.service.prefix)]
    return tuple(w for w in windows if any(s.has_window(w) for s in sessions))


@dataclass(frozen=True, slots=True)
class HallHours:
    """The hall's door: open now, until when, else when next (day and local times)."""

    open: bool
    until: time | None
    next_day: date | None
    next_opens: time | None
    numbers_from: time | None


def hall_hours(hall: Hall, day: date, now_ms: int) -> HallHours:
    """Whether any session runs now, and what comes next."""
    if hall.rules.always_open:
        return HallHours(open=True, until=None, next_day=None, next_opens=None, numbers_from=None)
    now = local(hall, now_ms)
    running = [s for s in sessions_of(hall, day) if now.date() == day and s.opens <= now.time() < s.closes]
    if running:
        until = max(s.closes for s in running)
        return HallHours(open=True, until=until, next_day=None, next_opens=None, numbers_from=None)
    for ahead in range(_LOOK_AHEAD_DAYS + 1):
        that = day + timedelta(days=ahead)
        for session in sessions_of(hall, that):
            if to_ms(hall, that, session.opens) > now_ms:
                return HallHours(
                    open=False, until=None, next_day=that, next_opens=session.opens, numbers_from=session.numbers_from
                )
    return HallHours(open=False, until=None, next_day=None, next_opens=None, numbers_from=None)


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that changes by the clock alone."""

    at_ms: int
    day: date
    session: str
    what: str  # numbers_from | opens | stop_taking | closes


def turns(hall: Hall, day: date) -> list[Turn]:
    """All turns of a day's sessions, in order."""
    found = []
    for s in sessions_of(hall, day):
        moments = {"numbers_from": s.numbers_from, "opens": s.opens, "stop_taking": s.stop_taking, "closes": s.closes}
        found += [Turn(to_ms(hall, day, at), day, s.code, what) for what, at in moments.items() if at is not None]
    return sorted(found, key=lambda t: t.at_ms)


def same_half_day(hall: Hall, day: date, earlier_ms: int, now_ms: int) -> bool:
    """Whether two instants lie in the same half day; the halves meet in the longest break, else at 13:00."""
    if hall.rules.always_open:
        return True
    middle = time(13, 0)
    found = sessions_of(hall, day)
    gaps = [(to_ms(hall, day, b.opens) - to_ms(hall, day, a.closes), a.closes) for a, b in pairwise(found)]
    wide = [gap for gap in gaps if gap[0] > 0]
    if wide:
        middle = max(wide)[1]
    noon = to_ms(hall, day, middle)
    return (earlier_ms < noon) == (now_ms < noon)
