"""What tests of the window page, of its bar and of the whole way look for in it."""

from playwright.sync_api import Locator, Page

# A link has its sheet when that has come. A function, since text would be evaluated, which the policy forbids.
STYLED = """() => document.fonts.status === "loaded" &&
  [...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.sheet)"""


def at_rest(page: Page) -> Locator:
    """The one red key while no press is on its way: with one, the next would not be taken."""
    return page.locator(".wp-main[aria-busy=false]")


def dressed(bar: Page) -> Page:
    """The bar once its styles have come: its window is drawn at once, and fetches them only then."""
    bar.wait_for_function(STYLED)
    return bar
