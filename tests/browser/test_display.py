"""A box of its own (`paihao display`): the same board, also after a start without the server, marked as old."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Open
from tests.display.box import Box
from tests.server.api.running_server import HALL, PASSWORD, RunningServer, until

BOARD, STRIP = (1920, 1080), (1920, 360)


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[list[Box]]:
    running: list[Box] = []
    yield running
    for box in running:
        box.stop(signal.SIGKILL)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningServer]:
    """The demonstration hall with A001 called to window 101."""
    running = RunningServer(tmp_path / "server" / "data")
    running.data.parent.mkdir()
    running.start()
    running.load("demo")
    kiosk, window = running.enrol("kiosk", "K1"), running.enrol("window", "W101", "101")
    running.person("1003")
    said = {"window": "101", "staff_no": "1003", "password": PASSWORD}
    session = running.post(f"/{HALL}/window/sign_in", said, window).json()["session"]
    assert running.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk).status_code == 200
    call = running.post(f"/{HALL}/window/call_next", {"window": "101"}, {**window, "X-Session": session})
    assert call.status_code == 200, call.text
    yield running
    if running.process is not None:
        running.stop()


def test_a_board_from_a_box_outlives_the_server_and_a_restart_without_it(
    hall: RunningServer, tmp_path: Path, boxes: list[Box], open_page: Open
) -> None:
    box = Box(tmp_path / "box", hall.url)
    boxes.append(box)
    page = open_page(box.start(), BOARD, clock=False)
    expect(page.locator(".seal-now")).to_have_text("A001")
    assert "#" not in page.url
    until((tmp_path / "box" / "data" / "cards.json").exists, "the cards on the disk")
    hall.stop()
    assert box.stop() == 0
    again = open_page(box.start(), BOARD, clock=False)
    expect(again.locator(".b-new .seal")).to_have_text("A001")
    expect(again.locator(".b-stale .b-fresh")).to_contain_text("停在")
    expect(again.locator(".seal-now")).to_have_count(0)


def test_a_page_without_the_boxs_secret_is_told_so(tmp_path: Path, boxes: list[Box], browser: Browser) -> None:
    box = Box(tmp_path / "box", "http://127.0.0.1:1")
    boxes.append(box)
    page = browser.new_page(viewport={"width": BOARD[0], "height": BOARD[1]})
    page.goto(box.start().partition("#")[0])
    expect(page.locator(".b-fresh[role=alert]")).to_contain_text("页面没有带本机口令")
    page.close()


def test_a_window_screen_from_a_box(hall: RunningServer, tmp_path: Path, boxes: list[Box], open_page: Open) -> None:
    box = Box(tmp_path / "box", hall.url, show="window", window="101", lang="en")
    boxes.append(box)
    page = open_page(box.start(), STRIP, clock=False)
    expect(page.locator(".seal-now")).to_have_text("A001")
    expect(page.locator(".ws-word")).to_contain_text("Please come")


def test_mistakes_in_the_settings_are_told_together(tmp_path: Path) -> None:
    box = Box(tmp_path / "box", "nowhere", show="window", colour="red")
    ended = box.run("--no-browser")
    assert ended.returncode == 1
    assert all(word in ended.stderr for word in ("server", "window", "colour")), ended.stderr
