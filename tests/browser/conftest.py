"""Fixtures of the page tests. Without Chromium they are left out, saying so; with CI=true they fail instead."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import new_page, violations
from tests.browser.sample_hall import NOW
from tests.browser.stand_in_agent import StandInAgent
from tests.browser.stand_in_server import StandInServer

Served = StandInAgent | StandInServer
Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that open a page carry the mark `browser`."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def serve() -> Iterator[Callable[[Served], Served]]:
    """Hands over a stand-in and stops it after the test."""
    running: list[Served] = []

    def start(stand_in: Served) -> Served:
        running.append(stand_in)
        return stand_in

    yield start
    for stand_in in running:
        stand_in.stop()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens an address at a size, by default at the sample hall's time. The page's clock goes on by itself from there;
    with `still` only as the test says. After the test no script error and no policy violation may be left."""
    contexts: list[BrowserContext] = []
    pages: list[Page] = []
    troubles: list[str] = []

    def open_at(
        address: str,
        size: tuple[int, int] = (1080, 1920),
        session: str | None = None,
        *,
        clock: bool = True,
        still: bool = False,
    ) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = new_page(context, troubles)
        if still:
            page.clock.install(time=NOW - timedelta(hours=1))  # it runs until it is stopped
            page.clock.pause_at(NOW)
        elif clock:
            page.clock.install(time=NOW)
        if session:
            page.add_init_script(f"sessionStorage.setItem('paihao/session/LJ', {session!r})")
        pages.append(page)
        page.goto(address)
        return page

    yield open_at
    found = [trouble for page in pages if not page.is_closed() for trouble in violations(page)]
    for context in contexts:
        context.close()
    assert troubles + found == []
