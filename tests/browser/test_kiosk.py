"""The kiosk's page: one touch for a number, closed lines, cuts, the printer, the next citizen."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract.refusals import refuse
from contract.replies import Words
from contract.words import Code, WhyClosed
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent

Serve = Callable[[Any], Any]
FITS = (Path(__file__).parent / "fits.js").read_text(encoding="utf-8")
PORTRAIT, LANDSCAPE = (1080, 1920), (1280, 1024)


def kiosk(serve: Serve, cards: hall.Cards | None = None, **own: Any) -> StandInAgent:
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards() if cards is None else cards, **own))
    agent.answer = lambda deed, body: hall.issued()
    return agent


def slip(outcome: str | None, **changed: Any) -> dict[str, Any]:
    return {"slip": 147, "ticket": 47, "number": "D047", "outcome": outcome, "after": None, "reason": None, **changed}


def one_line(prefix: str, **changed: Any) -> hall.Cards:
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == prefix)
    return {f"line/{prefix}": hall.line_card(place, row, **changed).model_dump(mode="json")}


def test_one_touch_gives_the_number_with_place_people_ahead_and_wait(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    facts = page.locator(".facts")
    for said in ("养老待遇资格认证", "107", "111", "112", "4 人", "10–20 分钟"):
        expect(facts).to_contain_text(said)
    assert [(deed, body) for deed, body, _ in agent.presses] == [("take_number", {"line": "D", "language": "zh"})]


def test_a_double_tap_is_one_press(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    agent.hold.clear()
    page = open_page(agent.url)
    page.dblclick('[data-line="D"]')
    expect(page.locator('[data-line="A"]')).to_be_disabled()
    page.locator('[data-line="D"]').dispatch_event("click")
    agent.hold.set()
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    assert len(agent.presses) == 1


def test_the_same_press_after_a_broken_answer_has_the_same_id_and_the_next_citizen_another(
    serve: Serve, open_page: Open
) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.route("**/do/take_number", lambda route: (route.fetch(), route.abort())[1])
    page.click('[data-line="D"]')
    expect(page.locator(".k-warn")).to_contain_text("本机的程序没有回应")
    assert len(agent.presses) == 1
    page.unroute("**/do/take_number")
    page.click(".keys1 .key")  # home: what is pressed now is another intention
    page.click('[data-line="D"]')
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    ids = [press for _, _, press in agent.presses]
    assert len(set(ids)) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", press) for press in ids)


def test_the_paper_is_followed_and_after_it_the_page_goes_home_sooner(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url, still=True)
    page.click('[data-line="D"]')
    expect(page.locator(".k-paper h2")).to_have_text("正在打印小票…")
    agent.tell(last_slip=slip("printed"))
    expect(page.locator(".k-paper h2")).to_have_text("请取走小票")
    page.clock.run_for(100)  # the ten seconds begin once the page is painted
    expect(page.locator(".k-home")).to_contain_text("10 秒后自动回")
    page.clock.run_for(11_000)
    expect(page.locator(".k-ask h1")).to_have_text("您要办什么业务？")


def test_without_paper_the_number_stays_large_and_says_what_to_do(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    agent.tell(last_slip=slip("failed", reason="paper_out"), printer={"state": "paper_out", "reason": None})
    expect(page.get_by_role("alert")).to_contain_text("号已取好，小票没有打出来")
    expect(page.locator(".k-without")).to_contain_text("到导办台补打小票")
    page.clock.run_for(30_000)
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    page.click(".keys1 .key")
    expect(page.locator(".k-band")).to_contain_text("本机缺纸")  # said before the next citizen chooses


def test_a_printer_that_never_answers_is_not_waited_for(serve: Serve, open_page: Open) -> None:
    page = open_page(kiosk(serve).url)
    page.click('[data-line="D"]')
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    page.clock.run_for(16_000)
    expect(page.get_by_role("alert")).to_contain_text("不能确定小票是否打出来了")


@pytest.mark.parametrize("why", list(WhyClosed))
def test_a_closed_line_says_why_when_again_and_what_else(serve: Serve, open_page: Open, why: WhyClosed) -> None:
    again = "13:00" if why in (WhyClosed.BREAK, WhyClosed.BEFORE_HOURS) else None
    agent = kiosk(serve, hall.public_cards() | one_line("A", open=False, why=why, again=again))
    page = open_page(agent.url)
    page.click('[data-line="A"]')
    rows = page.locator(".shut .facts > div")
    expect(rows).to_have_count(3)
    for place in range(3):
        expect(rows.nth(place).locator("dd")).to_have_text(re.compile(r"\S"))
    if again:
        expect(rows.nth(1)).to_contain_text("今天　13:00")
    if why is WhyClosed.ASK_DESK:
        expect(page.locator("h1")).to_have_text("请到导办台取号")
    assert agent.presses == []


def test_a_refusal_says_the_sentence_and_what_to_do(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    agent.answer = lambda deed, body: refuse(Code.TOO_SOON, seconds=4).model_dump(mode="json")
    page = open_page(agent.url)
    page.click('[data-line="A"]')
    expect(page.get_by_role("alert")).to_contain_text("刚刚取过号，请稍候")
    expect(page.get_by_role("alert")).to_contain_text("请在 4 秒后再取")


def test_an_inquiry_asks_for_the_department_first(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.click(".k-more .key")
    expect(page.locator(".k-ask h1")).to_have_text("您要问哪个部门？")
    page.click('[data-line="Z-SW"]')
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert agent.presses[0][1]["line"] == "Z-SW"


def test_a_cut_to_the_server_leaves_no_key_and_says_since_when(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    expect(page.locator(".svc").first).to_be_visible()
    agent.tell(connected=False, since=hall.at(minutes=3))
    expect(page.get_by_role("alert")).to_contain_text("从 14:29 开始")
    expect(page.locator(".svc")).to_have_count(0)
    expect(page.locator(".k-without")).to_contain_text("请到导办台")
    agent.tell(connected=True, since=None)
    expect(page.locator(".svc").first).to_be_visible()


def test_a_dead_agent_is_noticed_after_12_seconds(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    expect(page.locator(".svc").first).to_be_visible()
    page.route("**/state", lambda route: route.abort())
    agent.stop()
    page.clock.run_for(13_000)
    expect(page.get_by_role("alert")).to_contain_text("本机的取号程序没有回应")


def test_a_page_without_its_secret_says_so(serve: Serve, open_page: Open) -> None:
    page = open_page(kiosk(serve).url.partition("#")[0])
    expect(page.get_by_role("alert")).to_contain_text("页面没有带本机口令")


def test_the_secret_leaves_the_address_bar(serve: Serve, open_page: Open) -> None:
    page = open_page(kiosk(serve).url)
    expect(page.locator(".svc").first).to_be_visible()
    assert "#" not in page.url


def test_english_lasts_for_one_citizen(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.get_by_role("button", name="English").click()
    expect(page.locator(".k-ask h1")).to_have_text("Choose a service")
    page.click('[data-line="D"]')
    expect(page.locator(".facts")).to_contain_text("Pension entitlement check")
    assert agent.presses[0][1]["language"] == "en"
    agent.tell(last_slip=slip("printed"))
    expect(page.locator(".k-paper h2")).to_have_text("Please take your slip")
    page.clock.run_for(11_000)
    expect(page.locator(".k-ask h1")).to_have_text("您要办什么业务？")


def test_it_can_be_used_with_the_keyboard_alone(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    expect(page.locator(".svc").first).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.line") == "D":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".got-no .seal")).to_have_text("D047")
    assert len(agent.presses) == 1


def everything_fits(page: Page) -> None:
    """No key outside the screen, none under 60 px in the page's unit, none over another, no name cut."""
    found = page.evaluate(FITS)
    assert found == []


