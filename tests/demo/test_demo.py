"""`paihao demo` as somebody who watches starts it: all there, one at a time, and nothing is left behind."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.agent_page import AgentPage
from server.storage.data_folder import DataFolder
from tests.demo.demo_process import ENDS_WITHIN_S, DemoProcess, is_running
from tests.terminal.hall_outside import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")

PROGRAMS = 11  # server, K1, K2, line-A, six windows, the board
FRAMES = {"kiosk": 2, "board": 1, "desk": 1, "window": 6}
OPTIONS = ("--port", "0", "--no-citizens")


def members(url: str) -> dict[str, Any]:
    """The first line of the page's state."""
    with requests.get(f"{url}stage/state", stream=True, timeout=20) as answer:
        found: dict[str, Any] = json.loads(next(answer.iter_lines()))
        return found


@contextmanager
def kiosk_of(url: str) -> Iterator[AgentPage]:
    """The page of K1, by the frame that shows it, once K1 hears the server."""
    frame = next(one for one in members(url)["frames"] if one["title"] == "K1")
    page = AgentPage(frame["url"])
    try:
        page.watch()
        assert page.wait(lambda: bool(page.agent.get("connected")), ENDS_WITHIN_S)
        yield page
    finally:
        page.close()


def take(url: str) -> str:
    """A number of line A."""
    with kiosk_of(url) as page:
        answer = page.do("take_number", {"line": "A", "language": "zh"})
    assert answer.ok, answer.body
    return str(answer.body["number"])


def end_and_look(demo: DemoProcess, number: signal.Signals) -> int:
    """Its exit code, when all its programs are gone."""
    children = demo.children()
    assert len(children) == PROGRAMS
    os.kill(demo.process.pid, number)
    code = demo.wait_for_end()
    until(lambda: not any(is_running(pid) for pid in children), "every program has ended", ENDS_WITHIN_S)
    return code


def test_a_visitor_sees_the_hall_presses_keys_and_finds_it_again_after_a_restart(tmp_path: Path, hall: Path) -> None:
    options = (*OPTIONS, "--hall", str(hall))
    with DemoProcess(tmp_path / "data", *options) as demo:
        url = demo.wait_until_ready()
        seen = members(url)
        kinds = [frame["kind"] for frame in seen["frames"]]
        assert {kind: kinds.count(kind) for kind in FRAMES} == FRAMES
        assert seen["staff"]["password"] in demo.output
        assert {one["place"] for one in seen["staff"]["people"]} == {"desk", "101", "102", "103", "104", "107", "113"}
        assert {one["strip"] for one in seen["windows"]} == {"暂未开放"}
        _frames_may_be_framed(url, seen["frames"])

        assert take(url) == "A001"
        until(lambda: members(url)["papers"], "the slip came out", ENDS_WITHIN_S)
        _is_a_picture(url + members(url)["papers"][0]["png"].removeprefix("/"))
        _keys_and_switches(url)
        _a_second_demo_is_refused(tmp_path / "data")
        assert end_and_look(demo, signal.SIGTERM) == 0

    with DemoProcess(tmp_path / "data", *options) as demo:
        assert take(demo.wait_until_ready()) == "A003"
        address = DataFolder(tmp_path / "data" / "server").read_address()
        assert address is not None
        end_and_look(demo, signal.SIGKILL)
        assert not is_running(address.pid)


def _frames_may_be_framed(url: str, frames: list[dict[str, str]]) -> None:
    """By the stage's page, which may frame nothing of another machine."""
    origin = url.rstrip("/")
    policy = requests.get(url, timeout=20).headers["Content-Security-Policy"]
    assert policy.endswith("frame-src http://127.0.0.1:*")
    for frame in frames:
        answer = requests.get(frame["url"].partition("#")[0], timeout=20)
        assert answer.status_code == 200
        assert origin in answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[2].split()
        assert frame["url"].startswith("http://127.0.0.1:")


def _is_a_picture(url: str) -> None:
    answer = requests.get(url, timeout=20)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


def _keys_and_switches(url: str) -> None:
    def post(what: str, body: dict[str, Any], **headers: str) -> int:
        return requests.post(f"{url}stage/{what}", json=body, headers=headers, timeout=20).status_code

    assert post("press", {"window": "101", "level": 5}) == 200
    assert post("press", {"window": "101", "level": 9}) == 422
    assert post("pad", {"window": "101", "key": "call_next"}) == 200
    assert post("pad", {"window": "999", "key": "call_next"}) == 422
    assert post("nothing", {}) == 404
    assert post("press", {"window": "101", "level": 5}, Origin="http://evil.example") == 403
    assert requests.get(f"{url}stage/state", headers={"Host": "evil.example"}, timeout=20).status_code == 403
    for on in (True, False):
        assert post("fault", {"device": "printer/K1", "fault": "paper_out", "on": on}) == 200
        switches = {(one["device"], one["fault"]): one["on"] for one in members(url)["faults"]}
        until(lambda on=on: members(url)["faults"] and _is_on(url) is on, "the switch shows", ENDS_WITHIN_S)  # type: ignore[misc]
        assert ("line/A", "unplugged") in switches
    _a_killed_server_comes_back_with_its_numbers(url, post)
    assert post("fault", {"device": "printer/K9", "fault": "paper_out", "on": True}) == 422


def _a_killed_server_comes_back_with_its_numbers(url: str, post: Callable[..., int]) -> None:
    desk = next(one["url"] for one in members(url)["frames"] if one["kind"] == "desk")

    def answers() -> bool:
        try:
            return requests.get(desk, timeout=20).ok
        except requests.RequestException:
            return False

    assert post("fault", {"device": "server", "fault": "killed", "on": True}) == 200
    assert not answers()
    assert post("fault", {"device": "server", "fault": "killed", "on": False}) == 200
    until(answers, "the server is back", ENDS_WITHIN_S)
    assert take(url) == "A002"


def _is_on(url: str) -> bool:
    return any(one["on"] for one in members(url)["faults"] if one["device"] == "printer/K1")


def _a_second_demo_is_refused(data: Path) -> None:
    with DemoProcess(data, *OPTIONS) as second:
        assert second.wait_for_end() == 1
        assert "another demo is using" in second.output


def test_a_program_that_dies_is_named_and_ends_the_demo(tmp_path: Path) -> None:
    with DemoProcess(tmp_path / "data", *OPTIONS) as demo:
        demo.wait_until_ready()
        children = demo.children()
        page = json.loads((tmp_path / "data" / "agents" / "K2" / "page.json").read_text(encoding="utf-8"))
        os.kill(page["pid"], signal.SIGKILL)
        assert demo.wait_for_end() == 1
        assert "K2 ended unexpectedly" in demo.output
        until(lambda: not any(is_running(pid) for pid in children), "every program has ended", ENDS_WITHIN_S)
