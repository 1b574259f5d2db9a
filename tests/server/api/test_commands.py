"""A command's way: once for each key, secrets only in answers, refusals with reasons."""

import csv
import io
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from contract.words import Code
from tests.server.api.everybody import Everybody
from tests.server.api.running_server import HALL, PASSWORD, RunningServer, new_key, until

TAKE = f"/{HALL}/kiosk/take_number"


def test_the_same_key_again_is_the_same_number(server: RunningServer, everybody: Everybody) -> None:
    key, kiosk = new_key(), everybody.headers["kiosk"]
    first = server.post(TAKE, {"line": "A"}, kiosk, key=key)
    again = server.post(TAKE, {"line": "A"}, kiosk, key=key)
    assert first.status_code == 200, first.text
    assert again.content == first.content
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"


def test_twenty_presses_with_one_key_at_once_are_one_number(server: RunningServer, everybody: Everybody) -> None:
    key, kiosk = new_key(), everybody.headers["kiosk"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: server.post(TAKE, {"line": "B"}, kiosk, key=key), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" not in answer.headers for answer in answers) == 1


def test_a_refusal_is_kept_under_its_key_too(server: RunningServer, everybody: Everybody) -> None:
    key, kiosk = new_key(), everybody.headers["kiosk"]
    first = server.post(TAKE, {"line": "NONE"}, kiosk, key=key)
    again = server.post(TAKE, {"line": "NONE"}, kiosk, key=key)
    assert (first.status_code, again.status_code) == (409, 409)
    assert first.json()["code"] == Code.LINE_UNKNOWN
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_key_is_for_one_command(server: RunningServer, everybody: Everybody) -> None:
    key, kiosk = new_key(), everybody.headers["kiosk"]
    assert server.post(TAKE, {"line": "A"}, kiosk, key=key).status_code == 200
    other = server.post(TAKE, {"line": "B"}, kiosk, key=key)
    assert (other.status_code, other.json()["code"]) == (422, Code.KEY_REUSED)


def test_the_next_request_finds_a_session_that_just_began(server: RunningServer, everybody: Everybody) -> None:
    for _ in range(20):
        desk = server.at_desk("guide1")
        assert server.post(f"/{HALL}/desk/cancel", {"ticket": 1}, desk).status_code == 409
        assert server.post(f"/{HALL}/desk/sign_out", {}, desk).status_code == 200
        assert server.post(f"/{HALL}/desk/cancel", {"ticket": 1}, desk).status_code == 401


def test_no_secret_stands_in_the_database(server: RunningServer, everybody: Everybody) -> None:
    code = server.admin("enrol_device", {"kind": "kiosk", "name": "K2"})["code"]
    token = server.post(f"/{HALL}/device/enrol", {"code": code}).json()["token"]
    session = server.at_desk("floor1")["X-Session"]
    database = sqlite3.connect(server.data / "paihao.db")
    try:
        everything = "\n".join(database.iterdump())
    finally:
        database.close()
    files = b"".join(file.read_bytes() for file in server.data.glob("paihao.db*"))
    for secret in (code, token, session.partition(".")[2], PASSWORD, server.secret):
        assert secret not in everything
        assert secret.encode() not in files


def test_a_repeated_enrolment_gets_the_same_token(server: RunningServer, everybody: Everybody) -> None:
    code = server.admin("enrol_device", {"kind": "kiosk", "name": "K9"})["code"]
    key = new_key()
    first = server.post(f"/{HALL}/device/enrol", {"code": code}, key=key)
    again = server.post(f"/{HALL}/device/enrol", {"code": code}, key=key)
    assert first.status_code == 200
    assert again.json() == first.json()
    by_somebody_else = server.post(f"/{HALL}/device/enrol", {"code": code})
    assert (by_somebody_else.status_code, by_somebody_else.json()["code"]) == (409, Code.CODE_INVALID)


def test_a_repeated_first_password_is_one_command(server: RunningServer, everybody: Everybody) -> None:
    server.admin("add_user", {"login": "guide9", "name": "九", "roles": ["guide"]})
    code = server.admin("invite_user", {"login": "guide9"})["code"]
    body = {"login": "guide9", "code": code.lower(), "password": PASSWORD}
    key = new_key()
    first = server.post(f"/{HALL}/account/first_password", body, key=key)
    again = server.post(f"/{HALL}/account/first_password", body, key=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_weak_password_is_refused_with_the_reason(server: RunningServer, everybody: Everybody) -> None:
    for password in ("short-1", "aaaaaaaaaaaaaa", "guide7-guide7"):
        body = {"login": "guide7", "code": "ABCDEF", "password": password}
        answer = server.post(f"/{HALL}/account/first_password", body)
        assert (answer.status_code, answer.json()["code"]) == (422, Code.WEAK_PASSWORD)


def test_wrong_passwords_are_counted_per_account(server: RunningServer, everybody: Everybody) -> None:
    server.person("guide8", "guide")
    wrong = {"login": "guide8", "password": "not the password"}
    answers = [server.post(f"/{HALL}/desk/sign_in", wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json()["details"]["seconds"] > 0
    right = server.post(f"/{HALL}/desk/sign_in", {"login": "guide8", "password": PASSWORD})
    assert right.status_code == 429
    assert server.at_desk("guide1")["X-Session"]


def test_an_unknown_person_and_a_wrong_password_look_alike(server: RunningServer, everybody: Everybody) -> None:
    unknown = server.post(f"/{HALL}/desk/sign_in", {"login": "nobody", "password": "not the password"})
    wrong = server.post(f"/{HALL}/desk/sign_in", {"login": "hall1", "password": "not the password"})
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()


def test_a_disabled_person_is_out_at_once(server: RunningServer, everybody: Everybody) -> None:
    server.person("guide6", "guide")
    desk = server.at_desk("guide6")
    server.admin("disable_user", {"login": "guide6"})
    assert server.post(f"/{HALL}/desk/cancel", {"ticket": 1}, desk).status_code == 401
    again = server.post(f"/{HALL}/desk/sign_in", {"login": "guide6", "password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (401, Code.WRONG_PASSWORD)


def test_a_role_that_is_taken_away_is_gone_at_once(server: RunningServer, everybody: Everybody) -> None:
    server.person("floor5", "floor_manager")
    desk = server.at_desk("floor5")
    assert server.get(f"/{HALL}/desk/today.csv", desk).status_code == 200
    server.admin("set_roles", {"login": "floor5", "roles": ["guide"]})
    assert server.get(f"/{HALL}/desk/today.csv", desk).status_code == 403


def test_a_snapshot_is_sent_once(server: RunningServer, everybody: Everybody) -> None:
    path, kiosk = f"/{HALL}/snapshot/public", everybody.headers["kiosk"]
    first = server.get(path)
    tag = first.headers["ETag"]
    assert tag == f'"public-{first.json()["revision"]}"'
    assert server.get(path, {"If-None-Match": tag}).status_code == 304
    taken = server.post(TAKE, {"line": "A"}, kiosk).json()["revision"]
    until(lambda: server.get(path).json()["revision"] >= taken, "the new number in the snapshot")
    newer = server.get(path, {"If-None-Match": tag})
    assert newer.status_code == 200
    assert newer.headers["ETag"] != tag
    assert newer.json()["cards"]["line/A"]["waiting"] > 0


def test_nothing_private_is_in_the_public_snapshot(server: RunningServer, everybody: Everybody) -> None:
    kinds = {key.partition("/")[0] for key in server.get(f"/{HALL}/snapshot/public").json()["cards"]}
    assert kinds <= {"hall", "line", "service", "window", "calls", "prints"}
    staff = server.get(f"/{HALL}/snapshot/staff", everybody.headers["agent"]).json()["cards"]
    assert "today" not in staff and "work/101" in staff


def test_a_slip_asked_for_at_the_desk_comes_out_of_its_kiosk(server: RunningServer, everybody: Everybody) -> None:
    body = {"line": "A", "priority": "LN", "reason": "七十岁", "print_at": "K1"}
    taken = server.post(f"/{HALL}/desk/take_number", body, everybody.headers["guide"]).json()
    at_kiosk = server.get(f"/{HALL}/kiosk/slip/{taken['slip']}", everybody.headers["kiosk"])
    assert at_kiosk.status_code == 200, at_kiosk.text
    slip = at_kiosk.json()
    assert {**slip, "revision": 0, "wait": 0, "ahead": 0} == {**taken, "revision": 0, "wait": 0, "ahead": 0}
    assert server.get(f"/{HALL}/kiosk/slip/987654321", everybody.headers["kiosk"]).status_code == 404


def test_an_agent_learns_which_devices_are_its_own(server: RunningServer, everybody: Everybody) -> None:
    line = server.enrol("window", "line-A", "101", "102")
    devices = server.get(f"/{HALL}/window/devices", line).json()["devices"]
    keypad = next(device for device in devices if device["code"] == "KP101")
    assert keypad == {
        "code": "KP101", "kind": "keypad", "window": "101", "profile": "ff68-keypad-5", "line": "A", "address": 1,
    }  # fmt: skip
    assert server.get(f"/{HALL}/window/devices", everybody.headers["agent"]).json() == {"devices": []}


def test_the_day_is_a_table_without_formulas_and_ratings(server: RunningServer, everybody: Everybody) -> None:
    number = server.post(TAKE, {"line": "A"}, everybody.headers["kiosk"]).json()["number"]
    answer = server.get(f"/{HALL}/desk/today.csv", everybody.headers["floor_manager"])
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"].startswith("text/csv")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[0] == "号码" and "满意" not in answer.text
    assert next(row for row in rows if row[0] == number)[9] == "等候"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_visit_from_call_to_rating(server: RunningServer, everybody: Everybody) -> None:
    agent = server.enrol("window", "W104", "104")
    server.person("1004")
    clerk = server.at_window(agent, "104", "1004")
    cards = server.get(f"/{HALL}/snapshot/public").json()["cards"]
    own = next(card["line"] for key, card in cards.items() if key.startswith("line/") and "104" in card["windows"])
    server.post(TAKE, {"line": own}, everybody.headers["kiosk"])

    def press(deed: str, **body: object) -> dict[str, Any]:
        answer = server.post(f"/{HALL}/window/{deed}", {"window": "104", **body}, clerk)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    called = press("call_next", visit=None)
    press("start_service", visit=called["visit"])
    finished = press("finish", visit=called["visit"], items=2)
    assert finished["invited"] is True
    rating = {"visit": called["visit"], "level": 5, "pressed_at": datetime.now(UTC).isoformat()}
    assert server.post(f"/{HALL}/window/rate", rating, agent).status_code == 200
    late = server.post(f"/{HALL}/window/rate", {**rating, "level": 1}, agent)
    assert (late.status_code, late.json()["code"]) == (409, Code.ALREADY_RATED)
    table = server.get(f"/{HALL}/desk/today.csv", everybody.headers["floor_manager"]).content.decode("utf-8-sig")
    row = next(row for row in csv.DictReader(io.StringIO(table)) if row["号码"] == called["number"])
    assert (row["窗口"], row["工号"], row["状态"], row["办理结果"], row["件数"]) == ("104", "1004", "办结", "办结", "2")
    assert row["取号"] <= row["呼叫"] <= row["开始"] <= row["结束"]
    press("sign_out")
    assert server.post(f"/{HALL}/window/call_next", {"window": "104"}, clerk).status_code == 401