def eight_per_floor() -> hall.Cards:
    cards = {key: card for key, card in hall.public_cards().items() if not key.startswith("line/")}
    for place in range(32):
        row = (chr(65 + place % 26), "ABCD"[place // 8], "业务名称八个字长", "A service of eight", 300, (30, 45), "101")
        cards[f"line/{place}"] = hall.line_card(place, row, line=str(place)).model_dump(mode="json")
    return cards


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_full_hall_fits_without_scrolling(serve: Serve, open_page: Open, size: tuple[int, int], lang: str) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), size)
    expect(page.locator(".svc")).to_have_count(len(hall.SERVICES))
    everything_fits(page)


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_eight_services_on_each_of_four_floors_fit(serve: Serve, open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(kiosk(serve, eight_per_floor()).url, size)
    expect(page.locator(".svc")).to_have_count(32)
    everything_fits(page)


def test_300_people_waiting_and_a_name_of_40_signs_keep_their_places(serve: Serve, open_page: Open) -> None:
    long = one_line("A", name=Words(zh="名" * 40, en="n" * 40), waiting=300)
    page = open_page(kiosk(serve, hall.public_cards() | long).url)
    expect(page.locator('[data-line="A"] .svc-wait')).to_contain_text("300")
    boxes = [page.locator(f'[data-line="{line}"]').bounding_box() for line in "AB"]
    heights = [box["height"] for box in boxes if box]
    assert len(heights) == 2
    assert heights[0] == heights[1]


def test_a_hall_without_services_says_so(serve: Serve, open_page: Open) -> None:
    page = open_page(kiosk(serve, {"hall": hall.hall_card().model_dump(mode="json")}).url)
    expect(page.locator(".k-none")).to_contain_text("请到导办台")


def test_a_name_is_text_and_never_markup(serve: Serve, open_page: Open) -> None:
    evil = "<script>window.done=1</script><img src=x onerror=window.done=1>"
    cards = hall.public_cards(name=Words(zh=evil, en=evil)) | one_line("A", name=Words(zh=evil, en=evil))
    page = open_page(kiosk(serve, cards).url)
    expect(page.locator('[data-line="A"] .svc-name')).to_have_text(evil)
    assert page.evaluate("window.done") is None
    assert page.locator("main script, main img").count() == 0
