"""The invitation ended without a press: the visit's counter record says why."""

from contract.commands import NotRatedAtCounter
from contract.replies import Done
from server.actions.answers import done
from server.domain.counter_record import CounterRecord
from server.domain.rating import need_record
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def not_rated(now: HallNow, command: NotRatedAtCounter, actor: Actor, now_ms: int) -> Done:
    """Silence is "not rated", never a level."""
    day = now.day
    visit = need_record(day, command.visit)
    day.record(CounterRecord(visit.id, None, command.reason, now_ms, visit.window, visit.clerk))
    now.facts = {"visit": visit.id, "reason": command.reason.value}
    return done(day, visit=visit.id)
