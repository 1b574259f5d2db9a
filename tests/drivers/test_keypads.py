"""A citizen's press at the counter: reported once, answered once it is kept, and never made up."""

import random

import pytest
from gevent.event import Event

from drivers.bus import Bus, DeviceFault, KeyPress, LineState
from drivers.framing import Frame
from drivers.keypads import KEYPADS
from drivers.keypads.keypad_on_line import KeypadOnLine
from drivers.outgoing import Purpose
from tests.drivers.far_end import FarEnd, await_fact

# Counter 1; the keypad's address on the line is 81.
PRESS = {
    0: bytes.fromhex("FF 68 03 03 68 81 11 00 92 16"),
    1: bytes.fromhex("FF 68 03 03 68 81 11 01 93 16"),
    3: bytes.fromhex("FF 68 03 03 68 81 11 03 95 16"),
    4: bytes.fromhex("FF 68 03 03 68 81 11 04 96 16"),
    5: bytes.fromhex("FF 68 03 03 68 81 11 05 97 16"),
}
START = bytes.fromhex("68 02 02 68 81 01 82 16")
# Sent by the program only when everything more urgent is out.
SHOW_X = bytes.fromhex("A0 90 09 A5 00 02 58 00 F6")


class Presses(list[KeyPress]):
    """What was reported, and its levels."""

    @property
    def levels(self) -> list[int]:
        return [press.level for press in self]


def begin(bus: Bus, presses: Presses, profile: str = "ff68-keypad-5") -> None:
    bus.add_keypad(window="101", address=1, profile=profile, on_press=presses.append)
    bus.add_strip(window="101", address=9)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.READY)


def everything_urgent_is_out(bus: Bus, far_end: FarEnd) -> None:
    before = far_end.listen().count(SHOW_X)
    assert bus.show("101", "X").shown == "X"
    far_end.await_bytes(SHOW_X, before + 1)


def test_each_key_of_a_five_level_keypad_is_its_level(bus: Bus, far_end: FarEnd) -> None:
    presses = Presses()
    begin(bus, presses)
    for key in (0, 1, 3, 4):
        far_end.press(PRESS[key], START)
    assert presses.levels == [1, 2, 4, 5]
    assert [(press.window, press.raw) for press in presses] == [("101", 0), ("101", 1), ("101", 3), ("101", 4)]


def test_a_four_level_keypad_has_no_middle(bus: Bus, far_end: FarEnd) -> None:
    presses = Presses()
    begin(bus, presses, profile="ff68-keypad-4")
    far_end.say(PRESS[4])
    far_end.press(PRESS[1], START)
    far_end.press(PRESS[3], START)
    assert presses.levels == [2, 5]
    assert bus.health().unexpected_keys == 1


def test_a_press_that_is_repeated_five_times_is_one_rating_with_one_answer(bus: Bus, far_end: FarEnd) -> None:
    presses = Presses()
    begin(bus, presses)
    said = far_end.press(PRESS[3] * 6, START)
    everything_urgent_is_out(bus, far_end)
    assert presses.levels == [4]
    assert bus.health().repeated_presses == 6 * said - 1
    assert far_end.heard.count(START) == 1, "the keypad would take a second answer for a new start"


def test_a_press_is_answered_only_when_it_is_kept(bus: Bus, far_end: FarEnd) -> None:
    kept = Event()
    reached = Event()

    def keep(press: KeyPress) -> None:
        reached.set()
        kept.wait()

    bus.add_keypad(window="101", address=1, profile="ff68-keypad-5", on_press=keep)
    bus.add_strip(window="101", address=9)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.READY)
    far_end.say(PRESS[3])
    assert reached.wait(timeout=60)
    everything_urgent_is_out(bus, far_end)
    assert START not in far_end.heard
    kept.set()
    # The keypad repeats, however late the press was kept.
    far_end.press(PRESS[3], START)


def test_a_press_that_could_not_be_kept_is_not_answered_and_its_repeat_is_another_chance(
    bus: Bus, far_end: FarEnd
) -> None:
    presses = Presses()
    disk = iter(["full", "free"])

    def keep(press: KeyPress) -> None:
        if next(disk) == "full":
            raise OSError("disk full")
        presses.append(press)

    bus.add_keypad(window="101", address=1, profile="ff68-keypad-5", on_press=keep)
    bus.start()
    await_fact(lambda: bus.health().state is LineState.READY)
    far_end.say(PRESS[3])
    await_fact(lambda: bus.health().not_taken == 1)
    assert bus.health().devices[0].last_error is DeviceFault.NOT_TAKEN
    assert START not in far_end.listen()
    far_end.press(PRESS[3], START)
    assert presses.levels == [4]


