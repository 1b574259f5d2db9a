"""Choose the first password with a one-time code. Only hashes arrive here."""

from dataclasses import replace

from contract.commands import SetPassword
from contract.replies import Done
from server.actions.answers import done
from server.actions.lookup import need_code
from server.storage.hall_now import HallNow
from server.storage.orders import Actor


def set_password(now: HallNow, command: SetPassword, actor: Actor, now_ms: int) -> Done:
    """The code is used up; older sessions of the person end."""
    code = need_code(now, command.code_hash, "password", now_ms, subject=command.login)
    user = now.register.users[code.subject]
    now.use_code(code.code_hash)
    now.end_sessions_of(user.login, now_ms)
    now.put_user(replace(user, password_hash=command.password_hash))
    now.facts = {"user": user.login}
    return done(now.day)
