"""Shut a person out, or let them in again."""

from dataclasses import replace

from contract.commands import DisableUser
from contract.replies import Done
from server.actions.answers import done
from server.actions.lookup import need_user
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def disable_user(now: HallNow, command: DisableUser, actor: Actor, now_ms: int) -> Done:
    """Sessions end at once; a ticket in hand stays at its window until the floor manager releases it."""
    user = need_user(now, command.login)
    if command.disabled:
        now.shut_out(user, now_ms)
    else:
        now.put_user(replace(user, disabled=False))
    now.facts = {"user": user.login, "disabled": command.disabled}
    return done(now.day)
