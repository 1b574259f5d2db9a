"""Every page passes axe-core: nothing serious and nothing critical, in both languages where a page has both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract.words import WindowState
from tests.browser import sample_command as command
from tests.browser import sample_hall as hall
from tests.browser import sample_staff as staff
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent, window_agent
from tests.browser.stand_in_server import StandInServer
from tests.browser.test_window_screen import window
from tests.browser.window_page import dressed

Serve = Callable[[Any], Any]
AXE = (Path(__file__).parent / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, { resultTypes: ['violations'] })"
LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
SESSION = '{"token": "7.session", "name": "刘敏", "roles": ["guide", "floor_manager"]}'


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical: rule, and where."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_a_page_that_is_wrong_is_found(serve: Serve, open_page: Open) -> None:
    page = open_page(serve(kiosk_agent(hall.public_cards())).url, (1080, 1920))
    expect(page.locator(".svc").first).to_be_visible()
    page.evaluate("document.querySelector('.k-care').replaceChildren()")
    assert [one.partition(":")[0] for one in serious(page)] == ["button-name"]


def long_d() -> hall.Cards:
    place, row = next((place, row) for place, row in enumerate(hall.SERVICES) if row[0] == "D")
    line = hall.line_card(place, row, waiting=64, wait=(70, 95))
    return hall.public_cards() | {"line/D": line.model_dump(mode="json")}


KIOSK: dict[str, list[str]] = {
    "first page": [],
    "departments": [".k-more .key >> nth=0"],
    "what to bring": [".k-more .key >> nth=1", '[data-line="F"]'],
    "long wait": ['[data-line="D"]'],
    "closed": ['[data-line="X"]'],
    "guide": [".k-guide"],
    "number": ['[data-line="C"]'],
    "care mode": [".k-care"],
    "care mode, services": [".k-care", '[data-lines="A B"]'],
    "contrast": [".k-foot > .key >> nth=0"],
}


@pytest.mark.parametrize("way", KIOSK)
@LANGS
def test_the_kiosk(serve: Serve, open_page: Open, way: str, lang: str) -> None:
    agent: StandInAgent = serve(kiosk_agent(long_d()))
    done = {"kind": "done", "revision": 9, "ticket": None, "visit": None, "number": None, "state": None}
    agent.answer = lambda deed, body: done if deed == "call_guide" else hall.issued()
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), (1080, 1920))
    for step in KIOSK[way]:
        page.click(step)
    expect(page.locator("h1").first).to_be_visible()
    assert serious(page) == []


WORKS: dict[str, Any] = {
    "serving": staff.work_card(),
    "called": staff.called_work(),
    "free": staff.free_work(),
    "paused": staff.free_work(state=WindowState.PAUSED, paused_reason="就餐", paused_since=hall.at(minutes=6)),
}


@pytest.mark.parametrize("state", WORKS)
@LANGS
def test_the_window_page_and_its_bar(serve: Serve, open_page: Open, state: str, lang: str) -> None:
    agent = serve(window_agent(staff.staff_cards(WORKS[state])))
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), (1280, 800))
    expect(page.locator(".wp-main")).to_be_visible()
    assert serious(page) == []
    with page.context.expect_page() as opened:
        page.click(".wp-bar")
    bar = opened.value
    bar.set_viewport_size({"width": 320, "height": 88})
    expect(bar.locator(".bar")).to_have_css("width", "320px")
    assert serious(dressed(bar)) == []
    if state == "serving":
        page.keyboard.press("F7")
        expect(bar.locator(".bar-choices")).to_be_visible()
        assert serious(bar) == []
        assert serious(page) == []


@LANGS
def test_the_sign_in_at_a_window(serve: Serve, open_page: Open, lang: str) -> None:
    agent = serve(window_agent(staff.staff_cards(), signed_in=False))
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), (1280, 800))
    expect(page.locator("[name=staff_no]")).to_be_visible()
    assert serious(page) == []


def hall_server(serve: Serve, cards: hall.Cards) -> StandInServer:
    server: StandInServer = serve(StandInServer(cards, clock=lambda: hall.NOW))
    zones = [zone.model_dump() for zone in hall.hall_card().zones]
    server.halls = [{"code": "LJ", "name": hall.hall_card().name.model_dump(), "zones": zones}]
    return server


def asked() -> hall.Cards:
    cards = staff.staff_cards()
    request = {"request": 700, "kiosk": "K1", "zone": "A", "since": hall.at(minutes=3)}
    return cards | {"devices": cards["devices"] | {"requests": [request]}}


@pytest.mark.parametrize(
    ("path", "ready"),
    [("/", ".ix-links"), ("/LJ/board?zone=C", ".seal-now"), ("/LJ/desk", ".dk-sign")],
    ids=["index", "board", "desk sign-in"],
)
@LANGS
def test_the_servers_pages(serve: Serve, open_page: Open, path: str, ready: str, lang: str) -> None:
    server = hall_server(serve, staff.staff_cards())
    page = open_page(f"{server.url}{path}{'&' if '?' in path else '?'}lang={lang}", (1440, 900))
    expect(page.locator(ready).first).to_be_visible()
    assert serious(page) == []


@LANGS
def test_the_desk(serve: Serve, open_page: Open, lang: str) -> None:
    server = hall_server(serve, asked())
    page = open_page(f"{server.url}/LJ/desk?lang={lang}", (1440, 900), SESSION)
    expect(page.locator(".dk-requests")).to_be_visible()
    assert serious(page) == []
    page.locator('[data-line="L"]').first.click()
    page.click(".dk-queue tr:nth-child(3) button")
    expect(page.locator(".dk-act").first).to_be_visible()
    assert serious(page) == []


MANAGER = '{"token": "7.session", "name": "刘敏", "roles": ["hall_manager"]}'


@pytest.mark.parametrize("calm", [True, False], ids=["calm", "alerts"])
@LANGS
def test_the_command_screen(serve: Serve, open_page: Open, calm: bool, lang: str) -> None:
    told = {} if calm else {"alerts": command.alert("一楼等候超时", "Long waits on 1F")}
    server = hall_server(serve, command.manager_cards() | told)
    page = open_page(f"{server.url}/LJ/command?lang={lang}", (1920, 1080), MANAGER)
    expect(page.locator(".win").first).to_be_visible()
    assert serious(page) == []


@LANGS
def test_the_command_screens_sign_in(serve: Serve, open_page: Open, lang: str) -> None:
    page = open_page(f"{hall_server(serve, command.manager_cards()).url}/LJ/command?lang={lang}", (1920, 1080))
    expect(page.locator("input[type=password]")).to_be_visible()
    assert serious(page) == []


@pytest.mark.parametrize("size", [(1920, 360), (1280, 720)], ids=["strip", "panel"])
@pytest.mark.parametrize("state", [WindowState.CALLED, WindowState.SERVING, WindowState.PAUSED, WindowState.FREE])
@LANGS
def test_the_screen_above_a_window(
    serve: Serve, open_page: Open, state: WindowState, size: tuple[int, int], lang: str
) -> None:
    server = hall_server(serve, hall.public_cards() | {"window/211": window(state)})
    page = open_page(f"{server.url}/LJ/window/211?lang={lang}", size)
    expect(page.locator(".ws")).to_be_visible()
    assert serious(page) == []
