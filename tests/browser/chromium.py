"""The system's Chromium for the page tests, without any talk to the outside."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

WAITS_MS = 45_000  # how long a fact is awaited on a page: a limit, not a measure
expect.set_options(timeout=WAITS_MS)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-site-isolation-trials",  # a test has its own context; a process more for each: 0.2 s
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-default-apps",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
WATCH_POLICY = """
window.policyViolations = [];
addEventListener("securitypolicyviolation", (event) => {
  window.policyViolations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


def find() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """One browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        yield browser
        browser.close()


def new_page(context: BrowserContext, troubles: list[str]) -> Page:
    """A page whose script errors and policy violations are put into `troubles`."""
    page = context.new_page()
    page.set_default_timeout(WAITS_MS)
    page.add_init_script(WATCH_POLICY)
    page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    return page


def violations(page: Page) -> list[Any]:
    """What the content security policy blocked."""
    found: list[Any] = page.evaluate("window.policyViolations")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for all tests."""
    if find() is None:
        missing = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with launched() as running:
        yield running
