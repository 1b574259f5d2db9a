"""A citizen in care mode asks for a guide: from the kiosk's page to the desk, where somebody goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import new_page, violations
from tests.journeys.counter import CLERKS
from tests.journeys.hall import PASSWORD
from tests.journeys.staging import Staged, hall_at_work

WITHIN_MS = 60_000


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[Staged]:
    with hall_at_work(tmp_path, kiosks={"K1": "raster"}, page_agents=False) as staged:
        staged.hall.paihao("user", "role", CLERKS["102"], "clerk", "guide")
        yield staged


@pytest.mark.browser
def test_one_press_brings_a_guide_and_the_desk_says_who_went(browser: Browser, at_work: Staged) -> None:
    troubles: list[str] = []
    kiosk = new_page(browser.new_context(viewport={"width": 1080, "height": 1920}), troubles)
    desk = new_page(browser.new_context(viewport={"width": 1440, "height": 900}), troubles)
    agent = at_work.kiosks["K1"]
    kiosk.goto(f"{agent.base}#s={agent.secret}")
    desk.goto(f"{at_work.hall.url}/LJ/desk?lang=zh")
    desk.fill("[name=login]", CLERKS["102"])
    desk.fill("[name=password]", PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator(".dk-lines li").first).to_be_visible(timeout=WITHIN_MS)

    kiosk.click(".k-care")
    kiosk.click(".k-guide")
    expect(kiosk.locator("h1")).to_have_text("已经告诉导办员", timeout=WITHIN_MS)
    band = desk.locator(".dk-requests")
    expect(band).to_contain_text("1F", timeout=WITHIN_MS)
    expect(band).to_contain_text("K1 号取号机", timeout=WITHIN_MS)
    assert at_work.hall.rows("SELECT kiosk, attended_ms FROM guide_requests") == [("K1", None)]

    band.locator("button").click()
    expect(band).to_have_count(0, timeout=WITHIN_MS)
    assert at_work.hall.rows("SELECT kiosk, attended_by FROM guide_requests") == [("K1", CLERKS["102"])]
    query = "SELECT deed, actor FROM journal WHERE deed IN (?, ?) ORDER BY revision"
    told = at_work.hall.rows(query, "call_guide", "attend_kiosk")
    assert told == [("call_guide", "K1"), ("attend_kiosk", CLERKS["102"])]
    found = [str(one) for page in (kiosk, desk) for one in violations(page)]
    kiosk.context.close()
    desk.context.close()
    assert troubles + found == []
    at_work.hall.doctor()
