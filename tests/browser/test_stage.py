"""The demonstration's page: frames, paper, keypads and pads that can be pressed, faults."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gevent.event import Event
from gevent.pywsgi import WSGIServer
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.web_files import POLICY, ROOT, Environ, StartResponse, read_json, send_file, send_json
from tests.server.api.running_server import until

STATE = {
    "frames": [
        {"title": "K1", "url": "/frame/k1", "kind": "kiosk"},
        {"title": "K2", "url": "/frame/k2", "kind": "kiosk"},
        {"title": "大厅屏", "url": "/frame/board", "kind": "board"},
        {"title": "导办台", "url": "/frame/desk", "kind": "desk"},
        *({"title": no, "url": f"/frame/{no}", "kind": "window"} for no in ("101", "102", "103", "104", "107", "113")),
    ],
    "papers": [
        {
            "id": "p1",
            "kiosk": "K1",
            "text": ["临江区政务服务中心", "D047"],
            "png": "/stage/paper/p1.png",
            "time": "2026-10-21T06:32:00Z",
        }
    ],
    "windows": [
        {"window": no, "strip": f"请A012到{no}窗口", "keypad_awake": no == "101"}
        for no in ("101", "102", "103", "104", "107", "113")
    ],
    "faults": [
        {"device": "printer/K1", "fault": "paper_out", "on": False, "name": {"zh": "K1 缺纸", "en": "K1 out of paper"}}
    ],
    "log": ["14:32:05　D047 在 K1 取号"],
}


class StandInStage:
    """Serves the page, one state, and keeps what was pressed."""

    def __init__(self) -> None:
        self.pressed: list[tuple[str, dict[str, Any]]] = []
        self._stopped = Event()
        self._server = WSGIServer(("127.0.0.1", 0), self._respond, log=None)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def stop(self) -> None:
        self._stopped.set()
        self._server.stop(timeout=1)

    def _respond(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/stage/state":
            start_response("200 OK", [("Content-Type", "application/x-ndjson")])
            return self._stream()
        if path.startswith("/frame/"):
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            return [f"<!doctype html><title>{path}</title><h1>{path}</h1>".encode()]
        if path.endswith(".png"):
            start_response("200 OK", [("Content-Type", "image/svg+xml")])
            return [b'<svg xmlns="http://www.w3.org/2000/svg" width="576" height="900"/>']
        if path.startswith("/stage/"):
            self.pressed.append((path.removeprefix("/stage/"), read_json(environ)))
            return send_json({}, start_response)
        folder = "browser" if path.startswith("/assets/") else "demo/web"
        inner = path.removeprefix("/assets").lstrip("/") or "index.html"
        return send_file(ROOT / folder / inner, start_response, POLICY + "; frame-src 'self'")

    def _stream(self) -> Iterator[bytes]:
        yield json.dumps(STATE).encode() + b"\n"
        while not self._stopped.wait(1):
            yield b"{}\n"


def test_all_parts_of_the_hall_stand_side_by_side(serve: Callable[[Any], Any], open_page: Open) -> None:
    stage = serve(StandInStage())
    page = open_page(stage.url, (1440, 900), clock=False)
    expect(page.locator("iframe")).to_have_count(10)
    expect(page.locator(".st-papers img")).to_be_visible()
    expect(page.locator(".st-strip").first).to_have_text("请A012到101窗口")
    expect(page.locator("footer")).to_contain_text("D047 在 K1 取号")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_keypads_pads_and_faults_are_pressed(serve: Callable[[Any], Any], open_page: Open) -> None:
    stage = serve(StandInStage())
    page = open_page(stage.url, (1280, 800), clock=False)
    keys = (
        page.locator(".st-keypad").first.get_by_role("button", name="基本满意"),
        page.locator(".st-pad").nth(1).get_by_role("button", name="下一位"),
        page.get_by_role("button", name="K1 缺纸"),
    )
    come: list[int] = []
    for key in keys:
        key.click()
        until(lambda: len(stage.pressed) > len(come), "the press has come")  # each goes by a line of its own
        come.append(len(stage.pressed))
    wanted = [
        ("press", {"window": "101", "level": 3}),
        ("pad", {"window": "102", "key": "call_next"}),
        ("fault", {"device": "printer/K1", "fault": "paper_out", "on": True}),
    ]
    assert stage.pressed == wanted
    expect(page.locator("footer .refusal")).to_have_count(0)
