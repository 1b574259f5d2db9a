"""Add a person; the first password comes by invitation."""

from contract.commands import AddUser
from contract.replies import Done
from contract.words import Code
from server.actions.answers import done
from server.actions.lookup import need_roles
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from server.storage.register import User


def add_user(now: HallNow, command: AddUser, actor: Actor, now_ms: int) -> Done:
    """Refused if the login is taken, or if one account would hold two of the three administrators."""
    if command.login in now.register.users:
        raise Refusal(Code.USER_EXISTS, login=command.login)
    now.put_user(User(command.login, command.name, need_roles(command.roles)))
    now.facts = {"user": command.login, "roles": command.roles}
    return done(now.day)
