"""The clerk's call pad: a key is echoed and reported once; what it shows is what the clerk is told."""

import pytest
from gevent.event import Event

from drivers.bus import Bus, KeyPress, LineState, NoSuchDevice, PadAction, PadKey
from tests.drivers.far_end import FarEnd, await_fact

CALL_NEXT = bytes.fromhex("FF 68 03 03 68 05 01 0C 12 16")
RECALL = bytes.fromhex("FF 68 03 03 68 05 01 0D 13 16")
MISS = bytes.fromhex("FF 68 04 04 68 05 01 05 0F 1A 16")


def begin(bus: Bus, keys: list[PadKey]) -> None:
    bus.add_pad(window="101", address=5, on_key=keys.append)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.READY)


def test_a_key_is_echoed_byte_for_byte_and_reported_with_its_digits(bus: Bus, far_end: FarEnd) -> None:
    keys: list[PadKey] = []
    begin(bus, keys)
    far_end.press(CALL_NEXT, CALL_NEXT)
    far_end.press(MISS, MISS)
    await_fact(lambda: len(keys) == 2)
    assert [(key.window, key.action, key.digits) for key in keys] == [
        ("101", PadAction.CALL_NEXT, ""),
        ("101", PadAction.MISS, "5"),
    ]


def test_a_key_repeated_until_it_was_echoed_calls_one_citizen(bus: Bus, far_end: FarEnd) -> None:
    keys: list[PadKey] = []
    begin(bus, keys)
    said = 5 * far_end.press(CALL_NEXT * 5, CALL_NEXT) + far_end.press(RECALL, RECALL)
    await_fact(lambda: len(keys) == 2)
    assert [key.action for key in keys] == [PadAction.CALL_NEXT, PadAction.RECALL]
    assert bus.health().repeated_presses == said - 2


def test_a_key_that_means_nothing_is_neither_echoed_nor_reported(bus: Bus, far_end: FarEnd) -> None:
    keys: list[PadKey] = []
    begin(bus, keys)
    unknown = bytes.fromhex("FF 68 03 03 68 05 01 10 16 16")
    said = far_end.press(unknown + RECALL, RECALL)
    await_fact(lambda: len(keys) == 1)
    assert unknown not in far_end.heard
    assert bus.health().unexpected_keys == said


def test_a_deed_that_takes_long_holds_up_neither_the_echo_nor_other_windows(bus: Bus, far_end: FarEnd) -> None:
    done = Event()
    presses: list[KeyPress] = []
    bus.add_pad(window="101", address=5, on_key=lambda key: done.wait() and None)
    bus.add_keypad(window="102", address=1, profile="ff68-keypad-5", on_press=presses.append)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.READY)
    far_end.press(CALL_NEXT, CALL_NEXT)
    far_end.say(bytes.fromhex("FF 68 03 03 68 81 11 03 95 16"))
    await_fact(lambda: [press.level for press in presses] == [4])
    done.set()


def test_the_pad_shows_number_and_waiting_and_says_how_the_deed_went(bus: Bus, far_end: FarEnd) -> None:
    begin(bus, [])
    bus.show_digits("101", "1234", waiting=7)
    far_end.await_bytes(bytes.fromhex("FF 68 08 08 68 05 02 01 02 03 04 0A 07 22 16"))
    bus.answer("101", ok=True)
    far_end.await_bytes(bytes.fromhex("FF 68 03 03 68 05 02 01 08 16"))
    bus.answer("101", ok=False)
    far_end.await_bytes(bytes.fromhex("FF 68 03 03 68 05 02 00 07 16"))
    bus.alert("101")
    far_end.await_bytes(bytes.fromhex("FF 68 02 02 68 05 03 08 16"))
    bus.show_digits("101", "12")
    far_end.await_bytes(bytes.fromhex("FF 68 04 04 68 05 02 01 02 0A 16"))


@pytest.mark.parametrize("digits", ["", "A012", "1" * 13, "1 2"])
def test_what_a_pad_cannot_show_is_refused(bus: Bus, digits: str) -> None:
    bus.add_pad(window="101", address=5, on_key=lambda key: None)
    with pytest.raises(ValueError, match="a call pad shows"):
        bus.show_digits("101", digits)


def test_a_window_without_a_pad_is_named(bus: Bus) -> None:
    with pytest.raises(NoSuchDevice, match="window 101 has no pad"):
        bus.alert("101")
