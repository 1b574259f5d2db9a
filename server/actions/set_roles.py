"""Replace a person's roles."""

from dataclasses import replace

from contract.commands import SetRoles
from contract.replies import Done
from server.actions.answers import done
from server.actions.lookup import need_roles, need_user
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def set_roles(now: HallNow, command: SetRoles, actor: Actor, now_ms: int) -> Done:
    """Sessions stay; what they may do changes at once."""
    user = need_user(now, command.login)
    now.put_user(replace(user, roles=need_roles(command.roles)))
    now.facts = {"user": user.login, "roles": command.roles}
    return done(now.day)
