"""Agents and kiosks: enrolled with a code, heard, revoked."""

from contract import commands as c
from contract import replies as r
from contract.words import Code, DeviceKind
from tests.server.hall_kit import ADMIN, AGENT, DESK, K1, HallOnDisk, at, said


def test_a_device_says_how_its_parts_are(hall: HallOnDisk) -> None:
    hall.get(r.Done, c.ReportDevice(health={"printer": "paper_low"}), K1)
    hall.later(5)
    hall.get(r.Done, c.ReportDevice(health={"printer": "paper_out"}), K1)
    card = next(d for d in hall.card("devices")["devices"] if d["device"] == "K1")
    assert (card["health"], card["kind"]) == ({"printer": "paper_out"}, "kiosk")
    assert hall.entry()["facts"] == {"device": "K1", "health": {"printer": "paper_out"}}
    hall.refused(Code.DEVICE_UNKNOWN, c.ReportDevice(health={}), ADMIN)


def test_enrolling_scopes_a_device_and_its_code_works_once_for_ten_minutes(hall: HallOnDisk) -> None:
    codes, tokens = ["1" * 64, "2" * 64, "3" * 64], ["a" * 64, "b" * 64]

    def enrol(code: str) -> c.EnrolDevice:
        return c.EnrolDevice(kind=DeviceKind.WINDOW, name="W101", windows=["101"], code_hash=code)

    wrong = c.EnrolDevice(kind=DeviceKind.WINDOW, name="W9", windows=["101", "999"], code_hash=codes[0])
    assert hall.refused(Code.WINDOW_UNKNOWN, wrong).details["window"] == ["999"]
    no_zone = c.EnrolDevice(kind=DeviceKind.DISPLAY, name="D1", zone="Q", code_hash=codes[0])
    hall.refused(Code.HALL_FILE, no_zone)
    given = hall.get(r.CodeGiven, enrol(codes[0]))
    assert (given.subject, given.until, given.code) == ("W101", at(hall.now_ms + 600_000), None)
    hall.get(r.CodeGiven, enrol(codes[1]))
    hall.refused(Code.CODE_INVALID, c.RedeemCode(code_hash=codes[0], token_hash=tokens[0]))  # the newer one counts
    hall.later(600.001)
    hall.refused(Code.CODE_INVALID, c.RedeemCode(code_hash=codes[1], token_hash=tokens[0]))
    hall.get(r.CodeGiven, enrol(codes[2]))
    hall.later(600)
    enrolled = hall.get(r.Enrolled, c.RedeemCode(code_hash=codes[2], token_hash=tokens[0]))
    assert (enrolled.device, enrolled.windows, enrolled.token) == ("W101", ["101"], None)
    hall.refused(Code.CODE_INVALID, c.RedeemCode(code_hash=codes[2], token_hash=tokens[1]))
    found = hall.now.register.device_by_token(tokens[0])
    assert found is not None and found.name == "W101"
    hall.get(r.Done, c.RevokeDevice(name="W101"))
    assert hall.now.register.device_by_token(tokens[0]) is None
    hall.refused(Code.DEVICE_UNKNOWN, c.RevokeDevice(name="W102"))
    assert not any(secret in str(hall.select("journal")) for secret in codes + tokens)


def test_a_revoked_agent_ends_the_session_on_it_and_the_window_is_free_for_another_clerk(hall: HallOnDisk) -> None:
    hall.take("A")
    visit = hall.call("101").visit
    hall.get(r.Done, c.RevokeDevice(name="line-A"))
    assert hall.now.register.sessions == {}
    assert hall.card("window/102")["state"] == "closed"
    assert hall.card("window/101")["state"] == "called"
    hall.refused(Code.WINDOW_TAKEN, c.SignIn(window="101", staff_no="1008"))
    hall.get(r.SignedIn, c.SignIn(window="102", staff_no="1008"))
    hall.get(r.Done, c.Release(ticket=hall.select("tickets")[0]["id"], visit=visit, reason="设备撤销"), DESK)
    assert hall.card("window/101")["state"] == "closed"
    answer = said(hall.submit(c.CallNext(window="102"), AGENT))
    assert isinstance(answer, r.Refused) and answer.code is Code.NOT_ENROLLED
