"""A citizen at a kiosk asks for a guide."""

from contract.commands import CallGuide
from contract.replies import Done
from server.actions.answers import done
from server.domain.guide import GuideRequest
from server.domain.numbering import make_id
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def call_guide(now: HallNow, command: CallGuide, actor: Actor, now_ms: int) -> Done:
    """One open request for each kiosk: who presses again is waited for already."""
    day, kiosk = now.day, actor.kiosk or ""
    request = day.open_request(kiosk)
    if request is None:
        request = GuideRequest(make_id(day.hall_no, day.revision), kiosk, now_ms)
        day.save_request(request)
    now.facts = {"kiosk": kiosk, "request": request.id}
    return done(day)
