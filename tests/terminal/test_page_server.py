"""An agent's page belongs to the screen of its own machine, and to nobody else."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from contract.cards import Change, Snapshot
from contract.words import Code
from terminal.cards import Cards
from terminal.page_server import LARGEST_BODY, Page, PageServer
from terminal.presses import Reply
from tests.terminal.agents import PageClient, press_id
from tests.terminal.hall_outside import until

SECRET = "secret-of-this-page"


class Kiosk:
    """A page with one deed."""

    def __init__(self) -> None:
        self.cards = Cards()
        self.cards.replace(
            Snapshot(hall="LJ", revision=1, time="2025-03-03T01:00:00+00:00", cards={"hall": {"open": True}})
        )
        self.did: list[tuple[str, dict[str, Any], str]] = []
        self.part: dict[str, Any] = {"connected": True}
        self.page = Page("/", SECRET, "kiosk", self.do, lambda: dict(self.part))
        self.server = PageServer(
            [self.page], self.cards, 0, hosts=["kiosk.hall:80"], frame_ancestors=["http://10.0.0.5:8600"]
        )
        self.server.start()
        self.base = f"http://127.0.0.1:{self.server.port}/"

    def do(self, deed: str, body: dict[str, Any], key: str) -> Reply:
        self.did.append((deed, body, key))
        return Reply(200, {"kind": "done"})

    def post(self, deed: str = "take_number", **headers: str | None) -> requests.Response:
        sent = {"X-Page-Secret": SECRET, "X-Press": press_id(), **headers}
        return requests.post(f"{self.base}do/{deed}", json={"line": "A"}, headers=sent, timeout=10)


@pytest.fixture
def kiosk() -> Iterator[Kiosk]:
    made = Kiosk()
    yield made
    made.server.stop()


def get(kiosk: Kiosk, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Sends the path as it stands: other clients tidy it up first."""
    connection = http.client.HTTPConnection("127.0.0.1", kiosk.server.port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def test_the_page_does_its_deed_under_the_key_of_its_press(kiosk: Kiosk) -> None:
    press = press_id()
    assert kiosk.post(**{"X-Press": press}).json() == {"kind": "done"}
    assert kiosk.did == [("take_number", {"line": "A"}, press)]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost"])
def test_a_foreign_page_is_refused(kiosk: Kiosk, origin: str) -> None:
    answer = kiosk.post(Origin=origin)
    assert (answer.status_code, answer.json()["code"]) == (403, Code.FOREIGN_ORIGIN)
    assert not kiosk.did


def test_a_cross_site_request_without_origin_is_refused(kiosk: Kiosk) -> None:
    assert kiosk.post(**{"Sec-Fetch-Site": "cross-site"}).json()["code"] == Code.FOREIGN_ORIGIN
    assert not kiosk.did


def test_the_pages_own_origin_is_served(kiosk: Kiosk) -> None:
    assert kiosk.post(Origin=kiosk.base.rstrip("/")).status_code == 200
    assert (
        kiosk.post(Origin=f"http://localhost:{kiosk.server.port}", **{"Sec-Fetch-Site": "same-origin"}).status_code
        == 200
    )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "127.0.0.1.evil.example:80"])
@pytest.mark.parametrize("path", ["/", "/state", "/assets/shared/tokens.css"])
def test_a_forged_host_is_refused(kiosk: Kiosk, host: str, path: str) -> None:
    status, _, body = get(kiosk, path, Host=host, **{"X-Page-Secret": SECRET})
    assert (status, json.loads(body)["code"]) == (403, Code.FORGED_HOST)


def test_a_host_of_the_settings_is_served(kiosk: Kiosk) -> None:
    assert get(kiosk, "/", Host="kiosk.hall:80")[0] == 200


@pytest.mark.parametrize("secret", ["", "guess", SECRET + "x", None, "\u00e9"])
def test_a_page_without_the_secret_is_refused(kiosk: Kiosk, secret: str | None) -> None:
    shown = {} if secret is None else {"X-Page-Secret": secret}
    sent = {"X-Press": press_id(), **shown}
    answer = requests.post(
        f"{kiosk.base}do/take_number", json={}, headers={k: v.encode() for k, v in sent.items()}, timeout=10
    )
    assert (answer.status_code, answer.json()["code"]) == (403, Code.PAGE_SECRET)
    assert requests.get(f"{kiosk.base}state", headers={}, timeout=10).json()["code"] == Code.PAGE_SECRET
    assert not kiosk.did


