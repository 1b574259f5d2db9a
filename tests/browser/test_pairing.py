"""A screen in any browser becomes the command screen, with a real server: by its code, until it is revoked."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sample_staff as staff
from tests.browser.conftest import Open
from tests.browser.stand_in_server import StandInServer
from tests.browser.web_files import ROOT
from tests.server.api.running_server import HALL, PASSWORD, RunningServer

WALL, DESK = (1920, 1080), (1440, 900)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("hall") / "data")
    running.start()
    try:
        running.load("demo")
        running.person("boss", "hall_manager")
        yield running
    finally:
        running.stop()


def paihao(hall: RunningServer, *words: str) -> None:
    command = [sys.executable, str(ROOT / "paihao.py"), *words, "--data", str(hall.data)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)


def code_on(page: Page) -> str:
    code = page.locator(".pair .seal")
    expect(code).to_be_visible()
    return code.inner_text()


def test_a_screen_shows_its_code_becomes_the_command_screen_and_is_cut_off(
    hall: RunningServer, open_page: Open
) -> None:
    page = open_page(f"{hall.url}/{HALL}/pair", WALL, clock=False)
    code = code_on(page)
    expect(page.locator(".pair code")).to_contain_text(f"paihao device pair {code}")
    paihao(hall, "device", "pair", code, "--name", "wall-1")
    expect(page.locator(".cmd .win")).to_have_count(6)
    assert page.url.endswith(f"/{HALL}/command")
    page.reload()
    expect(page.locator(".cmd .win")).to_have_count(6)
    paihao(hall, "device", "revoke", "wall-1")
    expect(page.locator("form input[name=login]")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert page.evaluate("Object.keys(localStorage).length") == 0, "what it was let see is kept no more, nor anew"


def test_a_manager_enters_the_code_at_the_desk(hall: RunningServer, open_page: Open) -> None:
    wall = open_page(f"{hall.url}/{HALL}/pair", WALL, clock=False)
    code = code_on(wall)
    desk = open_page(f"{hall.url}/{HALL}/desk", DESK, clock=False)
    desk.fill("input[name=login]", "boss")
    desk.fill("input[name=password]", PASSWORD)
    desk.click("form .key")
    desk.fill(".dk-pair input[name=code]", code.lower())
    desk.fill(".dk-pair input[name=name]", "board-A")
    desk.select_option(".dk-pair select", "A")
    desk.click(".dk-pair button")
    expect(desk.locator(".dk-pair [role=status]")).to_contain_text("board-A")
    expect(wall.locator(".board")).to_be_visible()
    assert wall.url.endswith(f"/{HALL}/board?zone=A&voice=A")


def test_a_wrong_code_is_told_at_the_desk(hall: RunningServer, open_page: Open) -> None:
    desk = open_page(f"{hall.url}/{HALL}/desk", DESK, clock=False)
    desk.fill("input[name=login]", "boss")
    desk.fill("input[name=password]", PASSWORD)
    desk.click("form .key")
    desk.fill(".dk-pair input[name=code]", "AAAAAA")
    desk.fill(".dk-pair input[name=name]", "wall-9")
    desk.click(".dk-pair button")
    expect(desk.locator(".dk-pair [role=alert]")).to_be_visible()


def test_a_guide_has_no_field_for_displays(serve: Callable[[Any], Any], open_page: Open) -> None:
    server = serve(StandInServer(staff.staff_cards()))
    page = open_page(server.url + "/LJ/desk", DESK, '{"token": "7.session", "name": "刘敏", "roles": ["guide"]}')
    expect(page.locator(".dk-devices")).to_be_visible()
    expect(page.locator(".dk-pair")).to_have_count(0)


def test_without_the_server_the_screen_says_so_and_goes_on_asking(hall: RunningServer, open_page: Open) -> None:
    page = open_page(f"{hall.url}/{HALL}/pair", WALL, clock=False)
    code_on(page)
    page.route("**/device/*", lambda route: route.abort())
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/device/*")
    expect(page.get_by_role("alert")).to_have_count(0)
