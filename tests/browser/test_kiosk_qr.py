"""The number's QR code on the kiosk: large where no paper came, beside the slip where it did, absent without a link."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from kiosk.qr import qr_of
from tests.browser import sample_hall as hall
from tests.browser.conftest import Open
from tests.browser.stand_in_agent import StandInAgent, kiosk_agent

Serve = Callable[[Any], Any]
LINK = "https://q.example.gov.cn/LJ/ticket/4294967342#k7Qk7Qk7Qk7Qk7Qk7Qk7Qw"
FOLDER = Path(__file__).parent
PORTRAIT, LANDSCAPE = (1080, 1920), (1280, 1024)


def taken(serve: Serve, open_page: Open, outcome: str, size: tuple[int, int] = PORTRAIT, lang: str = "zh") -> Page:
    """A number whose slip came to this."""
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards()))
    agent.answer = lambda deed, body: {**hall.issued(), "qr": qr_of(LINK)}
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), size, still=True)  # the page leaves by itself
    page.click('[data-line="D"]')
    tell(agent, outcome)
    expect(page.locator(".got-none" if outcome == "failed" else ".got-taken")).to_be_visible()
    return page


def tell(agent: StandInAgent, outcome: str) -> None:
    slip = {"slip": 147, "ticket": 47, "number": "D047", "outcome": outcome, "after": None, "reason": None}
    agent.tell(last_slip=slip, printer={"state": "paper_out" if outcome == "failed" else "ready", "reason": None})


def scanned(page: Page) -> str:
    """What a phone reads from the screen."""
    picture = Image.open(BytesIO(page.locator(".qr").screenshot()))
    found = zxingcpp.read_barcodes(picture)
    return str(found[0].text) if found else ""


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_paper_the_code_is_large_and_leads_to_the_ticket(
    serve: Serve, open_page: Open, size: tuple[int, int], lang: str
) -> None:
    page = taken(serve, open_page, "failed", size, lang)
    assert scanned(page) == LINK
    expect(page.locator(".k-without li")).to_have_count(3)
    assert page.evaluate((FOLDER / "fits.js").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_in_care_mode_it_fits_too(serve: Serve, open_page: Open, size: tuple[int, int], lang: str) -> None:
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards()))
    agent.answer = lambda deed, body: {**hall.issued(), "qr": qr_of(LINK)}
    page = open_page(agent.url.replace("#", f"?lang={lang}#"), size)
    page.click(".k-care")
    page.click('[data-lines="C D E"]')
    page.click('[data-lines="D"]')
    tell(agent, "failed")
    expect(page.locator(".got-none")).to_be_visible()
    assert scanned(page) == LINK
    assert page.evaluate((FOLDER / "care_fits.js").read_text(encoding="utf-8")) == []


def test_beside_the_slip_it_is_there_as_well(serve: Serve, open_page: Open) -> None:
    page = taken(serve, open_page, "printed")
    assert scanned(page) == LINK
    expect(page.locator(".k-scan figcaption")).to_have_text("扫一扫，不用守着屏幕")


def test_without_a_public_address_there_is_none(serve: Serve, open_page: Open) -> None:
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards()))
    agent.answer = lambda deed, body: hall.issued()
    page = open_page(agent.url)
    page.click('[data-line="D"]')
    tell(agent, "failed")
    expect(page.locator(".k-without li")).to_have_count(2)
    assert page.locator(".qr").count() == 0


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_the_code_is_as_large_as_a_hand_and_a_long_number_stands_whole_beside_it(
    serve: Serve, open_page: Open, size: tuple[int, int], care: bool
) -> None:
    agent: StandInAgent = serve(kiosk_agent(hall.public_cards()))
    agent.answer = lambda deed, body: {**hall.issued(number="K3-001"), "qr": qr_of(LINK)}
    page = open_page(agent.url, size)
    for key in (".k-care", '[data-lines="C D E"]', '[data-lines="D"]') if care else ('[data-line="D"]',):
        page.click(key)
    tell(agent, "failed")
    expect(page.locator(".got-none")).to_be_visible()
    code, seal = page.locator(".qr").bounding_box(), page.locator(".got-no .seal").bounding_box()
    assert code and seal
    assert min(code["width"], code["height"]) >= 300
    assert seal["x"] >= 0 and seal["x"] + seal["width"] <= size[0]
    beside = seal["x"] + seal["width"] <= code["x"]
    assert beside or seal["y"] + seal["height"] <= code["y"]
    assert page.evaluate((FOLDER / ("care_fits.js" if care else "fits.js")).read_text(encoding="utf-8")) == []
