"""The clerk's bar (小条): 320 × 88, always on top, with the keys, reasons and hotkeys of the window page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract.refusals import refuse
from contract.words import Code, WindowState
from tests.browser import sample_hall as hall
from tests.browser import sample_staff as staff
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, window_agent
from tests.browser.window_page import at_rest, dressed
from tests.server.api.running_server import until
from window_client.hotkey_table import DEFAULTS

Serve = Callable[[Any], Any]
SIZE = (1280, 800)
WITHOUT_PICTURE_IN_PICTURE = "delete window.documentPictureInPicture;"
# Keys that stand outside the bar, over each other, or whose words are cut.
FITS = """() => {
  const keys = [...document.querySelectorAll("button")].map((key) => [key.innerText, key.getBoundingClientRect()]);
  const wrong = keys.filter(([, box], i) => box.right > 320.5 || box.bottom > 88.5 || box.height < 32 ||
    keys.some(([, other], j) => j > i && other.left < box.right - 1 && box.left < other.right - 1 &&
      other.top < box.bottom - 1 && box.top < other.bottom - 1));
  const cut = [...document.querySelectorAll(".bar-keys:not(.bar-choices) .bar-key span, .bar-wait, .bar-no")];
  const short = cut.filter((one) => one.scrollWidth > one.clientWidth + 1);
  return [...wrong.map(([text]) => text), ...short.map((one) => one.innerText)];
}"""


def window(serve: Serve, work: Any = None, **own: Any) -> StandInAgent:
    agent: StandInAgent = serve(window_agent(staff.staff_cards(work), **own))
    agent.answer = lambda deed, body: hall.called()
    return agent


def with_bar(open_page: Open, agent: StandInAgent, lang: str = "zh", *, still: bool = False) -> tuple[Page, Page]:
    """The window page and its bar, in the bar's own size; `still`: time goes on as the test says."""
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), SIZE, still=still)
    return page, bar_of(page)


def bar_of(page: Page) -> Page:
    with page.context.expect_page() as opened:
        page.click(".wp-bar")
    bar = opened.value
    bar.set_viewport_size({"width": 320, "height": 88})
    expect(bar.locator(".bar")).to_be_visible()
    return dressed(bar)


def deeds_of(agent: StandInAgent) -> list[tuple[str, dict[str, Any]]]:
    return [(deed, body) for deed, body, _ in agent.presses]


def test_the_bar_stands_on_top_by_picture_in_picture_and_its_key_closes_it(serve: Serve, open_page: Open) -> None:
    page = open_page(window(serve).url, SIZE)
    blocked: list[str] = []
    page.context.on("console", lambda said: blocked.append(said.text) if "Security Policy" in said.text else None)
    bar = bar_of(page)
    assert page.evaluate("documentPictureInPicture.window !== null")
    expect(page.locator(".wp-bar")).to_have_attribute("aria-pressed", "true")
    for said in ("L086", "办理中", "37", "人等候"):
        expect(bar.locator(".bar-say")).to_contain_text(said)
    expect(bar.locator(".bar")).to_have_css("width", "320px")  # its styles came
    assert blocked == []
    page.click(".wp-bar")
    expect(page.locator(".wp-bar")).to_have_attribute("aria-pressed", "false")
    page.wait_for_function("() => documentPictureInPicture.window === null")  # text would be evaluated: CSP


def test_closing_the_bar_returns_to_the_page(serve: Serve, open_page: Open) -> None:
    page, bar = with_bar(open_page, window(serve))
    bar.evaluate("window.close()")
    expect(page.locator(".wp-bar")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".wp-no")).to_have_text("L086")


