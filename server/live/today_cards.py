"""Cards of the day as a whole: its totals, and its hours."""

from contract import cards as c
from contract.words import State
from server.domain.day import Day
from server.domain.tally import HOUR_MS
from server.live.hall_cards import iso

_MOST_HOURS = 36  # more than a day has; a clock that was wrong by years makes no longer card


def today_card(day: Day) -> c.TodayCard:
    """`today`: totals from the day's own indexes and its tally."""
    pending = sum(1 for visit in day.pending if visit in day.visits)
    count = {state: len(tickets) for state, tickets in day.by_state.items()}
    records, tally = len(day.records), day.tally
    return c.TodayCard(
        taken=len(day.tickets),
        called=count[State.CALLED],
        serving=count[State.SERVING],
        waiting=count[State.WAITING],
        held=count[State.HELD],
        done=count[State.DONE],
        missed=count[State.MISSED],
        abandoned=count[State.ABANDONED],
        cancelled=count[State.CANCELLED],
        rateable=records + pending,
        rated=records - day.levels[0],
        not_rated=day.levels[0],
        pending=pending,
        levels={str(level): day.levels[level] for level in range(5, 0, -1)},
        people_called=tally.people,
        called_wait_average_s=_seconds(tally.average_wait),
        called_wait_p90_s=_seconds(tally.wait_within(0.9)),
        capacity=sum(zone.capacity for zone in day.hall.zones.values()),
    )


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else round(ms / 1000)


def hours_card(day: Day) -> c.HoursCard:
    """`hours`: without gaps, so that a curve has a point for each hour."""
    taken, called = day.tally.taken, day.tally.called
    busy = [start for start in taken.keys() | called.keys() if taken[start] or called[start]]
    starts = range(min(busy), max(busy) + 1, HOUR_MS) if busy else ()
    return c.HoursCard(hours=[c.Hour(start=iso(s), taken=taken[s], called=called[s]) for s in starts[-_MOST_HOURS:]])
