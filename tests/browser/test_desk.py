"""The desk page and the server's first page: signing in, taking numbers with priority, correcting, closing the day."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from contract.refusals import refuse
from contract.words import Code
from tests.browser import sample_hall as hall
from tests.browser import sample_staff as staff
from tests.browser.conftest import Open
from tests.browser.stand_in_server import StandInServer
from tests.server.api.running_server import until

Serve = Callable[[Any], Any]
SIZE = (1440, 900)
MANAGER = '{"token": "7.session", "name": "刘敏", "roles": ["guide", "floor_manager"]}'
GUIDE = '{"token": "7.session", "name": "陈悦", "roles": ["guide"]}'
SIGNED_IN = {
    "kind": "signed_in",
    "revision": 7,
    "session_id": 7,
    "staff_no": "guide",
    "name": "陈悦",
    "roles": ["guide"],
    "window": None,
    "session": "7.session",
}


def hall_server(serve: Serve) -> StandInServer:
    server: StandInServer = serve(StandInServer(staff.staff_cards(), clock=lambda: hall.NOW))
    server.answer = lambda place, deed, body: (
        hall.issued() if deed == "take_number" else {"kind": "done", "revision": 8}
    )
    return server


def desk(serve: Serve, open_page: Open, session: str = MANAGER) -> tuple[StandInServer, Page]:
    server = hall_server(serve)
    page = open_page(server.url + "/LJ/desk", SIZE, session)
    expect(page.locator(".dk-lines li").first).to_be_visible()
    return server, page


def test_a_guide_signs_in_with_a_token_and_no_cookie(serve: Serve, open_page: Open) -> None:
    server = hall_server(serve)
    server.answer = lambda place, deed, body: SIGNED_IN
    page = open_page(server.url + "/LJ/desk", SIZE)
    page.fill("[name=login]", "guide")
    page.fill("[name=password]", "a long password")
    page.keyboard.press("Enter")
    expect(page.locator(".dk-lines li").first).to_be_visible()
    assert server.commands[0][:3] == ("desk", "sign_in", {"login": "guide", "password": "a long password"})
    assert page.context.cookies() == []


def test_a_wrong_password_is_told(serve: Serve, open_page: Open) -> None:
    server = hall_server(serve)
    server.answer = lambda place, deed, body: refuse(Code.WRONG_PASSWORD).model_dump(mode="json")
    page = open_page(server.url + "/LJ/desk", SIZE)
    page.fill("[name=login]", "guide")
    page.fill("[name=password]", "wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("工号或密码不对")


def test_a_first_password_is_set_with_a_one_time_code(serve: Serve, open_page: Open) -> None:
    server = hall_server(serve)
    page = open_page(server.url + "/LJ/desk#first", SIZE)
    page.fill("[name=login]", "2011")
    page.fill("[name=code]", "ab23cd")
    page.fill("[name=password]", "a long password")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("密码已设定")
    assert server.commands[0][:3] == (
        "account",
        "first_password",
        {"login": "2011", "code": "AB23CD", "password": "a long password"},
    )


def test_a_session_that_ended_asks_to_sign_in_again(serve: Serve, open_page: Open) -> None:
    page = open_page(hall_server(serve).url + "/LJ/desk", SIZE, MANAGER.replace("7.session", "ended"))
    expect(page.locator("[name=login]")).to_be_visible()


def test_a_number_with_priority_needs_a_reason_and_prints_at_a_kiosk(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page)
    page.click('[data-line="D"]')
    page.get_by_role("button", name="老年人").click()
    page.click('[data-deed="take_number"]')
    assert server.commands == []  # the reason is missing
    page.fill(".dk-take input", "八十二岁，行动不便")
    page.get_by_role("button", name="K2", exact=True).click()
    page.click('[data-deed="take_number"]')
    expect(page.locator(".dk-given .seal")).to_have_text("D047")
    body = {"line": "D", "language": "zh", "priority": "LN", "reason": "八十二岁，行动不便", "print_at": "K2"}
    assert server.commands[0][:3] == ("desk", "take_number", body)
    assert len(server.commands[0][3]) == 32


def test_a_waiting_ticket_is_rerouted_and_a_slip_printed_again(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page, GUIDE)
    page.click('[data-line="L"]')
    page.locator(".dk-queue button").nth(2).click()
    expect(page.locator(".dk-ticket .seal")).to_have_text("L089")
    page.select_option("select", "M")
    page.click('[data-deed="reroute"]')
    expect(page.locator(".dk-done")).to_have_text("已完成：改业务")
    page.locator('[data-deed="reprint_slip"]').first.click()
    expect(page.locator(".dk-done")).to_have_text("已完成：补打")
    wanted = [("reroute", {"ticket": 1002, "line": "M"}), ("reprint_slip", {"ticket": 1002, "print_at": "K1"})]
    assert [(deed, body) for _, deed, body, _ in server.commands] == wanted
    assert page.locator('[data-deed="abandon"]').count() == 0  # a floor manager's deed


def test_cancelling_asks_once_and_leaving_it_does_nothing(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page)
    page.fill(".dk-find input", "l089")
    page.keyboard.press("Enter")
    page.click('[data-deed="cancel"]')
    page.get_by_role("button", name="不做了").click()
    expect(page.locator("dialog")).to_have_count(0)
    assert server.commands == []
    page.click('[data-deed="cancel"]')
    page.click("[data-confirm]")
    expect(page.locator(".dk-done")).to_be_visible()
    assert server.commands[0][:3] == ("desk", "cancel", {"ticket": 1002, "reason": None})


def test_a_number_given_without_the_server_is_marked_where_it_stands(serve: Serve, open_page: Open) -> None:
    _, page = desk(serve, open_page)
    page.click('[data-line="L"]')
    row = page.locator(".dk-queue tr", has_text="K2-003")
    expect(row.locator(".tag")).to_have_text("断线时取号")
    expect(page.locator(".dk-queue .tag", has_text="断线时取号")).to_have_count(1)


def test_a_missed_ticket_rejoins(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page, GUIDE)
    page.get_by_role("button", name="L080").click()
    page.click('[data-deed="return_missed"]')
    expect(page.locator(".dk-done")).to_be_visible()
    assert server.commands[0][:3] == ("desk", "return_missed", {"ticket": 80})


def test_a_floor_manager_releases_a_ticket_with_a_reason(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page)
    page.get_by_role("button", name="L086").click()
    page.click('[data-deed="release"]')
    page.fill("dialog input", "窗口电脑坏了")
    page.click("[data-confirm]")
    expect(page.locator(".dk-done")).to_be_visible()
    assert server.commands[0][:3] == ("desk", "release", {"ticket": 986, "visit": 77, "reason": "窗口电脑坏了"})


def test_closing_the_day_names_what_is_open(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page)
    page.click(".dk-close-day")
    expect(page.locator(".dk-open")).to_contain_text("L086 在 211 窗口，办理中")
    expect(page.locator(".dk-open")).to_contain_text("L071 挂起")
    expect(page.locator("[data-confirm]")).to_be_disabled()
    assert server.commands == []


def test_a_line_is_stopped_by_a_floor_manager_only(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page)
    page.click('[data-line="L"]')
    page.click('[data-deed="stop_line"]')
    expect(page.locator('[data-deed="stop_line"]')).to_be_enabled()
    assert server.commands[0][:3] == ("desk", "stop_line", {"line": "L", "stopped": True})


def test_todays_tickets_are_saved_to_a_file(serve: Serve, open_page: Open, tmp_path: Path) -> None:
    _, page = desk(serve, open_page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="今日号票 CSV").click()
    assert saved.value.suggested_filename == "LJ-2026-10-21.csv"
    saved.value.save_as(tmp_path / "today.csv")
    assert (tmp_path / "today.csv").read_text(encoding="utf-8-sig") == "number\nL086\n"


def test_the_same_press_after_a_broken_answer_has_the_same_key(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page)
    page.click('[data-line="D"]')
    page.route("**/take_number", lambda route: (route.fetch(), route.abort())[1])
    page.click('[data-deed="take_number"]')
    expect(page.get_by_role("alert")).to_contain_text("服务器没有回应")
    page.unroute("**/take_number")
    page.click('[data-deed="take_number"]')
    expect(page.locator(".dk-given .seal")).to_have_text("D047")
    assert len({key for *_, key in server.commands}) == 1
    assert len(server.commands) == 2


def test_devices_and_slips_to_look_after_are_named(serve: Serve, open_page: Open) -> None:
    _, page = desk(serve, open_page)
    expect(page.locator(".dk-side")).to_contain_text("K2　没有打出来　本机缺纸")
    expect(page.locator(".dk-devices")).to_contain_text("评价器 无回应 211")


def test_the_first_page_lists_halls_and_their_pages(serve: Serve, open_page: Open) -> None:
    server = hall_server(serve)
    zones = [zone.model_dump() for zone in hall.hall_card().zones]
    server.halls = [{"code": "LJ", "name": hall.hall_card().name.model_dump(), "zones": zones}]
    page = open_page(server.url + "/", SIZE)
    expect(page.locator(".ix-links a")).to_have_count(7)
    assert page.locator(".ix-links a").nth(3).get_attribute("href") == "/LJ/board?zone=A"


def asking(*kiosks: str) -> dict[str, Any]:
    """The devices' card while citizens at these kiosks ask for a guide."""
    requests = [
        {"request": 700 + place, "kiosk": kiosk, "zone": "A", "since": hall.at(minutes=3)}
        for place, kiosk in enumerate(kiosks)
    ]
    return {"devices": staff.staff_cards()["devices"] | {"requests": requests}}


def test_a_citizen_who_asked_for_a_guide_stands_in_a_band_until_somebody_goes(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page, GUIDE)
    expect(page.locator(".dk-requests")).to_have_count(0)
    server.change(asking("K1", "K2"))
    band = page.get_by_role("alert")
    for said in ("请人帮忙", "1F", "K1 号取号机", "等了 3 分", "14:29"):
        expect(band).to_contain_text(said)
    band.locator("button").first.click()
    until(lambda: server.commands, "the server hears who goes")
    assert server.commands[-1][:3] == ("desk", "attend_kiosk", {"request": 700})
    server.change(asking())
    expect(page.locator(".dk-requests")).to_have_count(0)


def test_a_guide_who_comes_second_is_told(serve: Serve, open_page: Open) -> None:
    server, page = desk(serve, open_page, GUIDE)
    server.answer = lambda place, deed, body: refuse(Code.REQUEST_OVER).model_dump(mode="json")
    server.change(asking("K1"))
    page.locator(".dk-requests button").click()
    expect(page.locator(".dk-said")).to_contain_text("已经有人处理了")
    server.change(asking())
    expect(page.locator(".dk-said")).to_contain_text("已经有人处理了")
