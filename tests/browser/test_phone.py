"""The citizen's phone in a real browser, over a real server: from waiting to the seal, from the seal to the thanks."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.chromium import new_page, violations
from tests.browser.test_axe import serious
from tests.server.api.citizens import Citizen, LinkedHall, linked_hall

PHONE: ViewportSize = {"width": 390, "height": 844}
OpenPhone = Callable[..., Page]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinkedHall]:
    found = linked_hall(tmp_path_factory.mktemp("phones"))
    yield found
    code, said = found.server.stop()
    assert code == 0 and "defect" not in said, said


@pytest.fixture
def open_phone(browser: Browser) -> Iterator[OpenPhone]:
    """Opens a citizen's link; after the test no script error and no policy violation may be left."""
    troubles: list[str] = []
    pages: list[tuple[Page, bool]] = []

    def open_it(citizen: Citizen, query: str = "", *, script: bool = True, proof: str | None = None) -> Page:
        context = browser.new_context(viewport=PHONE, java_script_enabled=script)
        page = new_page(context, troubles)
        pages.append((page, script))
        shown = citizen.proof if proof is None else proof
        page.goto(f"{citizen.hall.server.url}{citizen.path}{query}#{shown}")
        return page

    yield open_it
    found = [one for page, script in pages if script for one in violations(page)]
    for page, _ in pages:
        page.context.close()
    assert troubles + found == []


