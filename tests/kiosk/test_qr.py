"""The drawing of a link on the kiosk's page is a QR code that says just that link."""

import re
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.qr import QUIET_MODULES, qr_of

PIXELS = 4
ADDRESS = r"https?://[a-z0-9.\-]{1,40}(:[0-9]{2,4})?/[A-Z\-]{1,8}/ticket/[0-9]{10,15}#[A-Za-z0-9_\-]{22}"
LINK = st.from_regex(ADDRESS, fullmatch=True)


def read(size: int, path: str) -> str:
    """What a phone reads from the strokes."""
    image = Image.new("L", (size * PIXELS, size * PIXELS), 255)
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path):
        left, top = int(x) * PIXELS, int(y) * PIXELS
        image.paste(0, (left, top, left + int(length) * PIXELS, top + PIXELS))
    copy = BytesIO()
    image.save(copy, "png")
    return str(zxingcpp.read_barcodes(Image.open(copy))[0].text)


@settings(max_examples=40, deadline=None)
@given(LINK)
def test_the_drawing_says_the_link(link: str) -> None:
    drawn = qr_of(link)
    assert read(drawn["size"], drawn["path"]) == link


@pytest.mark.parametrize("length", [20, 200])
def test_a_quiet_zone_stands_around_it(length: int) -> None:
    drawn = qr_of("https://q.example/" + "a" * length)
    ends = [(int(x), int(x) + int(n)) for x, n in re.findall(r"M(\d+) [\d.]+h(\d+)", drawn["path"])]
    assert min(start for start, _ in ends) == QUIET_MODULES
    assert max(end for _, end in ends) == drawn["size"] - QUIET_MODULES
