"""A clerk sits down at a window. The password was checked at the edge."""

from contract.commands import SignIn
from contract.replies import SignedIn
from contract.words import Code, Role
from server.domain.errors import Refusal
from server.domain.numbering import make_id
from server.domain.window import need_window
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from server.storage.register import SessionEntry


def sign_in(now: HallNow, command: SignIn, actor: Actor, now_ms: int) -> SignedIn:
    """One clerk at a window; the same clerk again gets a new session, the older one ends."""
    day, no = now.day, command.window
    need_window(day, no)
    user = now.register.users.get(command.staff_no)
    if user is None or user.disabled:
        raise Refusal(Code.USER_DISABLED if user else Code.USER_UNKNOWN, login=command.staff_no)
    if Role.CLERK not in user.roles:
        raise Refusal(Code.WRONG_ROLE)
    window = day.windows[no]
    if window.clerk and window.clerk != user.login:
        raise Refusal(Code.WINDOW_TAKEN, window=no)
    elsewhere = next((w.no for w in day.windows.values() if w.clerk == user.login and w.no != no), None)
    if elsewhere is not None:
        raise Refusal(Code.CLERK_ELSEWHERE, window=elsewhere)
    if window.session is not None:
        now.end_session(window.session, now_ms)
    session = SessionEntry(make_id(day.hall_no, day.revision), user.login, no, actor.device, now_ms)
    now.open_session(session)
    if not window.clerk:
        window.since_ms = now_ms
    window.clerk, window.session = user.login, session.id
    day.save_window(window)
    day.touch_lines_of(no)
    now.facts = {"window": no, "clerk": user.login}
    return SignedIn(
        revision=day.revision,
        session_id=session.id,
        staff_no=user.login,
        name=user.name,
        roles=[r.value for r in user.roles],
        window=no,
    )
