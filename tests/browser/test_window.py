"""The clerk's page: one red key, hotkeys, reasons for what cannot be pressed, undo, holds, ratings without levels."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from contract.refusals import refuse
from contract.words import Code
from tests.browser import sample_hall as hall
from tests.browser import sample_staff as staff
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, window_agent
from tests.browser.window_page import at_rest

Serve = Callable[[Any], Any]
SIZE = (1280, 800)


def window(serve: Serve, work: Any = None, **own: Any) -> StandInAgent:
    agent: StandInAgent = serve(window_agent(staff.staff_cards(work), **own))
    agent.answer = lambda deed, body: hall.called()
    return agent


def deeds_of(agent: StandInAgent) -> list[tuple[str, dict[str, Any]]]:
    return [(deed, body) for deed, body, _ in agent.presses]


def test_f2_calls_the_next_and_says_why_this_one(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.free_work())
    page = open_page(agent.url, SIZE)
    expect(page.locator(".wp-main")).to_contain_text("叫下一位")
    page.clock.run_for(1_000)
    page.keyboard.press("F2")
    expect(page.locator(".wp-say")).to_have_text("已叫 L087：最早的普通号")
    assert deeds_of(agent) == [("call_next", {"visit": None})]


def test_a_second_tap_of_f2_is_not_taken_for_the_next_step(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.free_work())
    page = open_page(agent.url, SIZE, still=True)  # the two taps are one moment, however long the machine takes
    expect(page.locator(".wp-main")).to_contain_text("叫下一位")
    page.clock.run_for(1_000)
    page.keyboard.press("F2")
    expect(page.locator(".wp-say")).to_be_visible()
    agent.tell({"work/211": staff.called_work().model_dump(mode="json")})
    expect(page.locator(".wp-main")).to_contain_text("开始")
    page.keyboard.press("F2")  # the same moment for the clerk
    page.clock.run_for(1_000)
    page.keyboard.press("F2")
    expect(page.locator(".wp-say")).to_be_visible()
    assert [deed for deed, _ in deeds_of(agent)] == ["call_next", "start_service"]


def test_f4_finishes_with_the_outcome_chosen_by_a_digit(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    agent.answer = lambda deed, body: {"kind": "done", "revision": 9}
    page = open_page(agent.url, SIZE)
    expect(page.locator(".wp-no")).to_have_text("L086")
    page.keyboard.press("3")
    page.click(".wp-items button >> nth=1")
    expect(page.locator(".wp-main")).to_contain_text("补件")
    page.keyboard.press("F4")
    expect(at_rest(page)).to_be_visible()
    assert deeds_of(agent) == [("finish", {"visit": 77, "outcome": "supplement", "items": 2})]


def test_a_key_that_cannot_be_pressed_says_why_and_sends_nothing(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    page = open_page(agent.url, SIZE)
    expect(page.locator(".wp-no")).to_have_text("L086")
    page.keyboard.press("F8")
    expect(page.locator(".wp-say")).to_have_text("暂停：手上还有号，请先办结、过号或挂起")
    page.clock.run_for(6_000)
    expect(page.locator(".wp-say")).to_have_count(0)
    assert agent.presses == []


def test_a_refusal_says_what_happened_and_what_to_do(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    agent.answer = lambda deed, body: refuse(Code.STALE).model_dump(mode="json")
    page = open_page(agent.url, SIZE, still=True)  # a refusal stands for five seconds
    page.locator('.wp-keys [data-deed="finish"]').click()
    expect(page.get_by_role("alert")).to_contain_text("窗口的情况已经变了")
    expect(page.get_by_role("alert")).to_contain_text("请看最新状态后再操作")


def test_recall_opens_and_undo_ends_by_time(serve: Serve, open_page: Open) -> None:
    page = open_page(window(serve, staff.called_work()).url, SIZE, still=True)
    recall, undo = page.locator('[data-deed="recall"]'), page.locator('[data-deed="undo_call"]')
    expect(recall).to_contain_text("秒后")
    expect(undo).to_have_attribute("aria-disabled", "false")
    page.clock.run_for(10_000)
    expect(recall).to_have_attribute("aria-disabled", "false")
    expect(undo).to_have_attribute("aria-disabled", "true")


def test_a_hold_asks_for_its_kind_once(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    page = open_page(agent.url, SIZE)
    expect(page.locator(".wp-no")).to_be_visible()
    page.keyboard.press("F6")
    expect(page.locator(".wp-choose li")).to_have_count(3)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".wp-choose")).to_have_count(0)
    expect(at_rest(page)).to_be_visible()
    assert deeds_of(agent) == [("hold", {"visit": 77, "kind": "with_papers"})]


def test_a_transfer_chooses_its_line_and_a_pause_its_reason(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    page = open_page(agent.url, SIZE)
    page.locator('[data-deed="pass_on"]').click()
    page.get_by_role("button", name="M 契税与不动产联办").click()
    expect(page.locator(".wp-choose")).to_have_count(0)
    expect(at_rest(page)).to_be_visible()
    agent.tell({"work/211": staff.free_work().model_dump(mode="json")})
    page.locator('[data-deed="pause_window"][aria-disabled=false]').click()
    page.get_by_role("button", name="就餐").click()
    expect(page.locator(".wp-choose")).to_have_count(0)
    expect(at_rest(page)).to_be_visible()
    assert deeds_of(agent) == [("pass_on", {"visit": 77, "line": "M"}), ("pause_window", {"reason": "就餐"})]


def test_held_and_missed_tickets_are_taken_back(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.free_work())
    page = open_page(agent.url, SIZE)
    page.locator('.wp-side [data-deed="resume"]').first.click()
    expect(page.locator(".wp-say")).to_be_visible()
    page.locator('.wp-side [data-deed="return_missed"]').first.click()
    expect(page.locator(".wp-say")).to_be_visible()
    assert deeds_of(agent) == [("resume", {"ticket": 71, "visit": None}), ("return_missed", {"ticket": 80})]


def test_a_running_invitation_shows_that_it_runs_and_no_level(serve: Serve, open_page: Open) -> None:
    page = open_page(window(serve, staff.free_work(invitation=staff.invitation())).url, SIZE)
    expect(page.locator(".wp-ask")).to_contain_text("请群众评价 L085")
    assert "满意" not in page.inner_text("main")
    page.clock.run_for(60_000)
    expect(page.locator(".wp-ask")).to_have_count(0)


def test_a_cut_takes_all_keys_but_the_finish_of_the_visit_in_hand(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    page = open_page(agent.url, SIZE)
    expect(page.locator(".wp-no")).to_be_visible()
    agent.tell(connected=False, since=hall.at(seconds=18))
    expect(page.get_by_role("alert")).to_contain_text("连不上服务器")
    able = page.locator('.wp-keys [aria-disabled="false"]')
    assert able.evaluate_all("keys => keys.map((key) => key.dataset.deed)") == ["finish"]
    agent.tell(finished_late=77)
    expect(page.locator(".wp-nobody")).to_contain_text("办结已记在本机")
    assert page.locator('.wp-keys [aria-disabled="false"]').count() == 0
    page.clock.run_for(1_000)
    page.keyboard.press("F2")
    assert agent.presses == []


def test_the_clerk_sees_that_the_number_was_given_without_the_server(serve: Serve, open_page: Open) -> None:
    work = staff.work_card()
    assert work.ticket is not None
    late = work.ticket.model_copy(update={"number": "K2-003", "late": True})
    page = open_page(window(serve, work.model_copy(update={"ticket": late})).url, SIZE)
    expect(page.locator(".wp-docs")).to_contain_text("断线时取的号")
    expect(page.locator(".wp-no")).to_have_text("K2-003")


def test_device_faults_stand_in_the_head(serve: Serve, open_page: Open) -> None:
    devices = {"keypad": "silent", "strip": "unplugged", "pad": "none"}
    page = open_page(window(serve, devices=devices, outbox=3).url, SIZE)
    for said in ("评价器 无回应", "条屏 没有接上", "待送 3 条"):
        expect(page.locator(".wp-top")).to_contain_text(said)


def test_a_clerk_signs_in_and_a_wrong_password_is_told(serve: Serve, open_page: Open) -> None:
    agent = window(serve, signed_in=False)
    agent.answer = lambda deed, body: refuse(Code.WRONG_PASSWORD).model_dump(mode="json")
    page = open_page(agent.url, SIZE)
    page.fill("[name=staff_no]", "2011")
    page.fill("[name=password]", "not the one 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("工号或密码不对")
    assert deeds_of(agent) == [("sign_in", {"staff_no": "2011", "password": "not the one 1"})]
    agent.tell(signed_in=True)
    expect(page.locator(".wp-no")).to_have_text("L086")


def test_names_and_reasons_are_text(serve: Serve, open_page: Open) -> None:
    work = staff.work_card()
    evil = "<b onclick=window.done=1>&lt;"
    clerk = work.clerk.model_copy(update={"name": evil}) if work.clerk else None
    page = open_page(window(serve, work.model_copy(update={"clerk": clerk})).url, SIZE)
    expect(page.locator(".wp-who")).to_contain_text(evil)


def test_a_clerk_sees_their_own_day_and_no_rating_in_it(serve: Serve, open_page: Open) -> None:
    agent = window(serve)
    page = open_page(agent.url, SIZE)
    own = page.locator(".wp-side section").last
    for said in ("办结", "24 人次", "件数", "31", "平均每人", "6:46 分"):
        expect(own).to_contain_text(said)
    assert "满意" not in own.inner_text()
    agent.tell({"work/211": staff.free_work(finished_today=0, items_today=0, mean_handling_s=None).model_dump()})
    expect(own).not_to_contain_text("平均每人")


def test_outcome_keys_can_be_touched(serve: Serve, open_page: Open) -> None:
    page = open_page(window(serve).url, SIZE)
    keys = page.locator(".wp-out button, .wp-items button")
    expect(keys).to_have_count(9)
    assert min(box["height"] for key in keys.all() if (box := key.bounding_box())) >= 44


def called_at(second: int, *, announced: bool | None) -> dict[str, Any]:
    """A ticket called at 14:32:`second`, by the sample hall's clock."""
    card = staff.called_work().model_dump(mode="json")
    card["visit"] |= {"last_called_at": hall.at(seconds=-second), "announced": announced, "recalls": 1}
    return {"work/211": card}


