"""The kiosk's page while the server is away and the kiosk gives numbers of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from contract.refusals import refuse
from contract.words import Code
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent
from tests.browser.test_kiosk import LANDSCAPE, PORTRAIT, everything_fits, slip

Serve = Callable[[Any], Any]
STANDBY = {"left": 43, "series": "K1-", "closed": {"X": "after_hours"}}


def without_server(serve: Serve, **own: Any) -> StandInAgent:
    part = {"connected": False, "since": hall.at(minutes=3), "standby": STANDBY, **own}
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards(), **part))
    agent.answer = lambda deed, body: hall.issued_without_server()
    return agent


def test_the_services_stay_and_it_says_that_the_line_is_cut_and_what_is_not_known(
    serve: Serve, open_page: Open
) -> None:
    page = open_page(without_server(serve).url)
    expect(page.locator(".k-band").first).to_contain_text("和服务器的连接断了，取号照常：号码以 K1- 开头")
    expect(page.locator(".k-band").first).to_contain_text("从 14:29 开始")
    expect(page.locator('[data-line="D"] .svc-wait')).to_contain_text("—")
    page.click('[data-line="X"]')
    expect(page.locator(".shut")).to_be_visible()


def test_the_number_says_what_it_is_worth_and_claims_no_more_than_is_known(serve: Serve, open_page: Open) -> None:
    agent = without_server(serve)
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    expect(page.locator(".got-no .seal")).to_have_text("K1-007")
    expect(page.locator(".facts")).to_contain_text("至少 5 人")
    expect(page.locator(".facts")).to_contain_text("14:29 断线时")
    expect(page.locator(".k-cutline")).to_contain_text("您的号是 K1-007，照样有效")
    assert [deed for deed, _, _ in agent.presses] == ["take_number"]


def test_when_no_number_is_left_the_page_says_so_and_leads_to_the_desk(serve: Serve, open_page: Open) -> None:
    agent = without_server(serve)
    agent.answer = lambda deed, body: refuse(Code.BLOCK_USED_UP).model_dump(mode="json")
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    expect(page.get_by_role("alert")).to_contain_text("本机预留的号也发完了")
    agent.tell(standby=None)
    expect(page.locator(".k-without")).to_contain_text("请到导办台")


def test_when_the_server_is_back_the_page_is_as_ever(serve: Serve, open_page: Open) -> None:
    agent = without_server(serve)
    page = open_page(agent.url)
    expect(page.locator(".k-band").first).to_contain_text("K1-")
    agent.tell(connected=True, since=None, standby=None)
    expect(page.locator(".k-band")).to_have_count(0)
    expect(page.locator('[data-line="D"] .svc-wait')).not_to_contain_text("—")


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("outcome", ["printed", "failed"])
def test_everything_fits(
    serve: Serve, open_page: Open, size: tuple[int, int], lang: str, outcome: str
) -> None:
    agent = without_server(serve, last_slip=slip(outcome, number="K1-007"))
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), size)
    expect(page.locator(".svc").first).to_be_visible()
    everything_fits(page)
    page.click('[data-line="D"]')
    expect(page.locator(".got-taken" if outcome == "printed" else ".got-none")).to_be_visible()
    everything_fits(page)
