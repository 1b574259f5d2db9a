"""Who sits at a window, and its pauses."""

from contract import commands as c
from contract import replies as r
from contract.words import Code, Role
from tests.server.hall_kit import AGENT, HallOnDisk, Halls


def test_a_clerk_sits_down_and_the_window_opens(halls: Halls) -> None:
    hall = halls("demo")
    assert (hall.card("window/101")["state"], hall.card("window/101")["panel"]) == ("closed", None)
    assert hall.card("line/A")["open_windows"] == 0
    hall.later(60)
    reply = hall.get(r.SignedIn, c.SignIn(window="101", staff_no="1003"), AGENT)
    assert (reply.staff_no, reply.name, reply.window, reply.roles) == ("1003", "周岚", "101", ["clerk"])
    assert reply.session is None  # added when answering, never stored
    session = hall.row("sessions", id=reply.session_id)
    assert (session["login"], session["window"], session["device"], session["ended_ms"]) == (
        "1003", "101", "line-A", None,
    )  # fmt: skip
    card = hall.card("window/101")
    assert (card["state"], card["panel"]["name"], card["panel"]["honour"]) == ("free", "周岚", "服务之星")
    assert hall.card("line/A")["open_windows"] == 1
    assert hall.entry()["facts"] == {"window": "101", "clerk": "1003"}


def test_one_clerk_sits_at_one_window_and_one_window_has_one_clerk(hall: HallOnDisk) -> None:
    assert hall.refused(Code.WINDOW_TAKEN, c.SignIn(window="101", staff_no="1007"), AGENT).details["window"] == "101"
    elsewhere = hall.refused(Code.CLERK_ELSEWHERE, c.SignIn(window="103", staff_no="1003"), AGENT)
    assert elsewhere.details["window"] == "101"
    hall.refused(Code.WINDOW_UNKNOWN, c.SignIn(window="999", staff_no="1008"), AGENT)
    hall.refused(Code.USER_UNKNOWN, c.SignIn(window="103", staff_no="9999"), AGENT)
    hall.get(r.Done, c.SetRoles(login="1008", roles=[Role.INSPECTOR]))
    hall.refused(Code.WRONG_ROLE, c.SignIn(window="103", staff_no="1008"), AGENT)
    hall.get(r.Done, c.DisableUser(login="1002"))
    hall.refused(Code.USER_DISABLED, c.SignIn(window="103", staff_no="1002"), AGENT)


def test_the_same_clerk_again_gets_a_new_session_and_everything_in_hand_stays(hall: HallOnDisk) -> None:
    hall.take("A")
    visit = hall.call("101").visit
    before = hall.row("windows", no="101")
    hall.later(30)
    hall.sit("101")
    after = hall.row("windows", no="101")
    assert after["session"] != before["session"] and after["since_ms"] == before["since_ms"]
    assert hall.row("sessions", id=before["session"])["ended_ms"] == hall.now_ms
    assert hall.in_hand("101") == visit


def test_signing_out_closes_the_window_unless_something_is_in_hand(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    hall.refused(Code.WINDOW_BUSY, c.SignOut(window="101"), AGENT)
    hall.start("101")
    hall.hold("101")
    session = hall.row("windows", no="101")["session"]
    hall.get(r.Done, c.SignOut(window="101"), AGENT)  # what is parked waits for whoever comes
    assert hall.row("sessions", id=session)["ended_ms"] == hall.now_ms
    assert hall.row("windows", no="101")["clerk"] == ""
    assert (hall.card("window/101")["state"], hall.card("line/A")["open_windows"]) == ("closed", 1)
    hall.refused(Code.NOT_SIGNED_IN, c.SignOut(window="101"), AGENT)


def test_a_paused_window_calls_nobody_and_says_why(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.refused(Code.NOT_PAUSED, c.ReopenWindow(window="101"), AGENT)
    hall.get(r.Done, c.PauseWindow(window="101", reason="打印机卡纸"), AGENT)
    assert hall.entry()["why"] == "打印机卡纸"
    work = hall.card("work/101")
    assert (work["state"], work["paused_reason"]) == ("paused", "打印机卡纸")
    assert hall.card("window/101")["state"] == "paused"
    assert hall.card("line/A")["open_windows"] == 1
    hall.refused(Code.WINDOW_PAUSED, c.CallNext(window="101"), AGENT)
    hall.refused(Code.WINDOW_PAUSED, c.PauseWindow(window="101"), AGENT)
    hall.later(600)
    hall.get(r.Done, c.ReopenWindow(window="101"), AGENT)
    assert hall.entry()["facts"] == {"window": "101", "paused_ms": 600_000}
    assert hall.call("101").number == "A001"


def test_a_person_shut_out_while_serving_does_nothing_more_and_their_window_is_free_after_the_ticket(
    hall: HallOnDisk,
) -> None:
    hall.get(r.Done, c.PauseWindow(window="102"), AGENT)
    hall.get(r.Done, c.DisableUser(login="1001"))
    assert hall.card("window/102")["state"] == "closed"
    assert hall.row("windows", no="102")["paused_ms"] is None
    hall.take("A")
    hall.call("101")
    hall.get(r.Done, c.DisableUser(login="1003"))
    deeds = {deed["deed"]: deed["why"] for deed in hall.card("work/101")["deeds"]}
    assert set(deeds.values()) == {"not_signed_in"}


def test_the_deeds_on_the_card_are_those_the_server_accepts(hall: HallOnDisk) -> None:
    def allowed() -> set[str]:
        return {deed["deed"] for deed in hall.card("work/101")["deeds"] if deed["allowed"]}

    assert allowed() == {"pause_window", "sign_out"}
    hall.take("A")
    assert allowed() == {"call_next", "pause_window", "sign_out"}
    hall.call("101")
    assert allowed() == {"start_service", "miss", "undo_call"}
    hall.start("101")
    assert allowed() == {"finish", "hold", "pass_on"}
    hall.finish("101")
    hall.get(r.Done, c.PauseWindow(window="101"), AGENT)
    assert allowed() == {"reopen_window", "sign_out"}
