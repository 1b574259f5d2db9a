"""What tests of the window page, of its bar and of the whole way look for in it."""

from playwright.sync_api import Locator, Page


def at_rest(page: Page) -> Locator:
    """The one red key while no press is on its way: with one, the next would not be taken."""
    return page.locator(".wp-main[aria-busy=false]")