def test_what_is_no_press_is_counted_and_never_a_rating(bus: Bus, far_end: FarEnd) -> None:
    presses = Presses()
    begin(bus, presses)
    far_end.say(bytes.fromhex("FF 68 03 03 68 81 11 03 94 16"))  # wrong checksum
    far_end.say(PRESS[5])  # no such key
    far_end.say(bytes.fromhex("FF 68 03 03 68 82 11 03 96 16"))  # no such counter
    far_end.say(bytes.fromhex("00 FF FF 68"))  # noise
    far_end.press(PRESS[0], START)
    everything_urgent_is_out(bus, far_end)
    assert presses.levels == [1]
    health = bus.health()
    assert (health.bad_checksums, health.unexpected_keys, health.unknown_addresses) == (1, 1, 1)
    assert health.noise_bytes == 10 + 4
    assert far_end.heard.count(START) == 1, "only the press that was taken is answered"


def test_an_invitation_starts_a_rating(bus: Bus, far_end: FarEnd) -> None:
    begin(bus, Presses())
    bus.invite("101")
    far_end.await_bytes(START)
    bus.invite("101")
    far_end.await_bytes(START, 2)


def test_the_next_citizen_may_press_the_same_key_at_once(bus: Bus, far_end: FarEnd) -> None:
    presses = Presses()
    begin(bus, presses)
    for citizen in (1, 2, 3):
        before = far_end.listen().count(START)
        bus.invite("101")
        far_end.await_bytes(START, before + 1)
        far_end.press(PRESS[3], START)
        assert len(presses) == citizen
    assert presses.levels == [4, 4, 4]


def test_an_invitation_cancelled_before_it_went_out_is_not_sent(bus: Bus, far_end: FarEnd) -> None:
    bus.add_keypad(window="101", address=1, profile="ff68-keypad-5", on_press=Presses().append)
    bus.add_keypad(window="102", address=2, profile="ff68-keypad-5", on_press=Presses().append)
    bus.invite("101")
    bus.invite("102")
    bus.cancel_invitation("101")
    bus.start()
    far_end.await_bytes(bytes.fromhex("68 02 02 68 82 01 83 16"))
    assert START not in far_end.heard


def goes_out(keypad: KeypadOnLine, now: float) -> Purpose | None:
    """What the line would send to the keypad at this time."""
    waiting = keypad.outgoing.due(now)
    if waiting is None:
        return None
    keypad.outgoing.drop(waiting.purpose)
    keypad.sent(waiting, now)
    return waiting.purpose


@pytest.mark.parametrize("invited", ["before the press was heard", "when it was taken"])
def test_a_start_waits_while_it_would_be_taken_for_the_answer_to_a_press(invited: str) -> None:
    keypad: KeypadOnLine

    def rated(press: KeyPress) -> None:
        if invited == "when it was taken":
            keypad.invite()

    woken = Event()
    keypad = KeypadOnLine("101", 1, KEYPADS["ff68-keypad-5"](), rated, woken.set)
    if invited == "before the press was heard":
        keypad.invite()
    keypad.start()
    keypad.heard(Frame("ff68", PRESS[3], 0x81, 0x11, b"\x03"), 100.0)
    assert woken.wait(timeout=60)
    at = (100.01, 100.1, 100.3, 100.5, 100.6, 100.7)
    assert [goes_out(keypad, now) for now in at] == [Purpose.ACKNOWLEDGE, None, None, None, Purpose.START_RATING, None]
    keypad.stop(within_s=10)


def test_noise_without_a_press_in_it_rates_nothing(bus: Bus, far_end: FarEnd) -> None:
    presses = Presses()
    begin(bus, presses)
    chance = random.Random(16)
    # Everything a press is made of, but never the tail.
    noise = bytes(chance.choice(bytes.fromhex("FF 68 03 03 68 81 11 03 95 00 A0 90 A5")) for _ in range(3000))
    far_end.say(noise)
    await_fact(lambda: bus.health().noise_bytes == len(noise))
    far_end.press(PRESS[3], START)
    assert presses.levels == [4]
