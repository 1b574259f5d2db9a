"""Who may do what: every command of every place, asked by everybody. The list below is written by hand."""

from typing import Any

import pytest

from contract.words import Code
from server.identity.rights import RIGHTS, By
from tests.server.api.everybody import Everybody
from tests.server.api.running_server import HALL, PASSWORD, RunningServer

AT_101 = {"window": "101", "visit": None}
NONE_SUCH = 123_456_789
KIOSK, AGENT, CLERK = {"kiosk"}, {"agent", "clerk"}, {"clerk"}
DESK, FLOOR, LOCAL = {"guide", "floor_manager"}, {"floor_manager"}, {"command_line"}

# Path → a body that fits, and who may ask. Bodies name things that are not there, so that nothing happens.
MAY: dict[str, tuple[dict[str, Any], set[str]]] = {
    "kiosk/take_number": ({"line": "NONE"}, KIOSK),
    "kiosk/record_slip": ({"slip": NONE_SUCH, "outcome": "printed"}, KIOSK),
    "kiosk/report_device": ({"health": {"printer": "ready"}}, KIOSK),
    "kiosk/call_guide": ({}, KIOSK),
    "kiosk/lease_numbers": ({"day": "2001-01-01", "instance": "0" * 32, "after": 0}, KIOSK),
    "kiosk/record_leased": (
        {"day": "2101-01-01", "number": 1, "first": 1, "last": 50, "line": "A", "taken_at": "2026-03-02T01:02:03Z"},
        KIOSK,
    ),
    "window/call_next": ({"window": "101", "visit": NONE_SUCH}, CLERK),
    "window/recall": (AT_101, CLERK),
    "window/start_service": (AT_101, CLERK),
    "window/finish": (AT_101, CLERK),
    "window/pass_on": ({**AT_101, "line": "B"}, CLERK),
    "window/hold": ({**AT_101, "kind": "waiting"}, CLERK),
    "window/resume": ({**AT_101, "ticket": NONE_SUCH}, CLERK),
    "window/miss": (AT_101, CLERK),
    "window/bring_back": ({**AT_101, "ticket": NONE_SUCH}, CLERK),
    "window/undo_call": (AT_101, CLERK),
    "window/return_missed": ({"ticket": NONE_SUCH}, CLERK),
    "window/pause_window": ({"window": "101", "reason": "喝水"}, CLERK),
    "window/reopen_window": ({"window": "101"}, CLERK),
    "window/rate": ({"visit": NONE_SUCH, "level": 5, "pressed_at": "2026-03-02T01:02:03Z"}, AGENT),
    "window/not_rated": ({"visit": NONE_SUCH, "reason": "no_press"}, AGENT),
    "window/record_finish": ({"window": "101", "visit": NONE_SUCH, "finished_at": "2026-03-02T01:02:03Z"}, AGENT),
    "window/report_device": ({"health": {"keypad/101": "ready"}}, AGENT),
    "desk/take_number": ({"line": "NONE"}, DESK),
    "desk/reroute": ({"ticket": NONE_SUCH, "line": "A"}, DESK),
    "desk/return_missed": ({"ticket": NONE_SUCH}, DESK),
    "desk/cancel": ({"ticket": NONE_SUCH}, DESK),
    "desk/reprint_slip": ({"ticket": NONE_SUCH, "print_at": "K1"}, DESK),
    "desk/attend_kiosk": ({"request": NONE_SUCH}, DESK),
    "desk/release": ({"ticket": NONE_SUCH, "visit": NONE_SUCH, "reason": "无人"}, FLOOR),
    "desk/abandon": ({"ticket": NONE_SUCH, "reason": "无人"}, FLOOR),
    "desk/stop_line": ({"line": "NONE", "stopped": True}, FLOOR),
    "citizen/cancel": ({"ticket": NONE_SUCH}, set()),
    "citizen/rate_later": ({"ticket": NONE_SUCH, "visit": NONE_SUCH, "level": 5}, set()),
    "citizen/add_reasons": ({"ticket": NONE_SUCH, "visit": NONE_SUCH, "codes": ["510"]}, set()),
    "desk/pair_display": ({"code": "ABCDEF", "name": "X"}, {"floor_manager", "hall_manager"}),
    "admin/load_hall": ({"document": {}}, LOCAL),
    "admin/add_user": ({"login": "1003", "name": "周", "roles": ["clerk"]}, LOCAL),
    "admin/invite_user": ({"login": "none"}, LOCAL),
    "admin/disable_user": ({"login": "none"}, LOCAL),
    "admin/set_roles": ({"login": "none", "roles": ["clerk"]}, LOCAL),
    "admin/enrol_device": ({"kind": "window", "name": "X", "windows": ["999"]}, LOCAL),
    "admin/pair_display": ({"code": "ABCDEF", "name": "X"}, LOCAL),
    "admin/revoke_device": ({"name": "none"}, LOCAL),
}
# Asked for elsewhere in these tests: they end or begin what the others stand on.
ELSEWHERE = {"sign_in", "sign_out", "desk_sign_in", "desk_sign_out", "close_day", "set_password", "redeem_code"}
READING: dict[str, set[str]] = {
    "snapshot/public": {"everybody"},
    "snapshot/staff": {"agent", "clerk", "guide", "floor_manager", "hall_manager"},
    "snapshot/manager": {"display", "floor_manager", "hall_manager"},
    "desk/today.csv": {"floor_manager", "hall_manager"},
    "window/devices": {"agent", "clerk"},
    "admin/devices": {"command_line"},
    "admin/users": {"command_line"},
}
NOT_LET_IN = {401, 403}


