"""Checking passwords and one-time codes, with every try counted per account and per source."""

from typing import Annotated

from flask import Response, request
from pydantic import StringConstraints

from contract.commands import Command
from contract.words import Code
from server.api.door import Door
from server.domain.errors import Refusal
from server.identity.rights import Right
from server.storage.orders import Actor

Password = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
OneTime = Annotated[str, StringConstraints(min_length=6, max_length=12, pattern=r"^[0-9A-Za-z \-]+$")]


def sign_in(door: Door, hall: str, login: str, password: str, right: Right, where: Actor, command: Command) -> Response:
    """Check the password, then submit the sign-in; an accepted reply gets the session's token.

    Raises Refusal: TOO_MANY_TRIES, WRONG_PASSWORD (unknown and disabled users too), WRONG_ROLE.
    """
    tries = limits(door, f"account {hall} {login}")
    door.throttle.begin(tries)
    user = door.gate.hall(hall).register.users.get(login)
    stored = user.password_hash if user is not None and not user.disabled else None
    if not door.vault.password_fits(stored, password) or user is None:
        raise Refusal(Code.WRONG_PASSWORD)
    door.throttle.succeeded(tries)
    if right.roles.isdisjoint(user.roles):
        raise Refusal(Code.WRONG_ROLE)
    actor = Actor(via=where.via, device=where.device, windows=where.windows, login=login, roles=frozenset(user.roles))

    def add(reply: dict[str, object]) -> None:
        reply["session"] = door.vault.session_token(hall, int(str(reply["session_id"])))

    return door.submit(hall, actor, command, request.environ, add)


def limits(door: Door, account: str) -> dict[str, int]:
    """The names under which a try is counted, account first, with how many are allowed."""
    allowed = door.settings.passwords
    return {account: allowed.tries_per_account, door.source(): allowed.tries_per_source}


def check_strength(password: str, login: str, least: int) -> None:
    """Raises Refusal(WEAK_PASSWORD) for a short one, one sign repeated, or the login itself."""
    if len(password) < least:
        raise Refusal(Code.WEAK_PASSWORD, why=f"{len(password)} < {least}")
    if len(set(password)) < 4:
        raise Refusal(Code.WEAK_PASSWORD, why="重复字符 / repeated signs")
    if login.lower() in password.lower():
        raise Refusal(Code.WEAK_PASSWORD, why="含工号 / contains the login")
