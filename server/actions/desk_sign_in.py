"""Guide, floor manager or manager signs in on a server page. The password was checked at the edge."""

from contract.commands import DeskSignIn
from contract.replies import SignedIn
from contract.words import Code, Role
from server.actions.lookup import need_user
from server.domain.errors import Refusal
from server.domain.numbering import make_id
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from server.storage.register import SessionEntry


def desk_sign_in(now: HallNow, command: DeskSignIn, actor: Actor, now_ms: int) -> SignedIn:
    """Refused for somebody who is only a clerk: clerks sign in at their window."""
    user = need_user(now, command.login)
    if user.disabled:
        raise Refusal(Code.USER_DISABLED, login=user.login)
    if not set(user.roles) - {Role.CLERK}:
        raise Refusal(Code.WRONG_ROLE)
    session = SessionEntry(make_id(now.day.hall_no, now.day.revision), user.login, None, None, now_ms)
    now.open_session(session)
    now.facts = {"user": user.login}
    roles = [r.value for r in user.roles]
    return SignedIn(
        revision=now.day.revision, session_id=session.id, staff_no=user.login, name=user.name, roles=roles
    )