@pytest.mark.parametrize("press", ["", "A" * 32, "a" * 31, "../../etc"])
def test_a_deed_without_a_press_is_refused(kiosk: Kiosk, press: str) -> None:
    assert kiosk.post(**{"X-Press": press}).json()["code"] == Code.KEY_MISSING
    assert not kiosk.did


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"\xff", b"1"])
def test_a_body_that_is_no_object_is_refused(kiosk: Kiosk, body: bytes) -> None:
    headers = {"X-Page-Secret": SECRET, "X-Press": press_id(), "Content-Type": "application/json"}
    answer = requests.post(f"{kiosk.base}do/take_number", data=body, headers=headers, timeout=10)
    assert answer.json()["code"] in (Code.BAD_REQUEST, Code.BODY_TOO_LARGE)
    assert not kiosk.did


def test_a_form_of_a_foreign_page_is_refused(kiosk: Kiosk) -> None:
    headers = {"X-Page-Secret": SECRET, "X-Press": press_id(), "Content-Type": "text/plain"}
    answer = requests.post(f"{kiosk.base}do/take_number", data=b'{"line":"A"}', headers=headers, timeout=10)
    assert answer.json()["code"] == Code.BAD_REQUEST


def test_a_huge_body_is_refused(kiosk: Kiosk) -> None:
    headers = {"X-Page-Secret": SECRET, "X-Press": press_id(), "Content-Type": "application/json"}
    answer = requests.post(f"{kiosk.base}do/take_number", data=b" " * (LARGEST_BODY + 1), headers=headers, timeout=10)
    assert answer.json()["code"] == Code.BODY_TOO_LARGE


@pytest.mark.parametrize(
    "path",
    [
        "/../agent.py",
        "/..%2fagent.py",
        "/%2e%2e/agent.py",
        "/assets/../kiosk/agent.py",
        "/assets/..%2f..%2fsetup.cfg",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/..\\agent.py",
        "/index.html%00.js",
        "/.hidden.js",
        "/assets/shared",
        "/nothing.js",
    ],
)
def test_nothing_outside_of_the_pages_folder_is_served(kiosk: Kiosk, path: str) -> None:
    status, _, body = get(kiosk, path)
    assert (status, json.loads(body)["code"]) == (404, Code.NOT_FOUND)


def test_the_page_and_its_assets_are_served_under_a_strict_policy(kiosk: Kiosk) -> None:
    for path, media in (
        ("/", "text/html"),
        ("/kiosk.js", "text/javascript"),
        ("/assets/shared/tokens.css", "text/css"),
    ):
        status, headers, body = get(kiosk, path)
        assert status == 200
        assert headers["Content-Type"].startswith(media)
        assert body
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert policy.endswith("frame-ancestors http://10.0.0.5:8600")
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_without_a_setting_nobody_may_frame_the_page() -> None:
    server = PageServer([Page("/", SECRET, "kiosk", lambda *_: Reply(200, {}), dict)], Cards(), 0)
    server.start()
    answer = requests.get(f"http://127.0.0.1:{server.port}/", timeout=10)
    server.stop()
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_an_unchanged_file_is_not_sent_twice(kiosk: Kiosk) -> None:
    etag = get(kiosk, "/")[1]["ETag"]
    assert get(kiosk, "/", **{"If-None-Match": etag})[0] == 304


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("POST", "state"), ("GET", "do/take_number"), ("DELETE", "")]
)
def test_other_methods_are_refused(kiosk: Kiosk, method: str, path: str) -> None:
    answer = requests.request(method, kiosk.base + path, headers={"X-Page-Secret": SECRET}, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (405, Code.METHOD_NOT_ALLOWED)


def test_a_fault_of_ours_is_a_refusal_and_not_a_stack_trace(kiosk: Kiosk) -> None:
    def fails(*_: object) -> Reply:
        raise RuntimeError("inside")

    kiosk.page.do = fails
    answer = kiosk.post()
    assert (answer.status_code, answer.json()["code"]) == (409, Code.INTERNAL)
    assert "inside" not in answer.text


def test_the_state_comes_whole_first_and_then_what_changed(kiosk: Kiosk) -> None:
    with PageClient(f"{kiosk.base}#s={SECRET}") as page:
        assert (page.cards, page.agent) == ({"hall": {"open": True}}, {"connected": True})
        kiosk.cards.apply(Change(hall="LJ", previous=1, revision=2, cards={"line/A": {"waiting": 1}, "hall": None}))
        until(lambda: page.cards == {"line/A": {"waiting": 1}})
        kiosk.part["connected"] = False
        kiosk.page.part_changed()
        until(lambda: page.agent == {"connected": False})


def test_a_page_hears_a_heartbeat_when_nothing_happens(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terminal.state_stream.HEARTBEAT_S", 0.05)
    with PageClient(f"{kiosk.base}#s={SECRET}") as page:
        until(lambda: page.lines > 3, "heartbeats")
        assert page.agent == {"connected": True}


def test_a_page_that_left_is_forgotten(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terminal.state_stream.HEARTBEAT_S", 0.05)
    with PageClient(f"{kiosk.base}#s={SECRET}"):
        assert kiosk.page.is_open
    until(lambda: not kiosk.page.is_open, "forgotten")
