"""A Chromium that lets sound out without a key, as a hall's screen is started."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import ARGUMENTS, find

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
