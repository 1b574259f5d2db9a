"""Give a one-time code for the first password; a reset forgets the old one."""

from dataclasses import replace

from contract.commands import InviteUser
from contract.replies import CodeGiven
from contract.words import Code
from server.actions.answers import utc
from server.actions.lookup import need_user
from server.domain.errors import Refusal
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from server.storage.register import OneTimeCode

VALID_MS = 72 * 3_600_000


def invite_user(now: HallNow, command: InviteUser, actor: Actor, now_ms: int) -> CodeGiven:
    """Older codes for the same person are void; a reset ends their sessions."""
    user = need_user(now, command.login)
    if user.disabled:
        raise Refusal(Code.USER_DISABLED, login=user.login)
    if command.reset:
        now.end_sessions_of(user.login, now_ms)
        now.put_user(replace(user, password_hash=None))
    now.give_code(OneTimeCode(command.code_hash, "password", user.login, now_ms + VALID_MS))
    now.facts = {"user": user.login, "reset": command.reset}
    return CodeGiven(revision=now.day.revision, subject=user.login, until=utc(now_ms + VALID_MS))
