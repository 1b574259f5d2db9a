"""A call was spoken in its voice zone: so says the page that speaks there."""

from contract.commands import AnnounceCall
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def announce_call(now: HallNow, command: AnnounceCall, actor: Actor, now_ms: int) -> Done:
    """Given by the server itself, under the call's own key: once however often the page says it."""
    day = now.day
    call = next((one for one in day.board if one.id == command.call), None)
    if call is None:
        raise Refusal(Code.VISIT_UNKNOWN)
    day.announce(day.visits[call.visit], call.id)
    now.facts = {"visit": call.visit, "call": call.id}
    return done(day, visit=call.visit)