def test_without_picture_in_picture_it_is_a_window_of_its_own_and_says_so(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.free_work())
    page = open_page("about:blank", SIZE, still=True)  # what is said stands for five seconds
    page.add_init_script(WITHOUT_PICTURE_IN_PICTURE)
    page.goto(agent.url)
    bar = bar_of(page)
    expect(page.locator(".wp-say")).to_contain_text("不能让小条总在最前")
    expect(bar.locator(".bar-state")).to_contain_text("空闲")
    page.clock.run_for(1_000)
    bar.keyboard.press("F2")
    expect(page.locator(".wp-say")).to_contain_text("已叫 L087")
    assert deeds_of(agent) == [("call_next", {"visit": None})]
    bar.close()
    expect(page.locator(".wp-bar")).to_have_attribute("aria-pressed", "false")


def test_a_browser_that_opens_no_window_is_told_of(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    page = open_page("about:blank", SIZE)
    page.add_init_script(WITHOUT_PICTURE_IN_PICTURE + "window.open = () => null;")
    page.goto(agent.url)
    page.click(".wp-bar")
    expect(page.locator(".wp-say")).to_contain_text("请允许本页弹出窗口")


def test_one_citizen_is_served_from_the_bar_by_hotkeys_alone(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.free_work())
    page, bar = with_bar(open_page, agent)
    page.clock.run_for(1_000)
    bar.keyboard.press("F2")
    expect(at_rest(page)).to_be_visible()
    agent.tell({"work/211": staff.called_work().model_dump(mode="json")})
    expect(bar.locator(".bar-main")).to_contain_text("开始")
    page.clock.run_for(1_000)
    bar.keyboard.press("F4")
    expect(at_rest(page)).to_be_visible()
    agent.tell({"work/211": staff.work_card().model_dump(mode="json")})
    expect(bar.locator(".bar-main")).to_contain_text("办结")
    bar.keyboard.press("2")  # the outcome, as on the page
    expect(bar.locator(".bar-state")).to_contain_text("受理 ×1")
    page.clock.run_for(1_000)
    bar.keyboard.press("F2")
    expect(at_rest(page)).to_be_visible()
    assert deeds_of(agent) == [
        ("call_next", {"visit": None}),
        ("start_service", {"visit": 78}),
        ("finish", {"visit": 77, "outcome": "accepted", "items": 1}),
    ]


def test_the_keys_of_the_bar_can_be_touched_and_reached_by_tab(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.called_work())
    page, bar = with_bar(open_page, agent)
    bar.locator('[data-deed="miss"]').click()
    expect(at_rest(page)).to_be_visible()
    for _ in range(10):
        bar.keyboard.press("Tab")
        if bar.evaluate("document.activeElement.dataset.deed") == "start_service":
            break
    bar.keyboard.press("Enter")
    expect(at_rest(page)).to_be_visible()
    assert deeds_of(agent) == [("miss", {"visit": 78}), ("start_service", {"visit": 78})]


def test_a_key_that_cannot_be_pressed_says_why_in_the_upper_line_and_sends_nothing(
    serve: Serve, open_page: Open
) -> None:
    agent = window(serve)
    page, bar = with_bar(open_page, agent)
    bar.keyboard.press("F3")
    expect(bar.get_by_role("alert")).to_contain_text("重呼：手上的号不在这一步")
    page.clock.run_for(6_000)
    expect(bar.locator(".bar-no")).to_have_text("L086")
    assert agent.presses == []


def test_a_recall_that_opens_soon_counts_its_seconds(serve: Serve, open_page: Open) -> None:
    page, bar = with_bar(open_page, window(serve, staff.called_work()), still=True)
    recall = bar.locator('[data-deed="recall"]')
    expect(recall).to_contain_text("秒")
    expect(recall).to_have_attribute("aria-disabled", "true")
    page.clock.run_for(10_000)
    expect(recall).to_have_attribute("aria-disabled", "false")
    expect(recall).to_contain_text("F3")


def test_a_refusal_takes_the_upper_line(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    agent.answer = lambda deed, body: refuse(Code.STALE).model_dump(mode="json")
    _, bar = with_bar(open_page, agent, still=True)
    bar.locator('[data-deed="finish"]').click()
    expect(bar.get_by_role("alert")).to_contain_text("窗口的情况已经变了")
    expect(bar.get_by_role("alert")).to_contain_text("请看最新状态后再操作")


def test_a_hold_a_transfer_and_a_pause_need_two_keys(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    page, bar = with_bar(open_page, agent)
    bar.keyboard.press("F6")
    expect(bar.locator(".bar-choices .bar-key")).to_have_count(3)
    bar.keyboard.press("2")
    expect(at_rest(page)).to_be_visible()
    bar.keyboard.press("F7")
    expect(bar.locator(".bar-choices")).to_contain_text("M 契税与不动产联办")
    bar.keyboard.press("2")
    expect(at_rest(page)).to_be_visible()
    agent.tell({"work/211": staff.free_work().model_dump(mode="json")})
    expect(bar.locator('[data-deed="pause_window"]')).to_have_attribute("aria-disabled", "false")
    bar.keyboard.press("F8")
    bar.keyboard.press("5")  # the fifth place turns the page
    bar.get_by_role("button", name="系统").click()
    expect(bar.locator(".bar-choices")).to_have_count(0)
    expect(at_rest(page)).to_be_visible()
    assert deeds_of(agent) == [
        ("hold", {"visit": 77, "kind": "with_papers"}),
        ("pass_on", {"visit": 77, "line": "M"}),
        ("pause_window", {"reason": "系统故障"}),
    ]


def test_a_choice_may_be_left(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    _, bar = with_bar(open_page, agent)
    bar.keyboard.press("F6")
    expect(bar.locator(".bar-choices")).to_be_visible()
    bar.keyboard.press("Escape")
    expect(bar.locator(".bar-no")).to_have_text("L086")
    assert agent.presses == []


def test_a_silent_keypad_and_a_cut_line_stand_in_the_upper_line(serve: Serve, open_page: Open) -> None:
    agent = window(serve, devices={"keypad": "silent", "strip": "ready", "pad": "none"})
    _, bar = with_bar(open_page, agent)
    expect(bar.get_by_role("alert")).to_contain_text("评价器无回应，叫号不受影响")
    agent.tell(connected=False, since=hall.at(seconds=18))
    expect(bar.get_by_role("alert")).to_contain_text("连不上服务器")
    able = bar.locator('.bar-key[aria-disabled="false"]').evaluate_all("keys => keys.map((key) => key.dataset.deed)")
    assert set(able) <= {"finish"}


def test_a_pause_longer_than_a_quarter_of_an_hour_becomes_a_warning(serve: Serve, open_page: Open) -> None:
    short = staff.free_work(state=WindowState.PAUSED, paused_reason="就餐", paused_since=hall.at(minutes=6))
    agent = window(serve, short)
    _, bar = with_bar(open_page, agent)
    expect(bar.locator(".bar-state")).to_contain_text("就餐")
    long = short.model_copy(update={"paused_since": hall.at(minutes=16)})
    agent.tell({"work/211": long.model_dump(mode="json")})
    expect(bar.get_by_role("alert")).to_contain_text("暂停已 16:")


def test_no_rating_is_ever_on_the_bar_and_signing_out_closes_it(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.free_work(invitation=staff.invitation()))
    page, bar = with_bar(open_page, agent)
    assert "满意" not in bar.inner_text("main")
    with bar.expect_event("close"):
        agent.tell(signed_in=False)
    expect(page.locator(".wp-sign")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_state_fits_320_by_88(serve: Serve, open_page: Open, lang: str) -> None:
    agent = window(serve)
    _, bar = with_bar(open_page, agent, lang)
    paused = staff.free_work(state=WindowState.PAUSED, paused_reason="就餐", paused_since=hall.at(minutes=6))
    chained = staff.work_card(deeds=staff.deeds("finish", "hold", "pass_on", "call_next", recall="step_not_allowed"))
    empty = staff.free_work(waiting=0, next_numbers=[], deeds=staff.deeds("pause_window", call_next="nobody_waiting"))
    wrong = {}
    for name, work in {
        "serving": staff.work_card(), "called": staff.called_work(), "free": staff.free_work(), "paused": paused,
        "chained": chained, "empty": empty,
    }.items():  # fmt: skip
        agent.tell({"work/211": work.model_dump(mode="json")})
        expect(bar.locator(f".shape-{SHAPES[work.state.value]}")).to_have_count(1)
        if found := bar.evaluate(FITS):
            wrong[name] = found
    assert wrong == {}


SHAPES = {"free": "idle", "called": "call", "serving": "work", "paused": "pause"}


def hotkeys(**told: Any) -> dict[str, Any]:
    return {"hotkeys": {"keys": dict(DEFAULTS), "grabbed": False, "why": None, "taken": [], **told}}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("told", "words"),
    [
        (hotkeys(why="no_library"), {"zh": "没有安装", "en": "not installed"}),
        (hotkeys(why="no_display"), {"zh": "X11", "en": "X11"}),
        (hotkeys(why="wayland"), {"zh": "Wayland", "en": "Wayland"}),
        (hotkeys(why="no_system"), {"zh": "做不到", "en": "not supported"}),
        (hotkeys(grabbed=True, taken=["F5"]), {"zh": "F5 只在本页有键盘时有效", "en": "F5 only while this page has"}),
    ],
)
def test_hotkeys_that_need_the_page_say_so_on_page_and_bar(
    serve: Serve, open_page: Open, lang: str, told: dict[str, Any], words: dict[str, str]
) -> None:
    page, bar = with_bar(open_page, window(serve, **told), lang, still=True)
    page.clock.run_for(100)
    expect(bar.locator(".bar-warn")).to_contain_text(words[lang])
    expect(page.locator(".wp-say")).to_contain_text(words[lang])
    page.clock.run_for(6_000)
    expect(bar.locator(".bar-here")).to_have_attribute("title", re.compile(words[lang]))
    expect(bar.locator(".bar-no")).to_have_text("L086")  # the number is back
    expect(page.locator(".wp-here")).to_contain_text(words[lang])
    assert bar.evaluate(FITS) == []


def test_grabbed_keys_do_what_the_keys_of_the_page_do(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.called_work(), **hotkeys(grabbed=True))
    agent.answer = lambda deed, body: {"kind": "done", "revision": 9}  # of which the page says nothing
    page, bar = with_bar(open_page, agent)
    expect(page.locator(".wp-here")).to_have_count(0)
    page.clock.run_for(1_000)
    agent.hotkey("F2", "a" * 32)
    agent.hotkey("F2", "a" * 32)  # told twice: still one press
    until(lambda: agent.presses, "the grabbed key has done its deed")
    expect(at_rest(page)).to_be_visible()
    assert {(deed, press) for deed, _, press in agent.presses} == {("start_service", "a" * 32)}
    agent.hotkey("F8", "b" * 32)
    expect(bar.locator(".bar-warn")).to_contain_text("暂停")  # why it cannot be done now
    agent.tell({"work/211": staff.work_card().model_dump(mode="json")})
    agent.hotkey("F6", "c" * 32)
    expect(bar.locator(".bar-choices")).to_be_visible()
    expect(page.locator(".wp-choose")).to_be_visible()


def test_changed_keys_stand_on_the_keys_and_work(serve: Serve, open_page: Open) -> None:
    keys = {**DEFAULTS, "main": "Ctrl+F2", "recall": "Alt+F11", "hold": "F12"}
    agent = window(serve, **hotkeys(keys=keys))
    page, bar = with_bar(open_page, agent)
    expect(page.locator(".wp-main kbd")).to_have_text("Ctrl+F2")
    expect(bar.locator('[data-deed="recall"] kbd')).to_have_text("Alt+F11")
    assert bar.evaluate(FITS) == []
    page.clock.run_for(1_000)
    bar.keyboard.press("F2")
    bar.keyboard.press("F12")
    expect(bar.locator(".bar-choices")).to_be_visible()
    assert agent.presses == []
    bar.keyboard.press("Escape")
    bar.keyboard.press("Control+F2")
    expect(at_rest(page)).to_be_visible()
    assert [deed for deed, _, _ in agent.presses] == ["finish"]
