"""A display in any browser: it shows a code, a manager enters it, it sees what managers see until it is revoked."""

from typing import Any

import pytest
import requests

from contract.words import Code
from tests.server.api.everybody import Everybody
from tests.server.api.running_server import HALL, RunningServer, new_key

DEVICE = f"/{HALL}/device"


def offer(server: RunningServer, hall: str = HALL) -> dict[str, Any]:
    answer = server.post(f"/{hall}/device/offer", {})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def claim(server: RunningServer, made: dict[str, Any], key: str | None = None) -> requests.Response:
    return server.post(f"{DEVICE}/claim", {"claim": made["claim"]}, key=key)


def let_in(server: RunningServer, made: dict[str, Any], name: str, zone: str | None = None) -> dict[str, str]:
    """Paired by the command line; returns the header that shows its token."""
    server.admin("pair_display", {"code": made["code"], "name": name, "zone": zone})
    return {"Authorization": f"Bearer {claim(server, made).json()['token']}"}


def reads(server: RunningServer, audience: str, headers: dict[str, str]) -> int:
    return server.get(f"/{HALL}/snapshot/{audience}", headers).status_code


def test_a_display_is_let_in_by_its_code_and_sees_what_managers_see(server: RunningServer) -> None:
    made = offer(server)
    assert len(made["code"]) == 6 and made["seconds"] == 600
    assert claim(server, made).json() == {"kind": "not_yet"}
    server.admin("pair_display", {"code": made["code"].lower(), "name": "wall-1"})
    key = new_key()
    first, again = claim(server, made, key), claim(server, made, key)
    assert first.json()["kind"] == "enrolled" and first.json()["device_kind"] == "display"
    assert again.json()["token"] == first.json()["token"]
    headers = {"Authorization": f"Bearer {first.json()['token']}"}
    assert reads(server, "manager", headers) == 200
    assert server.post(f"/{HALL}/live/pass", {"audience": "manager"}, headers).status_code == 200
    assert claim(server, made).json()["code"] == Code.CODE_INVALID


def test_a_display_of_a_zone_sees_only_what_is_public(server: RunningServer) -> None:
    headers = let_in(server, offer(server), "wall-A", "A")
    assert (reads(server, "public", headers), reads(server, "manager", headers)) == (200, 403)
    assert reads(server, "staff", headers) == 403


def test_the_code_on_the_wall_is_worth_nothing_by_itself(server: RunningServer) -> None:
    made = offer(server)
    server.admin("pair_display", {"code": made["code"], "name": "wall-2"})
    stolen = server.post(f"{DEVICE}/enrol", {"code": made["code"]})
    assert (stolen.status_code, stolen.json()["code"]) == (409, Code.CODE_INVALID)
    other = server.post(f"{DEVICE}/claim", {"claim": made["claim"][:-1] + "_"})
    assert other.json()["code"] == Code.CODE_INVALID
    assert claim(server, made).json()["kind"] == "enrolled"


def test_managers_may_let_a_display_in_at_the_desk_and_guides_may_not(
    server: RunningServer, everybody: Everybody
) -> None:
    made = offer(server)
    body = {"code": made["code"], "name": "wall-3", "zone": None}
    for who in ("guide", "clerk", "kiosk"):
        assert server.post(f"/{HALL}/desk/pair_display", body, everybody.headers[who]).status_code in (401, 403)
    assert claim(server, made).json() == {"kind": "not_yet"}
    answer = server.post(f"/{HALL}/desk/pair_display", body, everybody.headers["hall_manager"])
    assert answer.status_code == 200 and answer.json()["subject"] == "wall-3"
    again = server.post(f"/{HALL}/desk/pair_display", {**body, "name": "wall-33"}, everybody.headers["hall_manager"])
    assert again.json()["code"] == Code.CODE_INVALID
    assert claim(server, made).json()["device"] == "wall-3"


@pytest.mark.parametrize("code", ["AAAAAA", "7K2MQX9"])
def test_a_code_that_no_display_shows_is_refused(server: RunningServer, code: str) -> None:
    headers = {"X-Local-Secret": server.secret}
    answer = server.post(f"/{HALL}/admin/pair_display", {"code": code, "name": "wall-4"}, headers)
    assert (answer.status_code, answer.json()["code"]) == (409, Code.CODE_INVALID)


def test_a_display_never_takes_the_name_of_a_kiosk_and_never_comes_into_another_hall(server: RunningServer) -> None:
    server.enrol("kiosk", "K7")
    made = offer(server)
    headers = {"X-Local-Secret": server.secret}
    taken = server.post(f"/{HALL}/admin/pair_display", {"code": made["code"], "name": "K7"}, headers)
    assert taken.json()["code"] == Code.DEVICE_NAME_TAKEN
    elsewhere = server.post("/LJ-SD/admin/pair_display", {"code": made["code"], "name": "wall-5"}, headers)
    assert elsewhere.json()["code"] == Code.CODE_INVALID
    assert claim(server, made).json() == {"kind": "not_yet"}


def test_a_revoked_display_sees_nothing_more(server: RunningServer) -> None:
    headers = let_in(server, offer(server), "wall-6")
    assert reads(server, "manager", headers) == 200
    server.admin("revoke_device", {"name": "wall-6"})
    assert reads(server, "manager", headers) == 401
