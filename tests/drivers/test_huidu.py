"""A Huidu card shows what its window says, once version and session are agreed on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drivers.bus import AddressRefused, Bus, DeviceHealth, DeviceState
from drivers.framing import Framer
from drivers.profiles.loader import load_profile
from drivers.screens.huidu import LONGEST_PACKET, HuiduCard, packet, version_question, xml_packets
from drivers.screens.strip_driver import Answer
from drivers.simulators.huidu_card import HuiduCard as SimulatedCard
from tests.drivers.far_end import await_fact

PROFILE = load_profile("huidu-strip")


@contextmanager
def bus_to(card: SimulatedCard) -> Iterator[Bus]:
    bus = Bus(card.path)
    bus.add_strip("101", 1, "huidu-strip")
    bus.start()
    try:
        yield bus
    finally:
        bus.stop()


@pytest.fixture
def card() -> Iterator[SimulatedCard]:
    with SimulatedCard() as made:
        yield made


def health(bus: Bus) -> DeviceHealth:
    return bus.health().devices[0]


def await_state(bus: Bus, state: DeviceState) -> None:
    await_fact(lambda: health(bus).state is state, lambda: str(bus.health()))


def answers(driver: HuiduCard, *chunks: bytes) -> list[Answer | None]:
    framer = Framer([PROFILE.frame_rx])
    return [driver.meaning(frame) for chunk in chunks for frame in framer.feed(chunk)]


def test_the_first_thing_said_is_the_published_question() -> None:
    assert version_question().hex(" ") == "08 00 01 20 05 00 00 01"
    assert HuiduCard(PROFILE).greeting() == version_question()


def test_a_long_document_goes_out_in_packets_of_nine_kib_at_most() -> None:
    document = "请" * 7_000
    stream, text = xml_packets(document), b""
    while stream:
        size = int.from_bytes(stream[:2], "little")
        assert size <= LONGEST_PACKET and stream[2:4] == b"\x03\x20"
        assert int.from_bytes(stream[4:8], "little") == 21_000
        assert int.from_bytes(stream[8:12], "little") == len(text)
        text, stream = text + stream[12:size], stream[size:]
    assert text.decode() == document


def test_answers_are_understood_wherever_a_read_ends_and_in_however_many_packets() -> None:
    raw = b'<?xml version="1.0"?><sdk guid="abc"><out method="GetIFVersion" result="kSuccess"/></sdk>'
    halves = [(0, raw[:20]), (20, raw[20:])]
    stream = packet(0x2002, b"\x05\x00\x00\x01\x00\x00") + b"".join(
        packet(0x2004, len(raw).to_bytes(4, "little") + at.to_bytes(4, "little") + part) for at, part in halves
    )
    yes = Answer(done=True)
    for cut in range(len(stream) + 1):
        driver = HuiduCard(PROFILE)
        assert answers(driver, stream[:cut], stream[cut:]) == [yes, None, yes]
        assert driver.greeting() is None
        assert b'guid="abc"' in driver.show(0, driver.compose("A"))


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ('<sdk guid="a"><out method="AddProgram" result="kParseXmlFailed"/></sdk>', "kParseXmlFailed"),
        ('<sdk><out method="GetIFVersion" result="kSuccess"/></sdk>', "no session"),
        ('<sdk guid="a"><out method="AddProgram"/></sdk>', "no result"),
        ("<sdk", "means nothing"),
        ("<sdk guid='a'/>", "means nothing"),
        ('<!DOCTYPE x [<!ENTITY e "e">]><sdk guid="a"><out result="kSuccess"/></sdk>', "means nothing"),
    ],
)
def test_what_is_no_yes_is_a_no_with_its_reason(inside: str, why: str) -> None:
    raw = inside.encode()
    said = answers(HuiduCard(PROFILE), packet(0x2004, len(raw).to_bytes(4, "little") + bytes(4) + raw))
    assert said[0] is not None and not said[0].done and why in said[0].why


def test_the_text_is_xml_whatever_it_holds(card: SimulatedCard) -> None:
    with bus_to(card) as bus:
        for text in ("请A003到1号窗口", "<&\"'>]]>", "暂停服务", ""):
            bus.show("101", text)
            card.wait_text(text, 60)
        assert bus.show("101", "请\x00A\n").replaced == "\x00\n"
        card.wait_text("请□A□", 60)
        await_state(bus, DeviceState.READY)
    shown = card.programmes[0]
    assert (shown.colour, shown.place) == ("#ff0000", (0, 0, 192, 32))
    assert [one.stamp for one in card.programmes] == sorted(one.stamp for one in card.programmes)
    assert (card.wrong, card.sessions) == (0, 1)


def test_a_text_is_confirmed_in_one_conversation_however_the_card_says_it(card: SimulatedCard) -> None:
    card.short_version, card.slices = True, 5
    with bus_to(card) as bus:
        bus.show("101", "请A003号")
        card.wait_text("请A003号", 60)
        await_state(bus, DeviceState.READY)
        assert (len(card.programmes), card.wrong) == (1, 0)


def test_after_a_cut_in_the_middle_there_is_a_new_session_and_the_right_text(card: SimulatedCard) -> None:
    with bus_to(card) as bus:
        bus.show("101", "欢迎光临")
        card.wait_text("欢迎光临", 60)
        card.cut_after = 100
        bus.show("101", "请A003号")
        card.wait_cut()
        await_state(bus, DeviceState.UNPLUGGED)
        bus.show("101", "请A004号")
        card.plug()
        card.wait_text("请A004号", 60)
        assert (card.sessions, card.wrong) == (2, 0)
        assert [one.text for one in card.programmes] == ["欢迎光临", "请A004号"]


def test_a_card_that_says_no_is_said_to_and_why(card: SimulatedCard) -> None:
    card.result = "kNotSpaceToSave"
    with bus_to(card) as bus:
        bus.show("101", "请A003号")
        await_state(bus, DeviceState.REFUSED)
        assert health(bus).reason == "kNotSpaceToSave"
        card.result = "kSuccess"
        bus.show("101", "请A004号")
        card.wait_text("请A004号", 60)


def test_a_card_is_alone_on_its_connection(card: SimulatedCard) -> None:
    bus = Bus(card.path)
    bus.add_strip("101", 1, "huidu-strip")
    with pytest.raises(AddressRefused):
        bus.add_strip("102", 2, "huidu-strip")
    with pytest.raises(AddressRefused):
        bus.add_strip("102", 2, "onbon-6q-strip")
