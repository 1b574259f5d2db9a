"""Users, their roles and first passwords, and sessions on server pages."""

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, Role, Via
from server.storage.orders import Actor
from tests.server.hall_kit import AGENT, HallOnDisk, at

CODES = ["c" * 64, "d" * 64]


def test_a_person_is_added_once_and_never_holds_two_of_the_three_administrators(hall: HallOnDisk) -> None:
    two = [Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR]
    hall.refused(Code.ROLES_CLASH, c.AddUser(login="x1", name="新人", roles=two))
    hall.get(r.Done, c.AddUser(login="x1", name="新人", roles=[Role.GUIDE, Role.GUIDE]))
    assert hall.row("users", login="x1")["roles"] == "guide"
    hall.refused(Code.USER_EXISTS, c.AddUser(login="x1", name="新人", roles=[Role.GUIDE]))
    hall.refused(Code.ROLES_CLASH, c.SetRoles(login="x1", roles=two))
    hall.refused(Code.USER_UNKNOWN, c.SetRoles(login="x2", roles=[Role.GUIDE]))
    hall.get(r.Done, c.SetRoles(login="x1", roles=[Role.AUDIT_ADMINISTRATOR, Role.CLERK]))
    assert hall.row("users", login="x1")["roles"] == "audit_administrator;clerk"
    assert hall.entry()["facts"] == {"user": "x1", "roles": ["audit_administrator", "clerk"]}
    assert "新人" not in str(hall.select("journal"))


def test_a_first_password_needs_the_newest_code_of_that_person_within_72_hours(hall: HallOnDisk) -> None:
    hall.refused(Code.USER_UNKNOWN, c.InviteUser(login="x9", code_hash=CODES[0]))
    given = hall.get(r.CodeGiven, c.InviteUser(login="1002", code_hash=CODES[0]))
    assert (given.subject, given.until, given.code) == ("1002", at(hall.now_ms + 72 * 3_600_000), None)
    hall.get(r.CodeGiven, c.InviteUser(login="1002", code_hash=CODES[1]))

    def choose(login: str, code: str) -> c.SetPassword:
        return c.SetPassword(login=login, code_hash=code, password_hash="$argon2id$")

    hall.refused(Code.CODE_INVALID, choose("1002", CODES[0]))
    hall.refused(Code.CODE_INVALID, choose("1003", CODES[1]))
    hall.refused(Code.CODE_INVALID, c.RedeemCode(code_hash=CODES[1], token_hash="e" * 64))
    hall.later(72 * 3600 + 0.001)
    hall.refused(Code.CODE_INVALID, choose("1002", CODES[1]))
    hall.get(r.CodeGiven, c.InviteUser(login="1002", code_hash=CODES[0]))
    hall.get(r.Done, choose("1002", CODES[0]))
    assert hall.row("users", login="1002")["password_hash"] == "$argon2id$"
    hall.refused(Code.CODE_INVALID, choose("1002", CODES[0]))
    assert "argon2id" not in str(hall.select("journal"))


def test_a_reset_forgets_the_password_and_ends_the_sessions(hall: HallOnDisk) -> None:
    hall.get(r.CodeGiven, c.InviteUser(login="1003", code_hash=CODES[0], reset=True))
    assert hall.row("users", login="1003")["password_hash"] is None
    assert hall.card("window/101")["state"] == "closed"
    hall.sit("101")
    hall.get(r.Done, c.SetPassword(login="1003", code_hash=CODES[0], password_hash="$argon2id$"))
    assert hall.card("window/101")["state"] == "closed"  # sessions of the old password end


def test_a_disabled_person_comes_in_nowhere_until_they_are_let_in_again(hall: HallOnDisk) -> None:
    desk = hall.get(r.SignedIn, c.DeskSignIn(login="1001"))
    hall.refused(Code.USER_UNKNOWN, c.DisableUser(login="x9"))
    hall.get(r.Done, c.DisableUser(login="1001"))
    assert desk.session_id not in hall.now.register.sessions
    hall.refused(Code.USER_DISABLED, c.DeskSignIn(login="1001"))
    hall.refused(Code.USER_DISABLED, c.InviteUser(login="1001", code_hash=CODES[0]))
    hall.refused(Code.USER_DISABLED, c.SignIn(window="103", staff_no="1001"), AGENT)
    hall.get(r.Done, c.DisableUser(login="1001", disabled=False))
    hall.get(r.SignedIn, c.DeskSignIn(login="1001"))


def test_the_desk_is_for_guides_and_managers(hall: HallOnDisk) -> None:
    hall.refused(Code.USER_UNKNOWN, c.DeskSignIn(login="x9"))
    hall.refused(Code.WRONG_ROLE, c.DeskSignIn(login="1002"))
    first = hall.get(r.SignedIn, c.DeskSignIn(login="1001"))
    second = hall.get(r.SignedIn, c.DeskSignIn(login="1001"))
    assert (first.window, first.session) == (None, None)
    out = Actor(Via.DESK, login="1001", session=first.session_id)
    hall.get(r.Done, c.DeskSignOut(), out)
    alive = set(hall.now.register.sessions)
    assert first.session_id not in alive and second.session_id in alive
    assert hall.card("window/102")["state"] == "free"  # her window is another session
    again = hall.ask(c.DeskSignOut(), out)
    assert isinstance(again, r.Refused) and again.code is Code.NOT_SIGNED_IN


def test_a_deed_that_stood_in_line_when_its_role_was_taken_away_is_not_admitted(hall: HallOnDisk) -> None:
    session = hall.get(r.SignedIn, c.DeskSignIn(login="1001")).session_id
    user = hall.now.register.users["1001"]
    as_before = Actor(Via.DESK, login="1001", roles=frozenset(user.roles), session=session)
    hall.get(r.Done, c.SetRoles(login="1001", roles=[Role.INSPECTOR]))
    head = hall.head
    reply = hall.ask(c.StopLine(line="A", stopped=True), as_before)
    assert isinstance(reply, r.Refused) and reply.code is Code.WRONG_ROLE
    assert hall.head == head


@pytest.mark.parametrize("session", [1, 2**52])
def test_a_deed_of_a_session_that_has_ended_is_not_admitted(hall: HallOnDisk, session: int) -> None:
    head = hall.head
    reply = hall.ask(c.CallNext(window="101"), Actor(Via.PAGE, device="line-A", session=session))
    assert isinstance(reply, r.Refused) and reply.code is Code.NOT_SIGNED_IN
    assert hall.head == head
