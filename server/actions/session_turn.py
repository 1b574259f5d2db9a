"""Something changed by the clock alone (a session opens, stops taking, closes): the cards are made anew."""

from contract.commands import SessionTurn
from contract.replies import Done
from server.actions.answers import done
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def session_turn(now: HallNow, command: SessionTurn, actor: Actor, now_ms: int) -> Done:
    """Nothing is stored but the entry; hours are read from the definition when they are asked."""
    now.day.touched.everything = True
    now.facts = {"session": command.session, "what": command.what}
    return done(now.day)