@pytest.mark.parametrize("path", MAY)
def test_only_those_who_may_give_a_command(server: RunningServer, everybody: Everybody, path: str) -> None:
    body, may = MAY[path]
    for who, headers in everybody.headers.items():
        answer = server.post(f"/{HALL}/{path}", body, headers)
        if who in may:
            assert answer.status_code in (200, 409), f"{who}: {answer.text}"
        else:
            assert answer.status_code in NOT_LET_IN, f"{who}: {answer.text}"
            assert answer.json()["kind"] == "refused"


@pytest.mark.parametrize("path", READING)
def test_only_those_who_may_read(server: RunningServer, everybody: Everybody, path: str) -> None:
    may = READING[path]
    for who, headers in everybody.headers.items():
        status = server.get(f"/{HALL}/{path}", headers).status_code
        assert status == 200 if who in may or "everybody" in may else status in NOT_LET_IN, f"{who}: {status}"


def test_a_live_pass_needs_the_same_right_as_the_snapshot(server: RunningServer, everybody: Everybody) -> None:
    for audience in ("public", "staff", "manager"):
        may = READING[f"snapshot/{audience}"]
        for who, headers in everybody.headers.items():
            status = server.post(f"/{HALL}/live/pass", {"audience": audience}, headers).status_code
            assert status == 200 if who in may or "everybody" in may else status in NOT_LET_IN, f"{audience} {who}"


def test_no_command_was_left_out_of_the_list() -> None:
    table = {f"{place.value}/{deed}" for place, deeds in RIGHTS.items() for deed in deeds if deed not in ELSEWHERE}
    assert table == set(MAY)
    assert {deed for deeds in RIGHTS.values() for deed in deeds} >= ELSEWHERE
    assert all(
        right.roles for deeds in RIGHTS.values() for right in deeds.values() if right.by in (By.CLERK, By.SESSION)
    )


def test_an_agent_does_nothing_at_a_window_that_is_not_its_own(server: RunningServer, everybody: Everybody) -> None:
    answer = server.post(f"/{HALL}/window/call_next", {"window": "103"}, everybody.headers["clerk"])
    assert (answer.status_code, answer.json()["code"]) == (403, Code.WRONG_PLACE)


def test_a_clerk_does_nothing_at_another_window_of_the_same_agent(server: RunningServer, everybody: Everybody) -> None:
    answer = server.post(f"/{HALL}/window/call_next", {"window": "102"}, everybody.headers["clerk"])
    assert (answer.status_code, answer.json()["code"]) == (403, Code.WRONG_PLACE)


def test_a_session_is_worth_nothing_on_another_device(server: RunningServer, everybody: Everybody) -> None:
    other = server.enrol("window", "W101b", "101")
    headers = {**everybody.headers["clerk"], **other}
    answer = server.post(f"/{HALL}/window/call_next", {"window": "101"}, headers)
    assert (answer.status_code, answer.json()["code"]) == (403, Code.WRONG_PLACE)


def test_a_press_on_a_call_pad_belongs_to_whoever_is_signed_in_there(
    server: RunningServer, everybody: Everybody
) -> None:
    line = {**server.enrol("window", "line-A", "101", "102"), "X-Via": "call_pad"}
    nobody_there = server.post(f"/{HALL}/window/call_next", {"window": "102"}, line)
    assert (nobody_there.status_code, nobody_there.json()["code"]) == (401, Code.NOT_SIGNED_IN)
    clerk_there = server.post(f"/{HALL}/window/recall", AT_101, line)
    assert clerk_there.status_code == 409


def test_a_token_of_one_hall_is_worth_nothing_in_another(server: RunningServer, everybody: Everybody) -> None:
    kiosk = server.post("/LJ-SD/kiosk/take_number", {"line": "A"}, everybody.headers["kiosk"])
    assert (kiosk.status_code, kiosk.json()["code"]) == (403, Code.WRONG_HALL)
    desk = server.post("/LJ-SD/desk/cancel", {"ticket": 1}, everybody.headers["guide"])
    assert (desk.status_code, desk.json()["code"]) == (403, Code.WRONG_HALL)


def test_administration_is_not_reached_through_a_proxy(server: RunningServer, everybody: Everybody) -> None:
    headers = {**everybody.headers["command_line"], "X-Forwarded-For": "127.0.0.1"}
    assert server.get(f"/{HALL}/admin/users", headers).status_code == 403


def test_the_desk_is_not_for_somebody_who_is_only_a_clerk_or_an_administrator(
    server: RunningServer, everybody: Everybody
) -> None:
    for login in ("1003", "inspector1", "admin1"):
        answer = server.post(f"/{HALL}/desk/sign_in", {"login": login, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (403, Code.WRONG_ROLE)
