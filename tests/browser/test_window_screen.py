"""The screen above a window: whose turn it is, who serves, how it tells its age; an empty field leaves no hole."""

import io
from collections.abc import Callable
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from contract.cards import Panel
from contract.replies import Words
from contract.words import WindowState
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_server import StandInServer

Serve = Callable[[Any], Any]
STRIP, PANEL = (1920, 360), (1280, 720)
SERVICES = [
    Words(zh="发票领用与申报", en="Invoices and tax returns"),
    Words(zh="契税与不动产联办", en="Deed tax with property"),
]
WHO = Panel(staff_no="2011", name="何立新", title=None, party=True, honour="党员示范岗", promise="笑脸相迎，耐心办理")


def window(state: WindowState = WindowState.CALLED, panel: Panel | None = WHO, **changed: Any) -> dict[str, Any]:
    number = "L086" if state in (WindowState.CALLED, WindowState.SERVING) else None
    values = {"state": state, "number": number, "services": SERVICES, "panel": panel, **changed}
    return hall.window_card("211", "B", "区税务局", "Tax bureau", **values).model_dump(mode="json")


def screen(serve: Serve, card: dict[str, Any]) -> StandInServer:
    cards = hall.public_cards() | {"window/211": card}
    cards["window/208"] = hall.window_card("208", "B", "区税务局", "Tax bureau", state=WindowState.FREE).model_dump(
        mode="json"
    )
    server: StandInServer = serve(StandInServer(cards, clock=lambda: hall.NOW))
    return server


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 80), (90, 120, 140)).save(made, "JPEG")
    return made.getvalue()


def inside(page: Page) -> bool:
    """Nothing that is shown is cut by the screen's edge."""
    found: bool = page.evaluate(
        """() => [...document.querySelectorAll(".ws b, .ws dd, .ws p, .ws .seal, .ws .tag")].every((one) => {
          const box = one.getBoundingClientRect();
          return box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1 && box.left >= -1 && box.top >= -1;
        })"""
    )
    return found


def test_a_call_stands_behind_the_seal_beside_who_serves(serve: Serve, open_page: Open) -> None:
    server = screen(serve, window())
    server.portraits["2011"] = picture()
    for size in (STRIP, PANEL):
        page = open_page(server.url + "/LJ/window/211", size)
        expect(page.locator(".seal-now")).to_have_text("L086")
        expect(page.locator(".ws-win .num")).to_have_text("211")
        expect(page.locator(".ws-name")).to_contain_text("何立新")
        expect(page.locator(".tag")).to_have_text(["党员", "党员示范岗"])
        expect(page.locator(".ws-three")).to_contain_text("0000-12345")
        expect(page.locator(".photo img")).to_be_visible()
        assert inside(page)


def test_a_new_call_and_a_recall_are_stamped_and_the_first_picture_is_not(serve: Serve, open_page: Open) -> None:
    server = screen(serve, window())
    page = open_page(server.url + "/LJ/window/211", STRIP)
    expect(page.locator(".seal-now")).to_have_text("L086")
    expect(page.locator(".is-new")).to_have_count(0)
    server.change({"window/211": window(number="L087", since=hall.at())})
    expect(page.locator(".is-new .seal-now")).to_have_text("L087")


def test_what_is_not_there_leaves_no_hole(serve: Serve, open_page: Open) -> None:
    bare = Panel(staff_no="2019", name="阎晓东", title=None, party=False, honour=None, promise=None)
    server = screen(serve, window(WindowState.FREE, bare, services=[]))
    server.change({"hall": hall.hall_card(supervision_phone="").model_dump(mode="json")})
    page = open_page(server.url + "/LJ/window/211", PANEL)
    expect(page.locator(".ws-big")).to_contain_text("空闲")
    expect(page.locator(".ws-name")).to_contain_text("阎晓东")
    expect(page.locator(".ws-three div")).to_have_count(0)
    expect(page.locator(".tag")).to_have_count(0)
    expect(page.locator(".photo img")).not_to_be_visible()
    assert page.evaluate("document.querySelector('.ws-facts').getBoundingClientRect().left") < 60


def test_a_photo_that_is_no_picture_is_left_out(serve: Serve, open_page: Open) -> None:
    server = screen(serve, window())
    server.portraits["2011"] = b"<html>no picture</html>"
    page = open_page(server.url + "/LJ/window/211", STRIP)
    expect(page.locator(".ws-name")).to_contain_text("何立新")
    expect(page.locator(".photo img")).not_to_be_visible()


def test_a_paused_or_closed_window_sends_people_to_the_next_one(serve: Serve, open_page: Open) -> None:
    server = screen(serve, window(WindowState.PAUSED))
    page = open_page(server.url + "/LJ/window/211", STRIP)
    expect(page.locator(".ws-big")).to_contain_text("暂停服务")
    expect(page.locator(".ws-next")).to_contain_text("请到 208 窗口")
    server.change({"window/211": window(WindowState.CLOSED, None)})
    expect(page.locator(".ws-big")).to_contain_text("未开放")
    expect(page.locator(".ws-name")).to_have_count(0)
    server.change({"window/211": window(WindowState.SERVING)})
    expect(page.locator(".ws-word")).to_contain_text("正在办理")
    expect(page.locator(".seal-now")).to_have_count(0)


def test_without_the_server_it_says_since_when_and_then_to_ask_staff(serve: Serve, open_page: Open) -> None:
    server = screen(serve, window())
    page = open_page(server.url + "/LJ/window/211", PANEL)
    expect(page.locator(".seal-now")).to_have_text("L086")
    server.go_away()
    page.clock.run_for(13_000)
    expect(page.locator(".ws-fresh")).to_contain_text("停在 14:32:00")
    expect(page.locator(".seal")).to_have_text("L086")
    expect(page.locator(".seal-now")).to_have_count(0)
    page.clock.run_for(50_000)
    expect(page.get_by_role("alert")).to_contain_text("请问工作人员")
    expect(page.get_by_role("alert")).to_contain_text("L086")


def test_english_stands_first_where_the_address_asks_for_it(serve: Serve, open_page: Open) -> None:
    server = screen(serve, window(WindowState.PAUSED))
    for size in (STRIP, PANEL):
        page = open_page(server.url + "/LJ/window/211?lang=en", size)
        expect(page.locator(".ws-big")).to_contain_text("Paused")
        expect(page.locator(".ws-three")).to_contain_text("Invoices and tax returns")
        assert inside(page)


def test_an_address_without_a_window_says_so(serve: Serve, open_page: Open) -> None:
    page = open_page(screen(serve, window()).url + "/LJ/window/999", STRIP)
    expect(page.locator(".ws-turn")).to_contain_text("没有这个窗口")
