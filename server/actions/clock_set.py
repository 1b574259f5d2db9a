"""Somebody set the clock of the server's machine: recorded, and shown to managers until the day turns."""

from contract.commands import ClockSet
from contract.replies import Done
from server.actions.answers import done
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def clock_set(now: HallNow, command: ClockSet, actor: Actor, now_ms: int) -> Done:
    """Given by the server itself, once for each step."""
    now.day.clock_was_set(now_ms, command.by_s, command.ahead_s)
    now.facts = {"by_s": command.by_s, "ahead_s": command.ahead_s}
    return done(now.day)