def fits(page: Page) -> bool:
    """Nothing is wider than the phone."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_link_leads_from_waiting_over_the_seal_to_the_thanks(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine = hall.take()
    page = open_phone(mine)
    expect(page.locator(".ph-no .seal")).to_have_text(mine.number)
    expect(page.locator(".ph-two .num").first).to_have_text("0")
    assert page.locator(".ph-now").count() == 0 and fits(page) and serious(page) == []
    visit = hall.call()
    seal = page.locator(".ph-now")
    expect(seal).to_contain_text("轮到您了")
    expect(seal.locator(".ph-big .num")).to_have_text("101")
    expect(seal.locator(".ph-you .num")).to_have_text(mine.number)
    assert page.title().startswith("轮到您了") and serious(page) == []
    assert page.evaluate("getComputedStyle(document.querySelector('.ph-now')).backgroundColor") == "rgb(188, 42, 24)"
    hall.start()
    expect(page.locator(".ph-state")).to_have_text("正在办理")
    hall.finish()
    expect(page.locator(".ph-state")).to_have_text("办完了，请您评价")
    hall.not_rated(visit)
    expect(page.locator(".ph-q")).to_have_text("这次办得怎么样？")
    assert serious(page) == []
    keys = page.locator(".levels .key")
    expect(keys).to_have_count(5)
    sizes = [box for i in range(5) if (box := keys.nth(i).bounding_box())]
    assert len({(round(box["width"]), round(box["height"])) for box in sizes}) == 1 and sizes[0]["height"] >= 60
    keys.nth(0).click()
    expect(page.locator("h1")).to_have_text("谢谢您的评价")
    assert mine.status()["rating"]["level"] == 5


def test_a_bad_level_stands_and_then_asks_why(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine, _ = hall.silent()
    page = open_phone(mine)
    page.get_by_role("button", name="非常不满意").click()
    expect(page.locator(".chosen")).to_contain_text("非常不满意")
    assert mine.status()["rating"]["level"] == 1
    assert page.locator(".why input:checked").count() == 0
    expect(page.locator(".why label")).to_have_count(8)
    assert serious(page) == []
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".ph-warn")).to_contain_text("需要填写原因")
    page.get_by_label("服务态度差效率低").check()
    page.locator("textarea").fill("<img src=x onerror=alert(1)>")
    assert fits(page)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_have_text("谢谢您的评价")
    page.reload()
    expect(page.locator("h1")).to_have_text("谢谢您的评价")


def test_cancelling_asks_first_and_can_be_left(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine = hall.take()
    page = open_phone(mine)
    page.get_by_role("button", name="我不办了").click()
    expect(page.locator(".ph-do")).to_contain_text("不能恢复")
    page.get_by_role("button", name="继续排队").click()
    expect(page.locator(".ph-two")).to_be_visible()
    page.get_by_role("button", name="我不办了").click()
    page.get_by_role("button", name=f"确定取消 {mine.number}").click()
    expect(page.locator(".ph-state")).to_have_text("已取消排队")
    assert mine.status()["state"] == "cancelled"


def test_a_press_while_the_page_looks_for_news_is_not_lost(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine = hall.take()
    page = open_phone(mine)
    expect(page.locator(".ph-two")).to_be_visible()
    page.route("**/ticket/*", lambda route: None)  # until the route is taken away
    with page.expect_request("**/ticket/*"):
        hall.call()  # the page sees that something changed, and fetches itself anew
    page.get_by_role("button", name="我不办了").click()
    page.unroute("**/ticket/*")
    expect(page.locator(".ph-do")).to_contain_text("不能恢复")
    hall.start()
    hall.finish()


def test_language_and_large_type_last(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine = hall.take()
    page = open_phone(mine, "?lang=en")
    expect(page.locator(".ph-two")).to_contain_text("Ahead of you")
    page.get_by_role("button", name="Large type").click()
    expect(page.locator("html")).to_have_class("large")
    expect(page.locator(".ph-two")).to_contain_text("Ahead of you")
    assert fits(page)
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".ph-two")).to_contain_text("前面还有")
    expect(page.locator("html")).to_have_class("large")
    mine.ask("cancel")


def test_a_number_taken_in_care_mode_opens_in_large_type_and_stays_so(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine, _ = hall.silent()
    page = open_phone(mine, "?care=1")
    expect(page.locator(".ph-q")).to_have_text("这次办得怎么样？")
    expect(page.locator("html")).to_have_class("large")
    assert fits(page)
    page.locator(".levels .key").first.click()
    expect(page.locator("h1")).to_have_text("谢谢您的评价")
    expect(page.locator("html")).to_have_class("large")
    assert fits(page) and serious(page) == []


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the key with this name has the focus; the focus is seen."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if str(page.evaluate("document.activeElement.innerText")).strip().startswith(name):
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"nobody sees that {name} has the focus"
            return
    raise AssertionError(f"Tab never came to {name}")


def test_with_the_keyboard_alone_a_citizen_cancels(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine = hall.take()
    page = open_phone(mine)
    expect(page.locator(".ph-two")).to_be_visible()
    tab_to(page, "我不办了")
    page.keyboard.press("Enter")
    expect(page.locator(".ph-do")).to_contain_text("不能恢复")
    tab_to(page, "继续排队")
    page.keyboard.press("Space")
    expect(page.locator(".ph-two")).to_be_visible()
    tab_to(page, "我不办了")
    page.keyboard.press("Enter")
    expect(page.locator(".ph-do")).to_contain_text("不能恢复")
    tab_to(page, f"确定取消 {mine.number}")
    page.keyboard.press("Enter")
    expect(page.locator(".ph-state")).to_have_text("已取消排队")
    assert mine.status()["state"] == "cancelled"


def test_with_the_keyboard_alone_a_citizen_rates_and_says_why(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine, _ = hall.silent()
    page = open_phone(mine)
    expect(page.locator(".ph-q")).to_have_text("这次办得怎么样？")
    tab_to(page, "不满意")
    page.keyboard.press("Enter")
    expect(page.locator(".chosen")).to_contain_text("不满意")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".why input").first).to_be_checked()
    tab_to(page, "提交")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("谢谢您的评价")
    assert mine.status()["rating"]["level"] == 2 and mine.status()["rating"]["reasons_given"]


def test_somebody_elses_link_shows_a_sentence_and_the_form(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine, other = hall.take(), hall.take()
    page = open_phone(mine, proof=other.proof)
    expect(page.locator(".ph-warn")).to_contain_text("与号码不符")
    assert mine.number not in page.inner_text("main")
    mine.ask("cancel")
    other.ask("cancel")


def test_without_a_script_the_short_code_does_it_all(hall: LinkedHall, open_phone: OpenPhone) -> None:
    waiting = hall.take()
    page = open_phone(waiting, script=False)
    page.fill("#code", waiting.code.lower())
    page.get_by_role("button", name="查看我的号").click()
    expect(page.locator(".ph-no .seal")).to_have_text(waiting.number)
    page.get_by_role("button", name="我不办了").click()
    page.get_by_role("button", name=re.compile("确定取消")).click()
    expect(page.locator(".ph-state")).to_have_text("已取消排队")
    mine, _ = hall.silent()
    page = open_phone(mine, script=False)
    page.fill("#code", mine.code)
    page.get_by_role("button", name="查看我的号").click()
    page.locator(".levels .key").nth(3).click()
    expect(page.locator(".chosen")).to_contain_text("不满意")
    page.get_by_label("服务态度生硬").check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_have_text("谢谢您的评价")
    assert mine.status()["rating"]["level"] == 2 and mine.status()["rating"]["reasons_given"]


def test_a_page_that_hears_nothing_says_so_and_its_seal_is_hollow(hall: LinkedHall, open_phone: OpenPhone) -> None:
    mine = hall.take()
    page = open_phone(mine)
    hall.call()
    expect(page.locator(".ph-now")).to_be_visible(timeout=12_000)
    page.context.set_offline(True)
    expect(page.locator(".ph-fresh")).to_contain_text("没有更新")
    assert page.evaluate("getComputedStyle(document.querySelector('.ph-now')).backgroundColor") == "rgba(0, 0, 0, 0)"
    page.context.set_offline(False)
    expect(page.locator("main")).to_have_class("ph")
    hall.start()
    hall.finish()
