"""Somebody of the staff sees to the citizen who asked for a guide."""

from contract.commands import AttendKiosk
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def attend_kiosk(now: HallNow, command: AttendKiosk, actor: Actor, now_ms: int) -> Done:
    """Once for each request; a request of another day is over."""
    day = now.day
    request = day.requests.get(command.request)
    if request is None:
        raise Refusal(Code.REQUEST_OVER)
    request.attend(actor.name, now_ms)
    day.save_request(request)
    now.facts = {"kiosk": request.kiosk, "request": request.id, "waited_s": (now_ms - request.asked_ms) // 1000}
    return done(day)
