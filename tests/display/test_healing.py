"""Screens heal themselves: after thirty seconds without the server, cut, deaf or half-open, a board and a window screen
are equal to the server within three seconds of the line's return, and nothing stale is spoken."""

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import new_page
from tests.display.cut_line import CutLine, Line
from tests.display.speaking_hall import HERE, SIZE, SpeakingHall, heard, pair, said, speaks, within
from tests.server.api.running_server import HALL, until

pytestmark = pytest.mark.browser
CUT_S = float(os.environ.get("PAIHAO_CUT_S", "30"))
HEALED_WITHIN_S = 3.0  # the promise itself
WAYS = (Line.CUT, Line.ONE_WAY, Line.HALF_OPEN)
SHOWN = """() => ({
  rows: [...document.querySelectorAll(".b-new, .b-row")].map((row) => row.innerText.match(/[A-Z]+[0-9-]+/)?.[0]).sort(),
  waiting: Object.fromEntries([...document.querySelectorAll(".b-wait tbody tr")]
    .map((row) => [row.children[0].innerText, row.children[2].innerText])),
  stale: document.querySelectorAll(".b-stale, .b-lost").length,
})"""


@pytest.fixture
def lines(hall: SpeakingHall) -> Iterator[dict[Line, CutLine]]:
    made = {way: CutLine(hall.server.url) for way in WAYS}
    yield made
    for line in made.values():
        line.stop()


def open_board(hall: SpeakingHall, context: BrowserContext, url: str, display: str) -> Page:
    page = new_page(context, hall.troubles)
    page.add_init_script(path=HERE / "recorder.js")
    pair(page, display, hall.displays[display])
    page.goto(f"{url}/{HALL}/board?zone=A&voice=A")
    return page


def open_screen(hall: SpeakingHall, context: BrowserContext, url: str) -> Page:
    page = new_page(context, hall.troubles)
    page.goto(f"{url}/{HALL}/window/101")
    return page


def wanted(hall: SpeakingHall) -> dict[str, Any]:
    """What a board of zone A must show, from the server's own cards."""
    cards = hall.server.get(f"/{HALL}/snapshot/public").json()["cards"]
    waiting: dict[str, int] = {}
    for key, card in cards.items():
        if key.startswith("line/") and "A" in card["zones"]:
            waiting[card["prefix"]] = waiting.get(card["prefix"], 0) + card["waiting"]
    rows = sorted(call["number"] for call in cards["calls/A"]["calls"][:8])
    return {"rows": rows, "waiting": waiting, "number": cards["window/101"]["number"]}


def equal(board: Page, screen: Page, truth: dict[str, Any]) -> bool:
    shown = board.evaluate(SHOWN)
    numbers = {prefix: int(count) for prefix, count in shown["waiting"].items() if count.isdigit()}
    same = shown["rows"] == truth["rows"] and all(numbers[one] == truth["waiting"][one] for one in numbers)
    return bool(same and not shown["stale"] and screen.locator(".ws-turn").inner_text().startswith(truth["number"]))


def test_a_board_and_a_window_screen_heal_within_three_seconds_and_say_nothing_stale(
    hall: SpeakingHall, speaking_browser: Browser, lines: dict[Line, CutLine]
) -> None:
    for name in ("board-3", "board-4"):
        hall.displays[name] = hall.server.enrol("display", name, zone="A")
    context = speaking_browser.new_context(viewport=SIZE, bypass_csp=True)
    boards = {}
    for way, display in zip(WAYS, ("board-1", "board-2", "board-3"), strict=True):
        boards[way] = open_board(hall, context, lines[way].url, display)
        speaks(boards[way], "speaks" if way is Line.CUT else "quiet")  # who asks first has the lease
    screens = {way: open_screen(hall, context, lines[way].url) for way in WAYS}
    steady = open_board(hall, context, hall.server.url, "board-4")
    before = hall.call()
    until(lambda: len(heard(boards[Line.CUT], *said(before))) == 2, "the call before is said twice")

    for way, line in lines.items():
        line.become(way)
    cut_at = time.monotonic()
    speaks(steady)
    meanwhile = hall.call()
    until(lambda: heard(steady, *said(meanwhile)) != [], "another board says what is called meanwhile")
    for _ in range(3):
        assert hall.server.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, hall.kiosk).status_code in (200, 409)
    expect(boards[Line.CUT].locator(".b-stale")).to_be_visible()
    expect(boards[Line.HALF_OPEN].locator(".b-stale")).to_be_visible()
    threading.Event().wait(max(0.0, cut_at + CUT_S - time.monotonic()))  # the cut itself, on the monotonic clock
    last = hall.call()
    truth = wanted(hall)
    assert truth["number"] == last and not any(equal(boards[way], screens[way], truth) for way in WAYS)

    for line in lines.values():
        line.become(Line.WHOLE)
    left = set(WAYS)

    def all_healed() -> bool:
        left.difference_update([way for way in left if equal(boards[way], screens[way], truth)])
        return not left

    assert within(steady, HEALED_WITHIN_S, all_healed), f"not equal to the server {HEALED_WITHIN_S} s later: {left}"

    until(lambda: heard(steady, *said(last)) != [], "the last call is said")
    for way in WAYS:
        assert heard(boards[way], *said(meanwhile)) == heard(boards[way], *said(last)) == [], way
    assert [len(heard(boards[way], *said(before))) for way in WAYS] == [2, 0, 0]
