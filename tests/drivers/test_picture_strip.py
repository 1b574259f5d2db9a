"""A card that is sent pictures shows the text as it was drawn here, whatever fonts it has."""

from collections.abc import Iterator
from importlib.resources import as_file, files

import pytest
from PIL import Image, ImageDraw, ImageFont

from drivers.bus import AddressRefused, Bus, Colour, DeviceState
from drivers.profiles.profile import Area
from drivers.screens.onbon_bitmap import dynamic_area, frame
from drivers.screens.onbon_frames import wrapped
from drivers.screens.pixels import picture
from drivers.simulators.onbon_card import OnbonLine, crc, opened
from drivers.simulators.onbon_picture_card import DARK, OnbonPictureCard
from tests.drivers.far_end import await_fact

AREA = Area(width=192, height=32)
RED = (255, 0, 0)


def drawn(text: str, size: int) -> set[tuple[int, int]]:
    """The lit pixels of a text in the middle of the screen, drawn without the driver: the shipped typeface, its foot
    at 0.88 of the em."""
    with as_file(files("drivers.printers.fonts") / "PaihaoSans-Bold.otf") as file:
        font = ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
    paper = Image.new("L", (AREA.width, AREA.height))
    x = (AREA.width - sum(font.getlength(sign) for sign in text)) / 2
    for sign in text:
        ImageDraw.Draw(paper).text((round(x), round(size * 0.88)), sign, fill=255, font=font, anchor="ls")
        x += font.getlength(sign)
    lit = paper.load()
    assert lit is not None
    return {(x, y) for x in range(AREA.width) for y in range(AREA.height) if lit[x, y] >= 128}  # type: ignore[operator]


def shown(card: OnbonPictureCard, width: int = 256, height: int = 64) -> dict[tuple[int, int], tuple[int, int, int]]:
    """The pixels of the whole screen that are lit."""
    every = {(x, y): card.pixel(x, y) for x in range(width) for y in range(height)}
    return {place: colour for place, colour in every.items() if colour != DARK}


@pytest.fixture
def card() -> OnbonPictureCard:
    return OnbonPictureCard()


@pytest.fixture
def line(card: OnbonPictureCard) -> Iterator[OnbonLine]:
    with OnbonLine(card, tcp=True) as made:
        yield made


@pytest.fixture
def bus(line: OnbonLine) -> Iterator[Bus]:
    made = Bus(line.path)
    made.add_strip("101", 1, "onbon-6q-strip")
    made.start()
    yield made
    made.stop()


def await_state(bus: Bus, state: DeviceState) -> None:
    await_fact(lambda: bus.health().devices[0].state is state, lambda: str(bus.health()))


def test_the_screen_shows_every_pixel_of_the_text(bus: Bus, card: OnbonPictureCard) -> None:
    for number, text in enumerate(("请A003", "暂停", ""), 1):
        assert bus.show("101", text).replaced == ""
        await_fact(lambda number=number: card.came == number)  # type: ignore[misc]
        assert shown(card) == dict.fromkeys(drawn(text, 32), RED)
    await_state(bus, DeviceState.READY)
    assert card.refused == 0


def test_the_whole_text_fits_or_is_said_not_to() -> None:
    text = picture("请A012到101窗口", Colour.RED, AREA)
    assert (text.shown, text.clipped) == ("请A012到101窗口", False)
    narrow = picture("请A012到101窗口", Colour.RED, Area(width=64, height=16))
    assert narrow.clipped and "请A012到101窗口".startswith(narrow.shown) and len(narrow.payload) == 64 * 16 * 3
    strange = picture("请\U000e0001A#1#1#2#号", Colour.RED, AREA)
    assert strange.replaced == "\U000e0001" and strange.shown[0] == "请" and strange.shown[-1] == "号"
    pixels = {strange.payload[at : at + 3] for at in range(0, len(strange.payload), 3)}
    assert pixels == {bytes(DARK), bytes(RED), b"\x00\xff\x00", b"\xff\xff\x00"}


def test_a_frame_is_laid_out_as_the_vendors_source_says() -> None:
    raw = frame(dynamic_area(Area(number=3, x=64, y=2, width=8, height=8), bytes(192)))
    inside = opened(raw.lstrip(b"\xa5")[:-1])
    assert inside is not None
    head = "ff ff 00 80 f0 00 66 02 00 00 00 00 0a 01 00 00 01 a7 00 00 00 01 00"
    about = "3f 00 00 00 03 00 00 00 01 00 00 00 00 00 00 00 10 40 00 02 00 08 00 08 00"
    about += " 00 00 00 00 00 00 00 00 00 00 01 00"
    page = "1a 00 00 00 00 00 00 00 64 00 01 08 00 00 00 00 00 00 00 00 00 00 00 00 00 00 c0 00 00 00"
    assert inside.hex(" ") == " ".join([head, about, page, bytes(192).hex(" ")])


def test_escaping_is_the_vendors() -> None:
    """The vendor's own test, with our check behind the body."""
    raw = wrapped(bytes.fromhex("A5 A6 00 5B 00 5A"))
    check = crc(bytes.fromhex("A5 A6 00 5B 00 5A")).to_bytes(2, "little")
    assert raw == b"\xa5" * 8 + bytes.fromhex("A6 02 A6 01 00 5B 01 00 5B 02") + check + b"\x5a"


def test_a_picture_cut_in_the_middle_is_never_shown_and_the_right_one_follows(
    bus: Bus, line: OnbonLine, card: OnbonPictureCard
) -> None:
    line.cut_after = 9_000
    bus.show("101", "请A003")
    line.wait_cut()
    await_state(bus, DeviceState.UNPLUGGED)
    bus.show("101", "请A004")
    card.busy = 1
    line.plug()
    await_fact(lambda: card.came == 1)
    assert set(shown(card)) == drawn("请A004", 32)
    await_state(bus, DeviceState.READY)


def test_a_card_on_the_network_only_is_refused_on_a_serial_line() -> None:
    with pytest.raises(AddressRefused, match=r"onbon-6q-strip is reached at socket://host:5005"):
        Bus("/dev/ttyUSB0").add_strip("101", 1, "onbon-6q-strip")
