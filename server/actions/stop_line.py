"""The floor manager stops or resumes taking numbers for a line."""

from contract.commands import StopLine
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def stop_line(now: HallNow, command: StopLine, actor: Actor, now_ms: int) -> Done:
    """Nobody who waits is sent away."""
    day = now.day
    if command.line not in day.hall.lines:
        raise Refusal(Code.LINE_UNKNOWN, line=command.line)
    day.stop(command.line, stopped=command.stopped)
    now.why = command.reason or ""
    now.facts = {"line": command.line, "stopped": command.stopped}
    return done(day)
