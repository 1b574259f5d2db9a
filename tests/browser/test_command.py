"""The command screen: what it counts, how it tells states apart, how it ages, and that only managers see it."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract.refusals import refuse
from contract.words import Code, WindowState
from tests.browser import sample_command as command
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_server import StandInServer
from tests.server.api.running_server import until

Serve = Callable[[Any], Any]
SIZE = (1920, 1080)
SESSION = json.dumps({"token": "7.session", "name": "刘敏", "roles": ["hall_manager"]})


def serve_hall(serve: Serve, cards: hall.Cards | None = None) -> StandInServer:
    server: StandInServer = serve(StandInServer(cards or command.manager_cards(), clock=lambda: hall.NOW))
    return server


def screen(serve: Serve, open_page: Open, cards: hall.Cards | None = None, query: str = "") -> Page:
    return open_page(serve_hall(serve, cards).url + f"/LJ/command{query}", SIZE, SESSION)


def test_the_figures_of_the_day_and_what_each_is_of(serve: Serve, open_page: Open) -> None:
    page = screen(serve, open_page)
    figures = page.locator(".c-five > div")
    expect(figures.locator("b.num")).to_have_text(["197", "33", "17", "1,349", "9"])
    expect(figures.nth(0)).to_contain_text("248/900 = 27.6 %")
    expect(figures.nth(1)).to_contain_text("超时 2/197 = 1.0 %")
    expect(figures.nth(2)).to_contain_text("P90 32 分")
    expect(figures.nth(2)).to_contain_text("今天已叫 1,508 人")
    expect(figures.nth(4)).to_contain_text("未评 512/1,379")


def test_ratings_are_counts_with_not_rated_beside_them(serve: Serve, open_page: Open) -> None:
    page = screen(serve, open_page)
    rows = page.locator(".c-rate tr")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("763/867")
    expect(rows.last).to_contain_text("512/1,379 = 37.1 %")


def test_every_window_stands_in_the_map_with_colour_shape_and_word(serve: Serve, open_page: Open) -> None:
    page = screen(serve, open_page)
    expect(page.locator(".win")).to_have_count(64)
    expect(page.locator(".c-floor")).to_have_count(4)
    looks: dict[str, list[str]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".win")].map((one) => [one.className, [
          getComputedStyle(one).backgroundColor + getComputedStyle(one).borderColor + getComputedStyle(one).borderStyle,
          one.querySelector("svg").getAttribute("class")]]))"""
    )
    assert len(looks) == 5
    assert len({colour for colour, _ in looks.values()}) == 5
    assert len({shape for _, shape in looks.values()}) == 5
    expect(page.locator(".key-list span")).to_have_count(5)
    expect(page.locator(".win-pause span").first).to_have_text("暂停")


def test_who_waits_longest_and_what_needs_somebody(serve: Serve, open_page: Open) -> None:
    cards = command.manager_cards() | {"alerts": command.alert("一楼等候超时", "Long waits on 1F")}
    page = screen(serve, open_page, cards)
    expect(page.locator(".c-old")).to_contain_text("L087")
    expect(page.locator(".c-old")).to_contain_text("33 分")
    alerts = page.locator(".c-alerts li")
    expect(alerts).to_have_count(4)
    expect(alerts.nth(0)).to_contain_text("一楼等候超时")
    expect(alerts.nth(1)).to_contain_text("K2")
    expect(page.locator(".c-dev .bad").first).to_contain_text("1/2")


def test_waiting_stands_by_zone_and_by_service_and_the_hours_as_two_lines(serve: Serve, open_page: Open) -> None:
    page = screen(serve, open_page)
    expect(page.locator(".c-svcs li")).to_have_count(26)
    expect(page.locator(".c-low h2").first).to_contain_text("1F 57")
    expect(page.locator(".c-svcs .over")).to_have_count(1)
    for line in (".take", ".done"):
        points = page.locator(f".c-curve {line}").get_attribute("points") or ""
        assert len(points.split()) == 7


