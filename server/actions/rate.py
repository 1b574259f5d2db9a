"""A key was pressed: the visit's counter record gets its level, once."""

from contract.commands import Rate
from contract.replies import Done
from server.actions.answers import done
from server.domain.counter_record import CounterRecord
from server.domain.rating import need_in_time, need_record
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def rate(now: HallNow, command: Rate, actor: Actor, now_ms: int) -> Done:
    """A press made in time counts whenever it arrives."""
    day = now.day
    visit = need_record(day, command.visit)
    pressed_ms = int(command.pressed_at.timestamp() * 1000)
    need_in_time(visit, pressed_ms, now_ms)
    day.record(CounterRecord(visit.id, int(command.level), None, min(pressed_ms, now_ms), visit.window, visit.clerk))
    now.facts = {"visit": visit.id, "level": int(command.level)}
    return done(day, visit=visit.id)
