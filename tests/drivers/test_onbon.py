"""An Onbon font card shows what its window says, and its health says whether it does."""

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.bus import AddressRefused, Bus, Colour, DeviceFault, DeviceHealth, DeviceState
from drivers.framing import Framer
from drivers.profiles.loader import load_profile
from drivers.profiles.profile import Area
from drivers.screens import STRIPS
from drivers.screens.onbon import PING, dynamic_area, frame
from drivers.screens.strip_driver import Answer
from drivers.simulators.onbon_card import OnbonCard, OnbonLine, wrapped
from tests.drivers.far_end import await_fact

LEAD = "A5 A5 A5 A5 A5 A5 A5 A5 "
HEADER = LEAD + "01 00 00 80 00 00 00 00 00 00 FE 02 "
AREA = Area(width=24, height=32, motion="left")
# The vendor's examples.
PUBLISHED = [
    (PING, "05 00 A2 00 01 00 00 68 F8 5A"),
    (b"\xa1\x02\x01\x00\x00", "05 00 A1 02 01 00 00 2D 40 5A"),
    (b"\xa3\x10\x01\x00\x00", "05 00 A3 10 01 00 00 51 F8 5A"),
    (
        dynamic_area(AREA, b"012345QRSTTV'B", lines=2, speed=4, stay=5),
        "32 00 A3 06 01 2D 00 00 01 29 00 00 00 00 00 00 18 00 20 00 00 00 00 02 00 00 00 00 02 02 03 00 04 05 "
        "0E 00 00 00 30 31 32 33 34 35 51 52 53 54 54 56 27 42 A8 7D 5A",
    ),
]
YES = bytes.fromhex(LEAD + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 64 DC 5A")
BUSY = bytes.fromhex(LEAD + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 01 03 00 00 95 20 5A")
SAYS_BUSY = Answer(done=False, busy=True, why="busy")


@pytest.mark.parametrize(("data", "published"), PUBLISHED)
def test_a_frame_is_the_vendors_byte_for_byte(data: bytes, published: str) -> None:
    assert frame(data).hex(" ").upper() == HEADER + published


def understood(*chunks: bytes) -> tuple[list[Answer | None], int]:
    """What the chunks say, and how many bytes of them said nothing."""
    profile, card = load_profile("onbon-5k-strip"), STRIPS["onbon-5k-strip"]()
    framer = Framer([profile.frame_rx])
    frames = [one for chunk in chunks for one in framer.feed(chunk)] + framer.silence()
    return [card.meaning(one) for one in frames], framer.counts.noise_bytes


def test_the_cards_answers_are_understood_wherever_a_read_ends() -> None:
    stream = YES + b"\x00" + BUSY + YES[6:] + b"\xa5" + YES
    for cut in range(len(stream) + 1):
        said = [Answer(done=True), SAYS_BUSY, Answer(done=True), Answer(done=True)]
        assert understood(stream[:cut], stream[cut:]) == (said, 1)


def test_noise_is_no_yes() -> None:
    chance = random.Random(5)
    for _ in range(500):
        at = chance.randrange(8, len(BUSY))
        spoiled = BUSY[:at] + bytes([BUSY[at] ^ 1 << chance.randrange(8)]) + BUSY[at + 1 :]
        assert Answer(done=True) not in understood(spoiled)[0]
    assert understood(chance.randbytes(30_000))[0] == []


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=60).map(lambda data: b"\xa5\x5a\xa6\x5b" + data))
def test_bytes_that_must_not_stand_in_a_frame_are_escaped(text: bytes) -> None:
    raw = frame(dynamic_area(AREA, text))
    assert b"\xa5" not in raw[8:] and raw.index(b"\x5a") == len(raw) - 1
    assert understood(wrapped(text)) == ([None], 0)


def test_what_a_card_cannot_show_is_replaced_and_named() -> None:
    card = STRIPS["onbon-5k-strip"]()
    text = card.compose("请𠮷\\C2囍号\n")
    assert (text.shown, text.replaced) == ("请□＼C2□号□", "𠮷\\囍\n")
    assert text.payload.decode("gb2312") == text.shown
    assert card.compose("一二三四五六七八九").clipped
    assert card.compose("A#1#B#0#C").payload == b"A\\C2B\\C1C"
    assert card.compose("A", Colour.GREEN).payload == b"\\C2A"


@contextmanager
def bus_to(line: OnbonLine, profile: str = "onbon-5k-strip", addresses: tuple[int, ...] = (1,)) -> Iterator[Bus]:
    bus = Bus(line.path)
    for number in addresses:
        bus.add_strip(f"10{number}", number, profile)
    bus.start()
    try:
        yield bus
    finally:
        bus.stop()


def health(bus: Bus, at: int = 0) -> DeviceHealth:
    return bus.health().devices[at]


def await_state(bus: Bus, state: DeviceState, at: int = 0) -> None:
    await_fact(lambda: health(bus, at).state is state, lambda: str(bus.health()))


