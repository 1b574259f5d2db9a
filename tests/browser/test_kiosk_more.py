"""Around the number: what to bring, a long wait told beforehand, keys and reading without eyes or fingers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract.replies import Words
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent

Serve = Callable[[Any], Any]
FITS = (Path(__file__).parent / "fits.js").read_text(encoding="utf-8")
PORTRAIT, LANDSCAPE = (1080, 1920), (1280, 1024)
SIZES = pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])


def kiosk(serve: Serve, cards: hall.Cards | None = None) -> StandInAgent:
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards() if cards is None else cards))
    done = {"kind": "done", "revision": 9, "ticket": None, "visit": None, "number": None, "state": None}
    agent.answer = lambda deed, body: done if deed == "call_guide" else hall.issued()
    return agent


def waiting(prefix: str, wait: tuple[int, int], **of_the_hall: Any) -> hall.Cards:
    """The full hall with another wait in one line."""
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == prefix)
    line = hall.line_card(place, row, wait=wait, waiting=64)
    return hall.public_cards(**of_the_hall) | {f"line/{prefix}": line.model_dump(mode="json")}


def lines_asked(agent: StandInAgent) -> list[str]:
    return [body["line"] for deed, body, _ in agent.presses if deed == "take_number"]


def test_what_to_bring_is_seen_without_taking_a_number_and_then_taken_from_there(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.get_by_role("button", name="要带什么").click()
    expect(page.locator(".k-ask h1")).to_have_text("看哪项业务要带什么？")
    page.click('[data-line="F"]')
    expect(page.locator(".k-bring li")).to_have_text(
        ["身份证", "医保卡或社保卡", "收费票据原件", "费用清单", "出院小结（住院的）"]
    )
    assert agent.presses == []
    page.get_by_role("button", name="取这个号").click()
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert lines_asked(agent) == ["F"]


def test_the_plain_case_stays_one_touch_after_somebody_only_looked(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.get_by_role("button", name="要带什么").click()
    page.click('[data-line="F"]')
    page.get_by_role("button", name="返回").click()
    expect(page.locator(".k-ask h1")).to_have_text("看哪项业务要带什么？")
    page.clock.run_for(21_000)
    expect(page.locator(".k-ask h1")).to_have_text("您要办什么业务？")
    page.click('[data-line="F"]')
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert lines_asked(agent) == ["F"]


def test_a_closed_service_says_what_to_bring_too(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.click('[data-line="X"]')
    page.get_by_role("button", name="要带什么").click()
    expect(page.locator(".k-bring li").first).to_have_text("身份证")
    page.get_by_role("button", name="为什么现在不能取号").click()
    expect(page.locator("h1")).to_have_text("现在不能取号")
    assert agent.presses == []


def test_a_service_without_a_list_sends_to_the_guide(serve: Serve, open_page: Open) -> None:
    cards = {key: card for key, card in hall.public_cards().items() if not key.startswith("service/")}
    page = open_page(kiosk(serve, cards).url)
    page.get_by_role("button", name="要带什么").click()
    page.click('[data-line="F"]')
    expect(page.locator(".k-none")).to_contain_text("请问导办员")


def test_a_long_wait_is_told_once_and_the_number_may_still_be_taken(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve, waiting("D", (61, 85)))
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    expect(page.locator("h1")).to_have_text("大约要等 61–85 分钟")
    expect(page.locator(".k-later")).to_contain_text("10月22日 09:00 再来")
    assert agent.presses == []
    page.get_by_role("button", name="仍然取号").click()
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert lines_asked(agent) == ["D"]


def test_a_long_wait_offers_shorter_lines_of_the_same_kind(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve, waiting("D", (70, 95)))
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    offered = page.locator(".k-other .key")
    expect(offered).to_have_count(2)  # C and E stand under the same plain word
    assert offered.evaluate_all("keys => keys.map(key => key.dataset.line)") == ["E", "C"]
    offered.first.click()
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert lines_asked(agent) == ["E"]


@pytest.mark.parametrize(("limit", "asks"), [(60, False), (59, True), (0, False)])
def test_the_hall_says_which_wait_is_long(serve: Serve, open_page: Open, limit: int, asks: bool) -> None:
    agent = kiosk(serve, waiting("D", (60, 80), long_wait_minutes=limit))
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    expect(page.locator("[data-still]" if asks else ".got-no .seal")).to_be_visible()
    assert lines_asked(agent) == ([] if asks else ["D"])


def test_who_does_not_want_to_wait_goes_home_without_a_number(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve, waiting("D", (70, 95)))
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    page.get_by_role("button", name="先不取").click()
    expect(page.locator(".k-ask h1")).to_have_text("您要办什么业务？")
    assert agent.presses == []


@SIZES
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_pages_fit_their_screen(serve: Serve, open_page: Open, size: tuple[int, int], lang: str) -> None:
    agent = kiosk(serve, waiting("D", (70, 95)))
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), size)
    ways = ([".k-more .key >> nth=1"], [".k-more .key >> nth=1", '[data-line="R"]'], ['[data-line="D"]'], [".k-guide"])
    for way in ways:
        for step in way:
            page.click(step)
        expect(page.locator(".k-home")).to_be_visible()
        assert page.evaluate(FITS) == [], way
        high, room = page.locator(".k-body").evaluate("body => [body.scrollHeight, body.clientHeight]")
        assert high <= room + 1, way
        page.click(".k-home")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the key has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.innerText")
    return found


def test_the_whole_kiosk_works_with_the_keyboard_and_each_page_says_its_name_first(
    serve: Serve, open_page: Open
) -> None:
    agent = kiosk(serve, waiting("D", (70, 95)))
    page = open_page(agent.url)
    expect(page.locator(".svc").first).to_be_visible()
    tab_to(page, ".k-more .key:nth-child(2)")
    page.keyboard.press("Enter")
    expect(page.locator(".k-ask h1")).to_be_focused()
    assert focused(page) == "看哪项业务要带什么？"
    tab_to(page, '[data-line="D"]')
    page.keyboard.press("Enter")
    expect(page.locator(".got-head h1")).to_have_text("办这件事要带什么")
    tab_to(page, ".keys1 .key-ink")
    page.keyboard.press("Enter")
    expect(page.locator(".got-head h1")).to_have_text("大约要等 70–95 分钟")
    expect(page.locator(".got-head h1")).to_be_focused()
    tab_to(page, "[data-still]")
    page.keyboard.press("Enter")
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    tab_to(page, ".k-home")
    page.keyboard.press("Enter")
    expect(page.locator(".k-ask h1")).to_be_focused()
    for corner in (".k-care", ".k-ends > .key[lang]", ".k-foot > .key[aria-pressed]"):
        tab_to(page, corner)
        page.keyboard.press("Enter")
    expect(page.locator("html.care.contrast")).to_have_count(1)
    expect(page.locator("h1")).to_have_text("What is it about?")
    tab_to(page, ".k-guide")
    page.keyboard.press("Space")
    expect(page.locator("h1")).to_have_text("A guide has been told")
    assert [deed for deed, _, _ in agent.presses] == ["take_number", "call_guide"]


@SIZES
def test_rare_characters_stand_whole_on_the_first_page_and_on_the_number(
    serve: Serve, open_page: Open, size: tuple[int, int]
) -> None:
    rare = "㛃𠮷䶮㐂社保"
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == "D")
    line = hall.line_card(place, row, name=Words(zh=rare, en="Rare"))
    agent = kiosk(serve, hall.public_cards() | {"line/D": line.model_dump(mode="json")})
    agent.answer = lambda deed, body: hall.issued(service=Words(zh=rare, en="Rare"))
    page = open_page(agent.url, size)
    expect(page.locator('[data-line="D"] .svc-name')).to_have_text(rare)
    assert page.evaluate(FITS) == []
    page.click('[data-line="D"]')
    expect(page.locator(".facts dd").first).to_have_text(rare)


def test_switches_say_whether_they_are_on(serve: Serve, open_page: Open) -> None:
    page = open_page(kiosk(serve).url)
    for switch in (".k-care", ".k-foot > .key:not(.k-voice)"):
        expect(page.locator(switch)).to_have_attribute("aria-pressed", "false")
        page.click(switch)
        expect(page.locator(switch)).to_have_attribute("aria-pressed", "true")
    voice = page.locator(".k-voice")
    expect(voice).to_have_attribute("aria-pressed", "true")  # care mode speaks by itself
    expect(voice.locator(".shape-sound")).to_be_visible()
    voice.click()
    expect(voice).to_have_attribute("aria-pressed", "false")
    expect(voice.locator(".shape-mute")).to_be_visible()
    expect(voice).to_contain_text("按此朗读")
