"""A slip under the kiosk's scanner, and an ID card on its reader."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from contract.words import WhyClosed
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent

Serve = Callable[[Any], Any]
STATES = {"scanner": "ready", "idcard": "ready"}
STATUS = {
    "kind": "ticket_status", "revision": 9, "number": "A012", "state": "waiting", "today": True, "ahead": 3,
    "wait": [10, 20], "windows": ["101", "102"], "call": None,
    "service": {"zh": "企业开办", "en": "Starting a business"},
    "place": {"zh": "1 层", "en": "Floor 1"}, "missed_rule": {"zh": "过号顺延三位", "en": "Three places later"},
}  # fmt: skip


def kiosk(serve: Serve) -> StandInAgent:
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == "F")
    by_card = hall.line_card(place, row, open=False, why=WhyClosed.ASK_DESK, real_name="required")
    cards = hall.public_cards() | {"line/F": by_card.model_dump(mode="json")}
    agent: StandInAgent = serve(kiosk_agent(cards, readers={"states": STATES, "card": None}))
    agent.answer = lambda deed, body: hall.issued()
    return agent


def test_a_scanned_slip_says_how_its_number_stands_and_leaves_by_itself(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    expect(page.locator(".k-ask h1")).to_be_visible()
    agent.scanned(STATUS)
    expect(page.locator("h1")).to_have_text("您的号还在等候")
    expect(page.locator(".got-no .seal")).to_have_text("A012")
    expect(page.locator(".facts")).to_contain_text("3 人")
    agent.scanned({**STATUS, "state": "missed", "ahead": None, "wait": None})
    expect(page.locator("h1")).to_have_text("已经过号")
    expect(page.locator(".rule")).to_contain_text("过号顺延三位")
    agent.scanned({"kind": "no_slip"})
    expect(page.locator("[role=alert] h1")).to_have_text("这个码不是本大厅小票上的码")
    page.clock.run_for(21_000)
    expect(page.locator(".k-ask h1")).to_have_text("您要办什么业务？")
    assert agent.presses == []


def test_a_service_that_asks_for_a_card_waits_for_it_and_then_gives_the_number(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    expect(page.locator('[data-line="F"] .svc-wait')).to_have_text("刷身份证")
    page.click('[data-line="F"]')
    expect(page.locator("h1")).to_have_text("请放身份证取号")
    expect(page.locator(".facts")).to_contain_text("请把身份证放到读卡处")
    assert agent.presses == []
    agent.tell(readers={"states": STATES, "card": "read"})
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert [body["line"] for _, body, _ in agent.presses] == ["F"]


def test_a_card_laid_first_is_seen_on_the_first_page(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    agent.tell(readers={"states": STATES, "card": "refused"})
    expect(page.locator(".k-band")).to_contain_text("这张证件读不了")
    agent.tell(readers={"states": STATES, "card": "read"})
    expect(page.locator(".k-band")).to_contain_text("已读到身份证")
    page.click('[data-line="F"]')
    expect(page.locator(".got-no .seal")).to_be_visible()


def test_where_the_reader_is_away_the_service_is_taken_at_the_desk(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    agent.tell(readers={"states": {**STATES, "idcard": "unplugged"}, "card": None})
    expect(page.locator('[data-line="F"] .svc-wait')).to_have_text("到导办台")
    page.click('[data-line="F"]')
    expect(page.locator("h1")).to_have_text("请到导办台取号")
    expect(page.locator(".facts")).not_to_contain_text("读卡处")


def test_in_care_mode_the_card_is_told_in_place_of_the_question(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.click(".k-care")
    expect(page.locator("h1")).to_have_text("您要办哪一类事？")
    agent.tell(readers={"states": STATES, "card": "read"})
    expect(page.locator("h1")).to_have_text("已读到身份证")
    key = page.locator('[data-lines~="F"]')
    if key.get_attribute("data-lines") != "F":
        key.click()
    expect(page.locator('[data-lines="F"]')).to_contain_text("刷身份证")
    page.click('[data-lines="F"]')
    expect(page.locator(".got-no .seal")).to_be_visible()