def test_a_call_that_nobody_heard_is_marked_after_five_seconds(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.called_work())
    page = open_page(agent.url, SIZE, still=True)
    expect(page.locator(".wp-main")).to_contain_text("开始")
    agent.tell(called_at(0, announced=False))
    expect(page.locator(".wp-state")).to_contain_text("重呼")  # the page has heard of this call
    page.clock.run_for(3_000)
    expect(page.locator(".wp-silent")).to_have_count(0)
    page.clock.run_for(3_000)
    expect(page.locator(".wp-silent")).to_have_text("没有播报")
    agent.tell(called_at(0, announced=True))
    expect(page.locator(".wp-silent")).to_have_count(0)


@pytest.mark.parametrize(("why", "told"), [("absent", "播报的大屏不在"), ("blocked", "浏览器没有放出")])
def test_that_nobody_speaks_in_the_zone_is_told_before_and_with_a_call(
    serve: Serve, open_page: Open, why: str, told: str
) -> None:
    no_voice = {"no_voice": {"zone": "A", "why": why}}
    agent = window(serve, staff.free_work())
    page = open_page(agent.url, SIZE)
    agent.tell({"work/211": staff.free_work().model_dump(mode="json") | no_voice})
    expect(page.locator(".wp-silent")).to_contain_text(f"语音 A 区没有声音：{told}")
    agent.tell({"work/211": called_at(0, announced=False)["work/211"] | no_voice})
    expect(page.locator(".wp-main")).to_contain_text("开始")
    expect(page.locator(".wp-silent")).to_contain_text(told)
    agent.tell({"work/211": called_at(0, announced=True)["work/211"]})
    expect(page.locator(".wp-silent")).to_have_count(0)


def test_where_nobody_speaks_no_call_is_marked(serve: Serve, open_page: Open) -> None:
    agent = window(serve, staff.called_work())
    page = open_page(agent.url, SIZE)
    agent.tell(called_at(0, announced=None))
    expect(page.locator(".wp-state")).to_contain_text("重呼")
    page.clock.run_for(10_000)
    expect(page.locator(".wp-main")).to_contain_text("开始")
    expect(page.locator(".wp-silent")).to_have_count(0)
