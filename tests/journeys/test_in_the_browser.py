"""The whole way once more with the pages as people see them: kiosk, window and board in a real browser, in Chinese."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import new_page, violations
from tests.browser.window_page import at_rest
from tests.journeys.counter import CLERKS
from tests.journeys.hall import PASSWORD
from tests.journeys.staging import Staged, hall_at_work
from tests.terminal.hall_outside import until

WITHIN_S = 60.0
WITHIN_MS = 60_000
GUARD_MS = 600  # for so long a second tap of F2 is not taken for the next step
PICTURES = os.environ.get("PAIHAO_PICTURES")  # a folder for pictures of the pages, if they are wanted


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[Staged]:
    with hall_at_work(tmp_path, kiosks={"K1": "raster"}, page_agents=False) as staged:
        yield staged


class Screens:
    """The three pages; `troubles` is whatever their consoles complained of."""

    def __init__(self, browser: Browser, at_work: Staged) -> None:
        self.troubles: list[str] = []
        kiosk, window = at_work.kiosks["K1"], at_work.counters["101"].page
        self.kiosk = self._open(browser, f"{kiosk.base}#s={kiosk.secret}", (1080, 1920))
        self.window = self._open(browser, f"{window.base}#s={window.secret}", (1280, 800))
        self.board = self._open(browser, f"{at_work.hall.url}/LJ/board?zone=A&lang=zh", (1920, 1080))

    def _open(self, browser: Browser, address: str, size: tuple[int, int]) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        page = new_page(context, self.troubles)
        page.set_default_timeout(WITHIN_MS)
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        page.goto(address)
        return page

    def picture(self, name: str) -> None:
        """All three as they stand now, where somebody wants to see them."""
        for which, page in (("kiosk", self.kiosk), ("window", self.window), ("board", self.board)):
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{which}.png")

    def press_f2(self, label: str) -> None:
        """The one red key, when it stands for this, as by a clerk who has read it."""
        expect(at_rest(self.window)).to_contain_text(label, timeout=WITHIN_MS)
        seen = self.window.evaluate("performance.now()")
        self.window.wait_for_function("(until) => performance.now() > until", arg=seen + GUARD_MS)
        self.window.keyboard.press("F2")

    def check(self) -> None:
        found = [str(one) for page in (self.kiosk, self.window, self.board) for one in violations(page)]
        assert self.troubles + found == []


@pytest.mark.browser
def test_from_the_touch_to_the_rating_in_the_browser(browser: Browser, at_work: Staged) -> None:
    counter, printer = at_work.counters["101"], at_work.printers["K1"]
    screens = Screens(browser, at_work)
    kiosk, window, board = screens.kiosk, screens.window, screens.board

    kiosk.locator('[data-line="A"]').click()
    expect(kiosk.locator(".got-taken")).to_be_visible(timeout=WITHIN_MS)
    number = kiosk.locator(".got-no .seal").inner_text()
    paper = printer.wait_for_paper(1, WITHIN_S)
    assert paper.ended_by == "cut" and not paper.interrupted
    assert at_work.hall.rows("SELECT label FROM tickets") == [(number,)]

    window.fill("[name=staff_no]", CLERKS["101"])
    window.fill("[name=password]", PASSWORD)
    window.keyboard.press("Enter")
    expect(window.locator(".wp-line")).to_contain_text(number, timeout=WITHIN_MS)
    screens.picture("1-waiting")
    screens.press_f2("叫下一位")
    expect(window.locator(".wp-no")).to_have_text(number, timeout=WITHIN_MS)
    expect(board.locator(".b-new .seal")).to_have_text(number, timeout=WITHIN_MS)
    expect(board.locator(".b-new .b-win")).to_have_text("101")
    counter.strip.wait_text(f"请{number}到101窗口", WITHIN_S)
    screens.picture("2-called")

    screens.press_f2("开始")
    counter.strip.wait_text(f"{number} 正在办理", WITHIN_S)
    counter.wait("serving")
    visit = counter.visit
    assert visit is not None
    screens.picture("3-serving")
    expect(window.locator('.wp-keys [data-deed="finish"]')).to_be_enabled(timeout=WITHIN_MS)
    expect(at_rest(window)).to_be_visible(timeout=WITHIN_MS)
    window.keyboard.press("F4")
    expect(window.locator(".wp-ask")).to_contain_text(f"请群众评价 {number}", timeout=WITHIN_MS)
    assert counter.keypad.wait_awake(WITHIN_S)
    screens.picture("4-please-rate")
    assert counter.keypad.press(5).wait_acknowledged(WITHIN_S)
    counter.wait_record(visit, 5)
    expect(window.locator(".wp-ask")).to_have_count(0, timeout=WITHIN_MS)
    assert "满意" not in window.inner_text("main")  # the clerk never sees what was pressed
    until(at_work.board.is_right, "the public cards are right", WITHIN_S)
    screens.check()
    at_work.hall.doctor()
