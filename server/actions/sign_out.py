"""The clerk leaves the window; refused while a ticket is called or serving there."""

from contract.commands import SignOut
from contract.replies import Done
from server.actions.answers import done
from server.domain.window import check_sign_out
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def sign_out(now: HallNow, command: SignOut, actor: Actor, now_ms: int) -> Done:
    """The window is closed until somebody signs in."""
    day, no = now.day, command.window
    check_sign_out(day, no, now_ms)
    window = day.windows[no]
    if window.session is not None:
        now.end_session(window.session, now_ms)
    now.facts = {"window": no, "clerk": window.clerk}
    day.vacate(window, now_ms)
    return done(day)
