"""A hall in memory as plain values, all of it and in its orders: what two processes must have alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from server.domain.day import Day
from server.domain.hours import business_day
from server.domain.later_rating import RatedVisit
from server.storage.hall_now import HallNow


def _queues(day: Day) -> dict[str, Any]:
    return {
        line: (
            q.places, q.with_priority, q.transferred, +q.sent_to, q.tickets, q.ordinary_since_priority,
            q.priority_called,
        )
        for line, q in day.queues.items()
    }  # fmt: skip


def _tally(day: Day) -> Any:
    tally = day.tally
    return +tally.taken, +tally.called, tally._first, tally._waits, tally._sum


def _calls(day: Day) -> list[tuple[Any, ...]]:
    """The newest call of each visit: older ones of it no board shows, and a day that is loaded has none."""
    newest: dict[int, tuple[Any, ...]] = {}
    for call in day.board:
        newest.setdefault(call.visit, (call.id, call.visit, call.number, call.window, call.at_ms, call.recall))
    return list(newest.values())


def _rated(day: Day) -> dict[int, RatedVisit]:
    """Those that may still get something: a restart forgets the others a little earlier."""
    since = day.day - timedelta(days=day.hall.rules.supplement_days + 1)
    return {visit: rated for visit, rated in day.rated.items() if business_day(day.hall, rated.ended_ms) >= since}


# What each attribute of a day is compared by.
PARTS: dict[str, Callable[[Day], Any]] = {
    "hall": lambda day: day.hall,
    "hall_no": lambda day: day.hall_no,
    "day": lambda day: day.day,
    "closed_ms": lambda day: day.closed_ms,
    "clock_set": lambda day: day.clock_set,
    "windows": lambda day: list(day.windows.items()),
    "_open": lambda day: {line: day.open_windows(line) for line in day.hall.lines},
    "stopped": lambda day: {line for line, stopped in day.stopped.items() if stopped},
    "tickets": lambda day: list(day.tickets.items()),
    "by_state": lambda day: {state: list(tickets.items()) for state, tickets in day.by_state.items()},
    "visits": lambda day: list(day.visits.items()),
    "slips": lambda day: list(day.slips.items()),
    "troubles": lambda day: day.troubles,
    "to_print": lambda day: list(day.to_print.items()),
    "records": lambda day: day.records,
    "levels": lambda day: +day.levels,
    "pending": lambda day: day.pending,
    "rated": _rated,
    "cut_short": lambda day: day.cut_short,
    "leased": lambda day: (day.leased.blocks, day.leased.given),
    "queues": _queues,
    "series": lambda day: day.series.last,
    "board": _calls,
    # Kept as they were finished, loaded by their calls; only how long they took is asked.
    "finished": lambda day: ({line: sorted(n) for line, n in day.finished.recent.items()}, day.finished.own),
    "requests": lambda day: list(day.requests.items()),
    "tally": _tally,
    "last_take": lambda day: day.last_take,
    "speaking": lambda day: day.speaking,
}
# Set anew by each command; what waits to be written or shown; and what ranges were last reckoned with.
LEFT_OUT = frozenset({"revision", "changed", "touched", "paces"})


def whole(now: HallNow) -> dict[str, Any]:
    """All of it. A token that a device has no more is left out: a restart forgets it."""
    day, register = now.day, now.register
    found = {name: value(day) for name, value in PARTS.items()}
    tokens = {token: name for token, name in register.tokens.items() if register.devices[name].token_hash == token}
    return found | {
        "register": (
            dict(register.devices), dict(register.users), dict(register.sessions), dict(register.codes), tokens,
            dict(register.voices),
        )
    }  # fmt: skip


def differences(one: HallNow, other: HallNow) -> dict[str, tuple[Any, Any]]:
    """What two have differently, by name."""
    first, second = whole(one), whole(other)
    return {name: (value, second[name]) for name, value in first.items() if value != second[name]}


def strangers(day: Day) -> list[str]:
    """Where one thing is there twice: what one deed changes, another index would not show."""
    tickets = [t for of in day.by_state.values() for t in of.values()]
    tickets += [t for queue in day.queues.values() for t in queue.tickets.values()]
    found = [f"ticket {t.label}" for t in tickets if day.tickets[t.id] is not t]
    found += [f"visit of {v.label}" for v in day.pending.values() if day.visits.get(v.id, v) is not v]
    slips = (*day.troubles.values(), *day.to_print.values())
    return found + [f"slip of {s.label}" for s in slips if day.slips[s.id] is not s]