@pytest.mark.parametrize(("model", "profile"), [("5K", "onbon-5k-strip"), ("6K", "onbon-6k-strip")])
def test_a_card_on_the_network_shows_each_text(model: Literal["5K", "6K"], profile: str) -> None:
    card = OnbonCard(1, model)
    with OnbonLine(card, tcp=True) as line, bus_to(line, profile) as bus:
        await_state(bus, DeviceState.READY)
        for text in ("请A003到1号窗口", "暂停服务", "欢迎光临", ""):
            bus.show("101", text)
            line.wait_text(card, text, 60)
        assert card.places == {0: (0, 0, 192, 32)}
        assert card.asked, "it was asked before there was a text"
        assert (card.refused, bus.health().noise_bytes, bus.health().unknown_addresses) == (0, 0, 0)
        assert health(bus).last_error is None and health(bus).state is DeviceState.READY


def test_cards_on_one_serial_line_each_show_their_own_and_one_that_died_holds_up_none(tmp_path: Path) -> None:
    one, two = OnbonCard(1), OnbonCard(2)
    with OnbonLine(one, two, link=tmp_path / "line") as line, bus_to(line, addresses=(1, 2)) as bus:
        for card in (one, two):
            bus.show(f"10{card.address}", f"窗口{card.address}")
            line.wait_text(card, f"窗口{card.address}", 60)
        assert line.baud() == 57600
        line.split = True
        one.lose_power()
        await_state(bus, DeviceState.SILENT)
        assert health(bus).last_error is DeviceFault.NO_REPLY
        bus.show("102", "请A001")
        line.wait_text(two, "请A001", 60)
        await_state(bus, DeviceState.READY, at=1)
        one.silent = False
        line.wait_text(one, "窗口1", 60)
        await_state(bus, DeviceState.READY)


def test_a_busy_card_has_the_text_as_soon_as_it_is_not() -> None:
    card = OnbonCard()
    with OnbonLine(card, tcp=True) as line, bus_to(line) as bus:
        card.busy = 3
        bus.show("101", "请A003号")
        line.wait_text(card, "请A003号", 60)
        await_state(bus, DeviceState.READY)
        assert card.shown == ["请A003号"]


def test_a_card_that_refuses_its_text_is_said_to_refuse_it_and_why() -> None:
    card = OnbonCard()
    card.error = 12
    with OnbonLine(card, tcp=True) as line, bus_to(line) as bus:
        bus.show("101", "请A003号")
        await_state(bus, DeviceState.REFUSED)
        assert (health(bus).last_error, health(bus).reason) == (DeviceFault.REFUSED, "it lacks the font")
        card.error = 0
        bus.show("101", "请A004号")
        line.wait_text(card, "请A004号", 60)
        await_state(bus, DeviceState.READY)


def test_two_cards_at_one_address_are_said_to_be_two(tmp_path: Path) -> None:
    one, two = OnbonCard(1), OnbonCard(1)
    with OnbonLine(one, two, link=tmp_path / "line") as line, bus_to(line) as bus:
        for text in ("请A001号", "请A002号", "请A003号"):
            bus.show("101", text)
            line.wait_text(two, text, 60)
        await_state(bus, DeviceState.SHARED)
        with pytest.raises(AddressRefused, match="address 1 belongs to the strip of window 101"):
            other = Bus(line.path)
            other.add_strip("101", 1, "onbon-5k-strip")
            other.add_strip("102", 1, "onbon-5k-strip")


def test_after_a_cut_in_the_middle_of_a_frame_the_right_text_stands() -> None:
    card = OnbonCard()
    with OnbonLine(card, tcp=True) as line, bus_to(line) as bus:
        await_state(bus, DeviceState.READY)
        line.cut_after = 30
        bus.show("101", "请A003号")
        line.wait_cut()
        await_state(bus, DeviceState.UNPLUGGED)
        bus.show("101", "请A004号")
        line.plug()
        line.wait_text(card, "请A004号", 60)
        await_state(bus, DeviceState.READY)
        assert card.shown == ["请A004号"]


def test_nobody_at_the_address_and_somebody_else_are_told_apart() -> None:
    card = OnbonCard()
    with OnbonLine(card, tcp=True) as line:
        with bus_to(line) as bus:
            card.nonsense = b"HTTP/1.1 400 Bad Request\r\n\r\n"
            bus.show("101", "请A003号")
            await_state(bus, DeviceState.UNFIT)
        line.unplug()
        with bus_to(line) as bus:
            await_state(bus, DeviceState.UNPLUGGED)
            assert "nobody answers at 127.0.0.1 port" in (bus.health().last_error or "")


def test_one_who_hangs_up_again_and_again_is_no_card() -> None:
    """A web server at a mistyped port says something once and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        bus = Bus(f"socket://127.0.0.1:{server.getsockname()[1]}")
        bus.add_strip("101", 1, "onbon-5k-strip")
        bus.start()
        try:
            for _ in range(2):
                host, _where = server.accept()
                with host:
                    assert host.recv(100)
                    host.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await_state(bus, DeviceState.UNFIT)
        finally:
            bus.stop()
