"""The phone with what halls really type: names of forty signs, rare characters, three hundred people ahead."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, Response
from gevent.pywsgi import WSGIServer
from playwright.sync_api import Browser, Page, expect

from contract.citizen import CallOfTicket, LastCall, RatingOfVisit, TicketStatus
from contract.replies import Words
from contract.words import State
from server.pages.citizen_page import citizen_page
from server.storage.published import Published
from tests.browser.chromium import new_page, violations
from tests.browser.sample_hall import NOW
from tests.browser.test_axe import serious
from tests.browser.web_files import ROOT, send_file

RARE = "㛃𠮷䶮㐂"
LONG = Words(zh=RARE * 10, en="Registration of " + "n" * 24)
BROKEN = Words(zh="<script>window.done=1</script>", en="<img src=x onerror=window.done=1>")
PHONES = [(390, 844), (320, 568)]
OpenStatus = Callable[..., Page]


def status(**changed: Any) -> TicketStatus:
    found = TicketStatus(
        revision=1, stamp="s", ticket=1, number="LQ300", day="2026-10-21", today=True, state=State.WAITING,
        hall_name=LONG, supervision_phone="0000-12345", service=LONG, department=LONG, priority=LONG, floor="1F",
        place=LONG, windows=["101", "102"], ahead=300, wait=(1050, 2100), call=None,
        last_calls=[LastCall(number="LQ299", window="102", at_local="14:31")], missed_rule=LONG, may_return=False,
        may_cancel=True, rating=None,
    )  # fmt: skip
    return found.model_copy(update=changed)


CALL = CallOfTicket(
    window="101", floor="1F", place=LONG, at=NOW - timedelta(minutes=1), at_local="14:31", calls=1, most=4
)
RATING = RatingOfVisit(
    visit=2, window="101", service=LONG, day_local="2026-10-21", may_rate=True, why_not=None, level=None,
    may_add_reasons=False, reasons_given=False,
)  # fmt: skip
VIEWS: dict[str, TicketStatus] = {
    "waiting": status(),
    "now": status(state=State.CALLED, ahead=None, wait=None, call=CALL),
    "rate": status(state=State.DONE, ahead=None, wait=None, rating=RATING, may_cancel=False),
    "thanks": status(
        state=State.DONE, ahead=None, wait=None, may_cancel=False,
        rating=RATING.model_copy(update={"may_rate": False, "level": 5}),
    ),
    "state": status(state=State.MISSED, ahead=None, wait=None),
}  # fmt: skip


class OneStatus:
    """What the page asks of the endpoints."""

    def __init__(self, shown: TicketStatus) -> None:
        self._shown = shown

    def status(self, hall: str, ticket: int, shown: str) -> TicketStatus:
        return self._shown

    def give(self, hall: str, command: object, shown: str, environ: object) -> Response:
        raise AssertionError("nothing was asked for")


def page_server(shown: TicketStatus) -> WSGIServer:
    """The citizen's page of one ticket, and the files of the pages."""
    definition = SimpleNamespace(name=shown.hall_name, timezone=ZoneInfo("Asia/Shanghai"))
    app = Flask("phone")
    published = cast(Published, SimpleNamespace(definition=definition))
    app.register_blueprint(citizen_page({"LJ": published}, OneStatus(shown)))

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        for base, folder in (("/assets/", "browser"), ("/pages/", "server/pages/web")):
            if path.startswith(base):
                return send_file(ROOT / folder / path.removeprefix(base), start_response)
        return app(environ, start_response)

    server = WSGIServer(("127.0.0.1", 0), answer, log=None)
    server.start()
    return server


@pytest.fixture
def open_status(browser: Browser) -> Iterator[OpenStatus]:
    servers: list[WSGIServer] = []
    troubles: list[str] = []
    pages: list[Page] = []

    def open_it(shown: TicketStatus, size: tuple[int, int] = PHONES[0], query: str = "") -> Page:
        servers.append(page_server(shown))
        page = new_page(browser.new_context(viewport={"width": size[0], "height": size[1]}), troubles)
        pages.append(page)
        page.goto(f"http://127.0.0.1:{servers[-1].server_port}/LJ/ticket/1{query}#proof")
        expect(page.locator("main[data-ticket]")).to_be_visible()
        return page

    yield open_it
    found = [one for page in pages for one in violations(page)]
    for page in pages:
        page.context.close()
    for server in servers:
        server.stop(timeout=1)
    assert troubles + found == []


@pytest.mark.parametrize("size", PHONES, ids=["phone", "small phone"])
@pytest.mark.parametrize("query", ["", "?care=1", "?lang=en&care=1"], ids=["zh", "zh large", "en large"])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_the_phone_and_nothing_is_cut(
    open_status: OpenStatus, view: str, query: str, size: tuple[int, int]
) -> None:
    page = open_status(VIEWS[view], size, query)
    expect(page.locator(f"main[data-view={view}]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    cut = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((one) => one.scrollWidth > one.clientWidth + 1
             && getComputedStyle(one).overflowX !== "visible").map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert cut == []
    outside = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
             .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
             .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert outside == []


def test_rare_characters_and_three_hundred_people_are_shown_as_they_are(open_status: OpenStatus) -> None:
    page = open_status(VIEWS["waiting"])
    expect(page.locator(".ph-svc")).to_contain_text(RARE * 10)
    expect(page.locator(".ph-two .num").first).to_have_text("300")
    assert serious(page) == []


def test_a_name_is_text_and_never_markup(open_status: OpenStatus) -> None:
    page = open_status(status(service=BROKEN, hall_name=BROKEN))
    expect(page.locator(".ph-svc")).to_contain_text("<script>window.done=1</script>")
    assert page.evaluate("window.done") is None
