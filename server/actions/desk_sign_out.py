"""End the session the command is sent with."""

from contract.commands import DeskSignOut
from contract.replies import Done
from server.actions.answers import done
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def desk_sign_out(now: HallNow, command: DeskSignOut, actor: Actor, now_ms: int) -> Done:
    """Nothing else of the person's ends."""
    if actor.session is not None:
        now.end_session(actor.session, now_ms)
    now.facts = {"user": actor.login}
    return done(now.day)
