"""A guide corrects the service of a waiting ticket; number and take time stay."""

from contract.commands import Reroute
from contract.replies import Done
from contract.words import Code, Step
from server.actions.answers import done
from server.actions.lookup import need_ticket
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def reroute(now: HallNow, command: Reroute, actor: Actor, now_ms: int) -> Done:
    """Waiting stays waiting, in another line."""
    day = now.day
    ticket = need_ticket(day, command.ticket, Step.REROUTE)
    if command.line not in day.hall.lines:
        raise Refusal(Code.LINE_UNKNOWN, line=command.line)
    day.move(ticket, Step.REROUTE)
    now.facts = {"from": ticket.line, "line": command.line}
    ticket.line, ticket.only_window = command.line, ""
    day.stand(ticket)
    now.why = command.reason or ""
    return done(day, ticket)
