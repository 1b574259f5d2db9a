"""The hall's board: what it shows, how it tells its age, how it heals."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, expect

from contract.cards import Call
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_server import StandInServer

Serve = Callable[[Any], Any]
SIZE = (1920, 1080)


def board(serve: Serve, cards: hall.Cards | None = None) -> StandInServer:
    server: StandInServer = serve(StandInServer(cards or hall.public_cards(), clock=lambda: hall.NOW))
    return server


def with_call(number: str, window: str = "301", call: int = 950) -> dict[str, Any]:
    card = hall.calls_card()
    new = Call(call=call, number=number, window=window, time=hall.at(), recall=0)
    return {"calls/C": card.model_copy(update={"calls": [new, *card.calls]}).model_dump(mode="json")}


def newest(page: Page) -> Any:
    return page.locator(".b-new .seal")


def test_the_newest_call_stands_behind_the_seal_and_seven_below(serve: Serve, open_page: Open) -> None:
    page = open_page(board(serve).url + "/LJ/board?zone=C", SIZE)
    expect(page.locator(".seal-now")).to_have_text("V031")
    expect(page.locator(".b-row")).to_have_count(7)
    expect(page.locator(".b-wait tbody tr")).to_have_count(8)
    expect(page.locator(".b-clock .num")).to_have_text("14:32")


def test_a_call_enters_at_once_and_is_stamped(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE)
    expect(page.locator(".seal-now")).to_have_text("V031")
    server.change(with_call("P026"))
    expect(page.locator(".is-new .seal-now")).to_have_text("P026")
    expect(page.locator(".b-row").first).to_contain_text("V031")


def test_a_call_while_the_seal_stands_waits_for_it_in_the_list(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, still=True)
    expect(page.locator(".seal-now")).to_have_text("V031")
    server.change(with_call("P026"))
    expect(page.locator(".seal-now")).to_have_text("P026")
    cards = with_call("P026")
    second = Call(call=951, number="Q055", window="304", time=hall.at(), recall=0).model_dump(mode="json")
    cards["calls/C"]["calls"].insert(0, second)
    server.change(cards)
    expect(page.locator(".b-row").first).to_contain_text("Q055")
    expect(page.locator(".seal-now")).to_have_text("P026")
    page.clock.run_for(8_500)
    page.clock.resume()  # the seal is full again with the next beat, should the line have been dropped meanwhile
    expect(page.locator(".seal-now")).to_have_text("Q055")


def test_twenty_calls_at_once_are_in_the_list_at_once_and_each_gets_the_seal(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, still=True)  # each seal stands for two seconds
    expect(page.locator(".seal-now")).to_have_text("V031")
    server.change(hall.burst(20))
    expect(page.locator(".seal-now")).to_have_text("B000")
    expect(page.locator(".b-row .num:first-child").first).to_have_text("B019")
    expect(page.locator(".b-row")).to_have_count(7)
    sealed = ["B000"]
    for _ in range(40):
        page.clock.run_for(1_000)
        now = newest(page).inner_text()
        if now != sealed[-1]:
            sealed.append(now)
    assert sealed == [f"B{place:03}" for place in range(len(sealed))] and len(sealed) >= 17


def test_after_12_seconds_the_seal_is_hollow_and_after_60_it_says_ask_staff(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE)
    expect(page.locator(".seal-now")).to_have_text("V031")
    server.go_away()
    page.clock.run_for(13_000)
    expect(page.locator(".b-stale .b-fresh")).to_contain_text("停在 14:32:00")
    expect(page.locator(".seal-now")).to_have_count(0)
    expect(newest(page)).to_have_text("V031")
    page.clock.run_for(50_000)
    expect(page.get_by_role("alert")).to_contain_text("请问工作人员")
    expect(page.locator(".b-row")).to_have_count(7)


def test_it_is_right_again_when_the_server_is_back(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, clock=False)
    expect(page.locator(".seal-now")).to_have_text("V031")
    server.go_away()
    server.change(with_call("P026"), lost=True)
    server.come_back()
    expect(newest(page)).to_have_text("P026")
    expect(page.locator(".b-stale")).to_have_count(0)


def test_a_lost_change_is_noticed_by_the_beat(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, clock=False)
    expect(newest(page)).to_have_text("V031")
    server.change(with_call("P026"), lost=True)
    expect(newest(page)).to_have_text("P026")


def test_a_gap_is_filled_by_a_snapshot(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, clock=False)
    expect(newest(page)).to_have_text("V031")
    server.change(with_call("P026"), lost=True)
    server.change({"line/Q": None})
    expect(newest(page)).to_have_text("P026")
    expect(page.locator(".b-wait tbody tr")).to_have_count(7)


def test_a_line_deaf_in_one_direction_is_dialled_again(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, clock=False)
    expect(newest(page)).to_have_text("V031")
    server.deaf = True
    server.change(with_call("P026"))
    expect(newest(page)).to_have_text("P026")  # three beats missing, then a new connection


def test_it_starts_with_its_last_cards_and_never_black(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, clock=False)
    expect(page.locator(".seal-now")).to_have_text("V031")
    kept = page.evaluate("Object.keys(localStorage)")
    assert kept == ["paihao/cards/LJ/public"]
    page.route("**/live/pass", lambda route: route.abort())
    page.reload()
    expect(newest(page)).to_have_text("V031")
    expect(page.locator(".seal-now")).to_have_count(0)
    expect(page.locator(".b-fresh")).to_contain_text("正在连接")


def test_a_board_of_the_whole_hall_shows_the_busiest_and_the_sum_of_the_rest(serve: Serve, open_page: Open) -> None:
    page = open_page(board(serve).url + "/LJ/board", SIZE)
    rows = page.locator(".b-wait tbody tr")
    expect(rows).to_have_count(13)
    expect(rows.last).to_contain_text("其他业务")


def test_an_empty_hall_says_that_there_are_no_calls(serve: Serve, open_page: Open) -> None:
    cards = {"hall": hall.hall_card(zones=[], messages=[]).model_dump(mode="json")}
    page = open_page(board(serve, cards).url + "/LJ/board", SIZE)
    expect(page.locator(".b-quiet")).to_have_text("暂时没有叫号")
    expect(page.locator(".b-note")).to_contain_text("过号后往后排 3 位")


def test_names_are_text_on_the_board(serve: Serve, open_page: Open) -> None:
    evil = "<img src=x onerror=window.done=1>"
    cards = json.loads(json.dumps(hall.public_cards(), ensure_ascii=False).replace("区公安局户籍", evil))
    page = open_page(board(serve, cards).url + "/LJ/board?zone=C", SIZE)
    expect(page.locator(".b-dep", has_text=evil).first).to_be_visible()
    assert page.locator("main img").count() == 0


def test_english_stands_first_where_the_address_asks_for_it(serve: Serve, open_page: Open) -> None:
    page = open_page(board(serve).url + "/LJ/board?zone=C&lang=en", SIZE)
    expect(page.locator(".b-wait thead")).to_contain_text("Waiting")
    expect(page.locator(".b-note")).to_contain_text("Open on Saturday")


def test_a_thousand_changes_leave_the_page_as_small_as_before(serve: Serve, open_page: Open) -> None:
    server = board(serve)
    server.clock = lambda: datetime.now(UTC)
    page = open_page(server.url + "/LJ/board?zone=C", SIZE, clock=False)
    expect(newest(page)).to_have_text("V031")
    for place in range(1_000):
        server.change(with_call(f"P{place % 1000:03}", call=1_000 + place))
    expect(page.locator(".b-calls")).to_contain_text("P999")
    assert page.evaluate("document.querySelectorAll('*').length") < 400
