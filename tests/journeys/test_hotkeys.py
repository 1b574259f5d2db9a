"""A clerk works in another program: keys pressed there on a real desktop, the window's page, agent and server real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import new_page, violations
from tests.browser.window_page import at_rest
from tests.journeys.counter import CLERKS
from tests.journeys.hall import PASSWORD, Agent, Hall
from tests.journeys.staging import open_hall
from tests.terminal.agents import PageClient
from tests.terminal.hall_outside import until
from tests.window_client.desktop import Desktop

WITHIN_S = 60.0
WITHIN_MS = WITHIN_S * 1_000
GUARD_MS = 700  # the page does not take a second tap of the red key for the next press


@pytest.fixture
def hall(tmp_path: Path, desktop: Desktop) -> Iterator[Hall]:
    with open_hall(tmp_path, recall_interval_s=300) as made:
        yield made


@pytest.fixture
def agent(hall: Hall) -> Agent:
    """Window 101's, on the same desktop; its clerk has a password."""
    settings = {"windows": ["101"], "hotkeys": {"grab": True, "recall": "Ctrl+F3"}}
    made = hall.add_agent("window", "W101", ["--window", "101"], settings)
    hall.choose_password(CLERKS["101"])
    made.start()
    return made


def take_number(hall: Hall) -> str:
    """At a kiosk that has no paper to print on."""
    code = hall.code("device", "enrol", "kiosk", "K1", "--zone", "A")
    token = hall.post("device/enrol", {"code": code}).json()["token"]
    said = {"line": "A", "language": "zh"}
    taken = hall.post("kiosk/take_number", said, Authorization=f"Bearer {token}")
    assert taken.status_code == 200, taken.text
    return str(taken.json()["number"])


def open_page(browser: Browser, told: PageClient, troubles: list[str]) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = new_page(context, troubles)
    page.set_default_timeout(WITHIN_MS)
    page.goto(f"{told.base}#s={told.secret}")
    return page


def sign_in(page: Page) -> None:
    page.fill("[name=staff_no]", CLERKS["101"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def wait_out_the_guard(page: Page) -> None:
    seen = page.evaluate("performance.now()")
    page.wait_for_function("(until) => performance.now() > until", arg=seen + GUARD_MS)


@pytest.mark.browser
def test_a_key_pressed_in_another_program_does_what_the_pages_key_does(
    browser: Browser, hall: Hall, agent: Agent, desktop: Desktop
) -> None:
    number, troubles = take_number(hall), list[str]()
    with agent.page("101") as told:
        page = open_page(browser, told, troubles)
        expect(page.locator("[name=staff_no]")).to_be_visible(timeout=WITHIN_MS)
        desktop.press("F2")
        assert desktop.other_got("F2")  # nobody has signed in: the key is the other program's

        sign_in(page)
        until(lambda: told.agent["hotkeys"]["grabbed"], "grabbed", WITHIN_S)
        assert told.agent["hotkeys"]["taken"] == []
        expect(at_rest(page)).to_contain_text("叫下一位", timeout=WITHIN_MS)
        wait_out_the_guard(page)
        desktop.press("F2")
        expect(page.locator(".wp-no")).to_have_text(number, timeout=WITHIN_MS)

        expect(at_rest(page)).to_be_visible(timeout=WITHIN_MS)
        expect(page.locator('.wp-keys [data-deed="recall"] kbd')).to_have_text("Ctrl+F3", timeout=WITHIN_MS)
        desktop.press("Control_L", "F3")  # too soon: refused with the page's words
        expect(page.locator(".wp-say")).to_contain_text("重呼", timeout=WITHIN_MS)

        desktop.press("F8")  # a choice to make first, as by the page's key
        expect(page.locator(".wp-say")).to_contain_text("暂停", timeout=WITHIN_MS)

        wait_out_the_guard(page)
        desktop.press("F2")
        expect(page.locator(".wp-out")).to_be_visible(timeout=WITHIN_MS)
        expect(at_rest(page)).to_be_visible(timeout=WITHIN_MS)
        desktop.press("F6")
        expect(page.locator(".wp-choose")).to_be_visible(timeout=WITHIN_MS)
        desktop.press("F6")
        expect(page.locator(".wp-choose")).to_have_count(0, timeout=WITHIN_MS)
        desktop.press("F4")
        expect(page.locator(".wp-nobody")).to_be_visible(timeout=WITHIN_MS)
        expect(at_rest(page)).to_be_visible(timeout=WITHIN_MS)

        desktop.press("F10")
        expect(page.locator("[name=staff_no]")).to_be_visible(timeout=WITHIN_MS)
        until(lambda: not told.agent["hotkeys"]["grabbed"], "given back", WITHIN_S)
        assert violations(page) == troubles == []
    deeds = [deed for (deed,) in hall.rows("SELECT deed FROM journal WHERE via = 'page' ORDER BY revision")]
    assert deeds == ["sign_in", "call_next", "start_service", "finish", "sign_out"]
    hall.doctor()
