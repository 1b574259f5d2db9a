"""The kiosk says what it shows: judged by the sound that was played against the clips, not by the page's word."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from contract.refusals import refuse
from contract.words import Code, WhyClosed
from tests.browser import sample_hall as hall
from tests.browser.chromium import new_page
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent
from tests.display.packs import RATE, spoken
from tests.server.api.running_server import until

Serve = Callable[[Any], Any]
Recorded = Callable[..., Page]
RECORDER = Path(__file__).parents[1] / "display" / "recorder.js"
WITHIN_S = 40.0
ASK_ZH, ASK_EN = "您要办什么业务？请按屏幕上的业务", "Choose a service on the screen"
WINDOWS = ("1", "百", "0", "7", "pause", "1", "百", "1", "十", "1", "pause", "1", "百", "1", "十", "2")
WHERE_ZH = ("请到", "1", "楼", *WINDOWS, "号窗口")


def kiosk(serve: Serve, cards: hall.Cards | None = None, **own: Any) -> StandInAgent:
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards() if cards is None else cards, **own))
    done = {"kind": "done", "revision": 9, "ticket": None, "visit": None, "number": None, "state": None}
    agent.answer = lambda deed, body: done if deed == "call_guide" else hall.issued()
    return agent


@pytest.fixture
def recorded(browser: Browser) -> Iterator[Recorded]:
    """Opens a kiosk whose loudspeaker is written down; the browser is silent until somebody has touched the page."""
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1080, "height": 1920}, bypass_csp=True)

    def open_it(agent: StandInAgent, lang: str = "zh") -> Page:
        page = new_page(context, troubles)
        page.add_init_script(path=RECORDER)
        page.goto(agent.url.replace("#", f"?lang={lang}#"))
        expect(page.locator(".svc").first).to_be_visible()
        return page

    yield open_it
    context.close()
    assert troubles == []


def tape(page: Page) -> bytes:
    return base64.b64decode(page.evaluate("window.played()"))


def hears(page: Page, *tokens: str, language: str = "zh") -> int:
    """Waits until the sentence was played whole, sample by sample; where it begins on the tape."""
    sentence = spoken(language, *tokens)
    until(lambda: sentence in tape(page), f"{tokens} is heard", WITHIN_S)
    return tape(page).index(sentence)


def test_the_corner_key_makes_the_kiosk_say_its_question_the_service_the_number_and_where_to_go(
    serve: Serve, recorded: Recorded
) -> None:
    agent = kiosk(serve)
    page = recorded(agent)
    key = page.locator(".k-voice")
    expect(key).to_have_attribute("aria-pressed", "false")
    key.click()
    expect(key).to_have_attribute("aria-pressed", "true")
    expect(key).to_contain_text("已开")
    hears(page, ASK_ZH)
    assert page.evaluate("tape.rate") == RATE
    page.click('[data-line="D"]')
    begins = [
        hears(page, "您选的业务是", "D"),
        hears(page, "您的号是", "D", "0", "4", "7"),
        hears(page, *WHERE_ZH),
        hears(page, "前面还有", "4", "人"),
        hears(page, "大约等", "十", "到", "2", "十", "分钟"),
    ]
    assert begins == sorted(begins)
    slip = {"slip": 147, "ticket": 47, "number": "D047", "outcome": "printed", "after": None, "reason": None}
    agent.tell(last_slip=slip)
    hears(page, "请取走小票")
    assert spoken("zh", "您的号是") in tape(page)[: begins[2]]
    assert tape(page).count(spoken("zh", "您的号是", "D", "0", "4", "7")) == 1


def test_in_english_it_speaks_english_and_says_what_has_failed(serve: Serve, recorded: Recorded) -> None:
    agent = kiosk(serve)
    page = recorded(agent, "en")
    page.click(".k-voice")
    hears(page, ASK_EN, language="en")
    page.click('[data-line="D"]')
    hears(page, "Your number is", "D", "0", "4", "7", language="en")
    slip = {"slip": 147, "ticket": 47, "number": "D047", "outcome": "failed", "after": "shown", "reason": "paper_out"}
    agent.tell(last_slip=slip, printer={"state": "paper_out", "reason": None})
    hears(page, "Your slip was not printed. Please note the number", language="en")
    assert spoken("zh", ASK_ZH) not in tape(page)
    agent.tell(last_slip=slip | {"outcome": "printed"}, printer={"state": "ready", "reason": None})
    hears(page, "Please take your slip", language="en")
    times = tape(page).count(spoken("en", "Your number is", "D", "0", "4", "7"))
    assert times == 1, "a slip that came after all is said, nothing a second time"


def test_the_language_key_is_heard_at_once(serve: Serve, recorded: Recorded) -> None:
    page = recorded(kiosk(serve))
    page.click(".k-voice")
    hears(page, ASK_ZH)
    page.get_by_role("button", name="English").click()
    hears(page, ASK_EN, language="en")


def test_care_mode_speaks_by_itself_until_the_corner_key_ends_it(serve: Serve, recorded: Recorded) -> None:
    page = recorded(kiosk(serve))
    page.click(".k-care")
    hears(page, "您要办哪一类事？")
    page.click('[data-lines="C D E"]')
    hears(page, "要办哪一件？")
    page.click(".k-voice")
    expect(page.locator(".k-voice")).to_have_attribute("aria-pressed", "false")
    page.click('[data-lines="D"]')
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert spoken("zh", "您选的业务是") not in tape(page)


def one_line(prefix: str, **changed: Any) -> hall.Cards:
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == prefix)
    return {f"line/{prefix}": hall.line_card(place, row, **changed).model_dump(mode="json")}


def test_a_closed_service_says_why_and_when_again(serve: Serve, recorded: Recorded) -> None:
    shut = one_line("A", open=False, why=WhyClosed.BREAK, again="13:00")
    late = one_line("B", open=False, why=WhyClosed.AFTER_HOURS, again=None)
    page = recorded(kiosk(serve, hall.public_cards() | shut | late))
    page.click(".k-voice")
    page.click('[data-line="A"]')
    hears(page, "现在不能取号")
    hears(page, "现在是休息时间")
    hears(page, "今天", "十", "3", "点", "再开")
    page.click(".k-home")
    page.click('[data-line="B"]')
    hears(page, "十", "月", "2", "十", "2", "日", "9", "点", "再开")


def test_a_refusal_a_guide_and_a_cut_line_are_said(serve: Serve, recorded: Recorded) -> None:
    agent = kiosk(serve)
    page = recorded(agent)
    page.click(".k-voice")
    page.click(".k-guide")
    hears(page, "已经告诉导办员，请在这里等")
    page.click(".k-home")
    agent.answer = lambda deed, body: refuse(Code.TOO_SOON, seconds=4).model_dump(mode="json")
    page.click('[data-line="A"]')
    hears(page, "刚刚取过号，请稍候")
    page.click(".k-home")
    agent.tell(connected=False, since=hall.at(minutes=3))
    hears(page, "本机不能取号，请到导办台")


def test_a_printer_in_trouble_is_said_with_the_question(serve: Serve, recorded: Recorded) -> None:
    page = recorded(kiosk(serve, printer={"state": "paper_out", "reason": None}))
    page.click(".k-voice")
    assert hears(page, ASK_ZH) < hears(page, "本机打不出小票，号码会显示在屏幕上")


def test_it_is_off_at_first_and_off_again_for_the_next_citizen(serve: Serve, open_page: Open) -> None:
    agent = kiosk(serve)
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    expect(page.locator(".got-no .seal")).to_be_visible()
    assert agent.said == []
    page.click(".k-home")
    page.click(".k-voice")
    expect(page.locator(".k-voice")).to_have_attribute("aria-pressed", "true")
    until(lambda: bool(agent.said), "it speaks")

    def a_minute_later() -> bool:
        page.clock.fast_forward(61_000)
        return page.locator(".k-voice").get_attribute("aria-pressed") == "false"

    until(a_minute_later, "nobody is there any more, once the sentence has come to its end", WITHIN_S)


def test_a_browser_that_lets_no_sound_out_is_said_on_the_key_and_a_touch_opens_it(
    serve: Serve, recorded: Recorded
) -> None:
    page = recorded(kiosk(serve))
    page.evaluate(
        """() => {
          const resume = AudioContext.prototype.resume;
          const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state");
          let shut = true;
          window.open_sound = () => (shut = false);
          Object.defineProperty(BaseAudioContext.prototype, "state", {
            configurable: true, get() { return shut ? "suspended" : state.get.call(this); } });
          AudioContext.prototype.resume = function () { return shut ? new Promise(() => {}) : resume.call(this); };
        }"""
    )
    page.click(".k-voice")
    expect(page.locator(".k-voice [role=alert]")).to_have_text("浏览器不让出声")
    expect(page.locator(".k-voice .shape-tri")).to_be_visible()
    page.evaluate("open_sound()")
    page.click(".k-voice")
    hears(page, ASK_ZH)
    expect(page.locator(".k-voice [role=alert]")).to_have_count(0)
