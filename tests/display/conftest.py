"""A Chromium that lets sound out without a key, as a hall's screen is started."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import ARGUMENTS, find
from tests.display.speaking_hall import SpeakingHall, shown_files
from tests.server.api.running_server import RunningServer

# A wall screen's flag; the second keeps a loaded test machine from stopping timers of pages that are not in front.
SPEAKING = ["--autoplay-policy=no-user-gesture-required", "--disable-background-timer-throttling"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that open a page carry the mark `browser`."""
    for item in items:
        if "speaking_browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def speaking_browser(browser: Browser) -> Iterator[Browser]:
    """One for all tests, beside the usual one, which is silent until somebody has pressed a key."""
    speaking = browser.browser_type.launch(executable_path=find(), args=[*ARGUMENTS, *SPEAKING])
    yield speaking
    speaking.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeakingHall]:
    """The demonstration hall with portraits and a programme, two clerks at their windows, two displays paired."""
    folder = tmp_path_factory.mktemp("hall")
    server = RunningServer(folder / "data", ("--settings", str(shown_files(folder))))
    server.start()
    try:
        server.load("demo")
        kiosk = server.enrol("kiosk", "K1")
        agent = server.enrol("window", "W101", "101", "102")
        clerks = {}
        for window, login in (("101", "1003"), ("102", "1001")):
            server.person(login)
            clerks[window] = server.at_window(agent, window, login)
        displays = {name: server.enrol("display", name, zone="A") for name in ("board-1", "board-2")}
        yield SpeakingHall(server, kiosk, clerks, displays, folder)
    finally:
        code, printed = server.stop()
    assert code == 0, printed
    assert "defect" not in printed and "Traceback" not in printed, printed


@pytest.fixture
def hall(running: SpeakingHall) -> Iterator[SpeakingHall]:
    """The hall with both windows free."""
    running.troubles.clear()
    for window in running.clerks:
        running.free(window)
    yield running
    assert running.troubles == []


@pytest.fixture(autouse=True)
def pages_are_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test has opened in the speaking browser is closed after it, and its lease given back."""
    if "speaking_browser" not in request.fixturenames:
        yield
        return
    speaking: Browser = request.getfixturevalue("speaking_browser")
    of_all = list(speaking.contexts)  # what stays open for all tests of a file
    yield
    for context in speaking.contexts:
        if context not in of_all:
            context.close()
