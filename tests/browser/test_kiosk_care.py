"""The kiosk's care mode (长辈版): plain words in double size lead to the same services; a guide is one press away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract.cards import ServiceCard
from contract.refusals import refuse
from contract.replies import Words
from contract.words import Code
from kiosk.qr import qr_of
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent

Serve = Callable[[Any], Any]
CARE_FITS = (Path(__file__).parent / "care_fits.js").read_text(encoding="utf-8")
LINK = "https://q.example.gov.cn/LJ/ticket/4294967342#k7Qk7Qk7Qk7Qk7Qk7Qk7Qw"
PORTRAIT, LANDSCAPE = (1080, 1920), (1280, 1024)
SIZES = pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
FOURTEEN = (
    "综合受理 社保 医保 开店办照 税务发票 公积金 户口身份证 出入境 驾驶证 房产登记 结婚离婚 医师护士 建设项目 缴费领证"
)


def kiosk(serve: Serve, cards: hall.Cards | None = None, **own: Any) -> StandInAgent:
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards() if cards is None else cards, **own))
    done = {"kind": "done", "revision": 9, "ticket": None, "visit": None, "number": None, "state": None}
    number = {**hall.issued(), "qr": qr_of(LINK)}
    agent.answer = lambda deed, body: done if deed == "call_guide" else number
    return agent


def in_care(open_page: Open, agent: StandInAgent, size: tuple[int, int] = PORTRAIT, lang: str = "zh") -> Page:
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), size)
    page.click(".k-care")
    expect(page.locator(".plain .key").first).to_be_visible()
    return page


def test_fourteen_plain_words_lead_to_all_services_of_the_hall(serve: Serve, open_page: Open) -> None:
    page = in_care(open_page, kiosk(serve))
    assert page.locator(".plain-word").all_inner_texts() == FOURTEEN.split()
    lines = " ".join(page.locator(".plain [data-lines]").evaluate_all("keys => keys.map(key => key.dataset.lines)"))
    assert sorted(lines.split()) == sorted(row[0] for row in hall.SERVICES)


def test_three_touches_from_idle_to_paper_and_one_more_word_where_a_word_has_several_services(
    serve: Serve, open_page: Open
) -> None:
    agent = kiosk(serve)
    page = in_care(open_page, agent)
    page.click('[data-lines="C D E"]')
    page.click('[data-lines="D"]')
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    assert [(deed, body["line"]) for deed, body, _ in agent.presses] == [("take_number", "D")]


def test_a_word_with_one_service_takes_its_number_at_once(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = in_care(open_page, agent)
    page.click('[data-lines="N"]')
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert agent.presses[0][1] == {"line": "N", "language": "zh", "care": True}


def test_care_mode_lasts_for_this_ticket(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = in_care(open_page, agent)
    page.click('[data-lines="N"]')
    expect(page.locator("html.care .got")).to_be_visible()
    slip = {"slip": 147, "ticket": 47, "number": "D047", "outcome": "printed", "after": None, "reason": None}
    agent.tell(last_slip=slip)
    expect(page.locator(".got-taken")).to_be_visible()
    page.click(".k-voice")  # nobody is sent home in the middle of a sentence, which lasts in real time
    page.clock.run_for(21_000)
    expect(page.locator(".svc").first).to_be_visible()
    expect(page.locator("html.care")).to_have_count(0)


def test_care_mode_nobody_uses_ends_by_itself_and_by_its_own_key(serve: Serve, open_page: Open) -> None:
    page = in_care(open_page, kiosk(serve))
    page.click(".k-care")
    expect(page.locator(".svc").first).to_be_visible()
    page.click(".k-care")
    page.click(".k-voice")  # nobody is sent home in the middle of a sentence, which lasts in real time
    page.clock.run_for(61_000)
    expect(page.locator(".svc").first).to_be_visible()


def test_the_black_key_calls_a_guide_once(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = in_care(open_page, agent)
    page.click(".k-guide")
    expect(page.locator("h1")).to_have_text("已经告诉导办员")
    expect(page.locator(".k-told")).to_contain_text("K1 号取号机")
    assert [(deed, body) for deed, body, _ in agent.presses] == [("call_guide", {})]


def test_a_guide_who_could_not_be_told_is_said(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    agent.answer = lambda deed, body: refuse(Code.NO_SERVER).model_dump(mode="json")
    page = in_care(open_page, agent)
    page.click(".k-guide")
    expect(page.get_by_role("alert")).to_contain_text("和服务器的连接断了")


STEPS: dict[str, list[str]] = {
    "words": [],
    "services": ['[data-lines="C D E"]'],
    "departments": [".k-more .key >> nth=0"],
    "closed": ['[data-lines="X"]'],
    "bring": [".k-more .key >> nth=1", '[data-lines="F G"]', '[data-lines="F"]'],
    "long": ['[data-lines="R S"]', '[data-lines="R"]'],
    "guide": [".k-guide"],
    "number": ['[data-lines="N"]'],
}


def long_r() -> hall.Cards:
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == "R")
    line = hall.line_card(place, row, waiting=88, wait=(80, 110))
    return hall.public_cards() | {"line/R": line.model_dump(mode="json")}


@SIZES
@LANGS
def test_every_page_of_care_mode_has_text_of_28_and_keys_of_80(
    serve: Serve, open_page: Open, size: tuple[int, int], lang: str
) -> None:
    agent = kiosk(serve, long_r())
    page = in_care(open_page, agent, size, lang)
    found: dict[str, Any] = {}
    for name, steps in STEPS.items():
        for step in steps:
            page.click(step)
        own = {"words": "home", "services": "word", "departments": "department"}.get(name, name)
        expect(page.locator(f".k-page-{own}")).to_be_visible()
        if name == "number":
            found["printing"] = page.evaluate(CARE_FITS)
            slip = {"slip": 147, "ticket": 47, "number": "D047", "outcome": "printed", "after": None, "reason": None}
            agent.tell(last_slip=slip)
            expect(page.locator(".got-taken")).to_be_visible()
            found["printed"] = page.evaluate(CARE_FITS)
            agent.tell(last_slip=slip | {"outcome": "failed"}, printer={"state": "paper_out", "reason": None})
            expect(page.locator(".got-none .k-take")).to_be_visible()
        found[name] = page.evaluate(CARE_FITS)
        if name not in ("words", "number"):
            page.click(".k-home")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@SIZES
def test_a_hall_without_plain_words_shows_its_services_and_more_of_them_behind_one_key(
    serve: Serve, open_page: Open, size: tuple[int, int]
) -> None:
    cards = {key: card for key, card in hall.public_cards().items() if not key.startswith("service/")}
    page = in_care(open_page, kiosk(serve, cards), size)
    seen = []
    for _ in range(2):
        assert page.evaluate(CARE_FITS) == []
        seen += page.locator(".plain [data-lines]").evaluate_all("keys => keys.map(key => key.dataset.lines)")
        page.click(".plain-more")
    assert sorted(seen) == sorted(row[0] for row in hall.SERVICES)


@SIZES
def test_names_of_40_signs_and_rare_characters_stand_whole_in_care_mode(
    serve: Serve, open_page: Open, size: tuple[int, int]
) -> None:
    rare = "㛃𠮷䶮㐂" * 10
    place, row = 2, hall.SERVICES[2]
    line = hall.line_card(place, row, name=Words(zh=rare, en="n" * 40))
    plain = ServiceCard(prefix="C", plain=Words(zh="𠮷㛃䶮㐂社保卡业", en="Rare"), bring=[Words(zh=rare, en="x")])
    cards = hall.public_cards() | {"line/C": line.model_dump(mode="json"), "service/C": plain.model_dump(mode="json")}
    page = in_care(open_page, kiosk(serve, cards), size)
    assert page.evaluate(CARE_FITS) == []
    page.click(".k-more .key >> nth=1")
    page.click('[data-lines="C"]')
    expect(page.locator(".k-bring")).to_have_text(rare)
    assert page.evaluate(CARE_FITS) == []


def test_an_empty_hall_still_has_its_guide(serve: Serve, open_page: Open) -> None:
    page = open_page(kiosk(serve, {"hall": hall.hall_card().model_dump(mode="json")}).url)
    page.click(".k-care")
    expect(page.locator(".k-none")).to_contain_text("请到导办台")
    page.click(".k-guide")
    expect(page.locator("h1")).to_have_text("已经告诉导办员")
