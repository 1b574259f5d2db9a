"""The strip above a window: eight Chinese characters, three colours, and no half characters."""

import socket
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.bus import AddressRefused, Bus, Colour, DeviceFault, DeviceState, LineState
from drivers.framing import Frame
from drivers.outgoing import Waiting
from drivers.profiles.loader import load_profile
from drivers.screens import STRIPS
from drivers.screens.strip_on_line import StripOnLine
from drivers.screens.strip_text import StripText, compose
from drivers.simulators.rs485_line import Rs485Line
from tests.drivers.far_end import FarEnd, await_fact

ENCODING = load_profile("a090-strip").encoding
CALL = bytes.fromhex("A0 90 05 A5 00 0E C7 EB 00 41 00 30 00 30 00 33 00 BA C5 00 8F")


def composed(text: str, colour: Colour = Colour.RED) -> StripText:
    assert ENCODING is not None
    return compose(text, ENCODING, colour)


@pytest.mark.parametrize("text", ["请A012到101窗口", "正在办理", "暂停服务", "空闲", "请一二三四五六七", ""])
def test_what_a_hall_shows_fits(text: str) -> None:
    assert (composed(text).shown, composed(text).clipped, composed(text).replaced) == (text, False, "")


def test_a_long_text_is_clipped_between_characters() -> None:
    assert composed("一二三四五六七八九").shown == "一二三四五六七八"
    assert composed("A一二三四五六七八").shown == "A一二三四五六七"
    assert composed("A一二三四五六七八").clipped


def test_a_character_the_strip_does_not_have_is_replaced_and_named() -> None:
    text = composed("请𠮷🙂号\n")
    assert text.shown == "请□□号□"
    assert text.replaced == "𠮷🙂\n"
    assert text.payload[3:5] == "□".encode("gbk")


def test_colour_is_said_once_or_within_the_text() -> None:
    assert composed("A", Colour.GREEN).payload == b"A\x01"
    assert composed("A#2#B#0#C", Colour.GREEN).payload == b"A\x01B\x02C\x00"
    assert composed("#3#", Colour.YELLOW).payload == b"#\x023\x02#\x02"


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_text_makes_more_cells_than_there_are_or_half_a_character(text: str) -> None:
    strip = composed(text)
    codes = strip.shown.encode("gbk")
    assert len(codes) <= 16
    assert len(strip.payload) == len(codes) + len(strip.shown)
    assert len(strip.payload) < 255


def begin(bus: Bus) -> None:
    bus.add_strip(window="101", address=5)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.READY)


def test_a_text_goes_out_and_the_reply_marks_the_strip_seen(bus: Bus, far_end: FarEnd) -> None:
    begin(bus)
    bus.show("101", "请A003号")
    far_end.await_bytes(CALL)
    assert bus.health().devices[0].state is DeviceState.SILENT
    assert bus.health().devices[0].last_seen is None
    far_end.say(bytes.fromhex("A0 90 05 A5 AA"))
    await_fact(lambda: bus.health().devices[0].state is DeviceState.READY)
    assert bus.health().devices[0].last_seen is not None


def test_of_many_texts_in_a_row_the_last_one_stands(bus: Bus, far_end: FarEnd) -> None:
    begin(bus)
    for number in range(1000):
        bus.show("101", f"A{number:03d}")
    bus.show("101", "请A003号")
    far_end.await_bytes(CALL)
    assert far_end.heard.count(b"\xa0\x90") <= 2, "texts nobody could have read were left out"


def test_two_strips_at_one_address_are_said_to_be_two(tmp_path: Path) -> None:
    with Rs485Line(link=tmp_path / "line") as line:
        first, second = line.add_strip(5), line.add_strip(5)
        line.add_strip(6)
        bus = Bus(line.path)
        bus.add_strip("101", 5)
        bus.add_strip("102", 6)
        bus.start()
        try:
            for text in ("请A001号", "请A002号", "请A003号"):
                for window in ("101", "102"):
                    bus.show(window, text)
                second.wait_text(text, 60)
            await_fact(lambda: bus.health().devices[0].state is DeviceState.SHARED, lambda: str(bus.health()))
            await_fact(lambda: bus.health().devices[1].state is DeviceState.READY, lambda: str(bus.health()))
            assert first.text == second.text == "请A003号"
        finally:
            bus.stop()


def test_a_strip_by_udp_is_told_its_text_again_because_nobody_knows_whether_it_came() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as through_screen:
        through_screen.bind(("127.0.0.1", 0))
        through_screen.settimeout(10)
        bus = Bus(f"udp://127.0.0.1:{through_screen.getsockname()[1]}")
        bus.add_strip("101", 5, "a090-udp-strip")
        bus.add_strip("102", 6, "a090-udp-strip")
        with pytest.raises(AddressRefused, match="is reached at a serial port"):
            bus.add_strip("103", 7, "a090-strip")
        bus.show("101", "请A003号")
        bus.show("102", "暂停服务")
        bus.start()
        try:
            told: Counter[bytes] = Counter()
            while len(told) < 2 or min(told.values()) < 2:
                told[through_screen.recv(100)] += 1
        finally:
            bus.stop()
        assert CALL in told and {frame[2] for frame in told} == {5, 6}
        assert {one.state for one in bus.health().devices} == {DeviceState.SILENT}, "closed, and nothing was claimed"


def answered_by(strip: StripOnLine, now: float) -> Waiting | None:
    """What goes out to the strip at this time."""
    waiting = strip.outgoing.due(now)
    if waiting is not None:
        strip.outgoing.drop(waiting.purpose)
        strip.sent(waiting, now)
    return waiting


def test_a_strip_that_does_not_confirm_gets_its_text_three_times_and_is_then_left() -> None:
    strip = StripOnLine("101", 5, STRIPS["a090-strip"]())
    strip.show("请A003号", Colour.RED)
    sent = [at for at in range(10) if answered_by(strip, 100.0 + at) is not None]
    assert sent == [0, 1, 2]
    assert strip.last_error is DeviceFault.NO_REPLY
    assert not strip.present


def test_a_strip_that_confirms_gets_its_text_once() -> None:
    strip = StripOnLine("101", 5, STRIPS["a090-strip"]())
    strip.show("请A003号", Colour.RED)
    assert answered_by(strip, 100) is not None
    strip.heard(Frame("a090", bytes.fromhex("A0 90 05 A5 AA"), 5, None, b""), 100.2)
    assert [at for at in range(10) if answered_by(strip, 101.0 + at) is not None] == []
    assert strip.present
