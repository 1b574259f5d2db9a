"""72 h without a word from the agent that owes a counter record."""

from contract.commands import TerminalLost
from contract.replies import Done
from contract.words import Code, NotRated
from server.actions.answers import done
from server.domain.counter_record import CounterRecord
from server.domain.errors import Refusal
from server.domain.rating import LOST_AFTER_MS, need_record
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def terminal_lost(now: HallNow, command: TerminalLost, actor: Actor, now_ms: int) -> Done:
    """Given by the server itself."""
    day = now.day
    visit = need_record(day, command.visit)
    if visit.ended_ms is None or now_ms < visit.ended_ms + LOST_AFTER_MS:
        raise Refusal(Code.NOT_DUE)
    day.record(CounterRecord(visit.id, None, NotRated.TERMINAL_LOST, now_ms, visit.window, visit.clerk))
    now.facts = {"visit": visit.id, "reason": NotRated.TERMINAL_LOST.value}
    return done(day, visit=visit.id)