def test_nothing_is_cut_in_either_language(serve: Serve, open_page: Open) -> None:
    for query in ("", "?lang=en"):
        page = screen(serve, open_page, query=query)
        expect(page.locator(".win")).to_have_count(64)
        outside = page.evaluate(
            """() => [...document.querySelectorAll(".cmd *")].filter((one) => {
              const box = one.getBoundingClientRect();
              return box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
            }).length"""
        )
        assert outside == 0


@pytest.mark.parametrize("per_floor", [2, 40])
def test_a_small_hall_and_a_very_large_one_fit_the_map(serve: Serve, open_page: Open, per_floor: int) -> None:
    cards = {key: card for key, card in command.manager_cards().items() if not key.startswith("window/")}
    for floor, zone in enumerate("ABCD", 1):
        for place in range(per_floor):
            no, name = f"{floor}{place:02}", f"部门{place // 5}"
            card = hall.window_card(no, zone, name, f"Department {place // 5}", state=WindowState.FREE)
            cards[f"window/{no}"] = card.model_dump(mode="json")
    page = screen(serve, open_page, cards)
    expect(page.locator(".win")).to_have_count(4 * per_floor)
    bottom = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.win')].map((w) => w.getBoundingClientRect().bottom))"
    )
    top = page.evaluate("document.querySelector('.c-low').getBoundingClientRect().top")
    assert bottom <= top + 1


def test_it_paints_at_most_every_three_seconds(serve: Serve, open_page: Open) -> None:
    server = serve_hall(serve)
    page = open_page(server.url + "/LJ/command", SIZE, SESSION, still=True)  # painting takes no time
    figure = page.locator(".c-five b.num").first

    def is_painted() -> bool:
        page.clock.run_for(20)
        return figure.count() == 1 and figure.inner_text() == "197"

    until(is_painted, "the first picture")
    page.evaluate(
        """() => { window.paints = []; new MutationObserver(() => window.paints.push(performance.now()))
          .observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true }); }"""
    )
    for waiting in range(198, 218):
        server.change({"today": command.today(waiting=waiting).model_dump(mode="json")})
        page.clock.run_for(500)
    page.clock.run_for(3_000)
    paints: list[float] = page.evaluate("window.paints")
    apart = [later - before for before, later in pairwise(paints) if later - before > 50]
    assert apart and min(apart) >= 2_990
    page.clock.resume()
    expect(figure).to_have_text("217")


def test_without_the_server_it_says_since_when_and_is_never_empty(serve: Serve, open_page: Open) -> None:
    server = serve_hall(serve)
    page = open_page(server.url + "/LJ/command", SIZE, SESSION)
    expect(page.locator(".win")).to_have_count(64)
    server.go_away()
    page.clock.run_for(16_000)
    expect(page.locator(".cmd-old .c-fresh")).to_contain_text("停在 14:32:00")
    page.clock.run_for(60_000)
    expect(page.locator(".cmd-ask .win")).to_have_count(64)
    expect(page.locator(".c-old")).to_contain_text("33 分")


def test_nobody_sees_it_without_signing_in(serve: Serve, open_page: Open) -> None:
    server = serve_hall(serve)
    page = open_page(server.url + "/LJ/command", SIZE)
    expect(page.locator("form")).to_contain_text("指挥大屏")
    assert server.snapshots == 0
    server.answer = lambda place, deed, body: refuse(Code.WRONG_PASSWORD).model_dump(mode="json")
    page.fill("input[name=login]", "3001")
    page.fill("input[name=password]", "not-the-password")
    page.click("form button")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(".win")).to_have_count(0)


def test_a_signed_in_managers_cards_do_not_stay_on_the_machine(serve: Serve, open_page: Open) -> None:
    page = screen(serve, open_page)
    expect(page.locator(".win")).to_have_count(64)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert page.evaluate("Object.keys(localStorage).length") == 0
