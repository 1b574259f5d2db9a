"""Presses that a device says once, and presses that could not be kept."""

from collections.abc import Callable

import pytest

from drivers.bridge_line import BridgeLine
from drivers.bus import AddressRefused, DeviceState, KeyPress, NoSuchDevice, ProfileRefused
from drivers.keypads import said_once
from drivers.keypads.keyboard_line import KeyboardLine
from drivers.keypads.said_once import SaidOnce
from drivers.keypads.sundyn import HEARTBEAT, RATE, WELCOME, SundynTablet
from drivers.keypads.tablet_line import TabletLine
from drivers.simulators.bridge_program import BridgeProgram
from drivers.simulators.on_port import OnPort
from tests.drivers.far_end import await_fact

PRESS = KeyPress("101", 5, 0x31, 1.0)
KEYS = {"1": 5, "2": 1}


class FullDisk:
    """Keeps a press when there is room again."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.tried = 0
        self.kept: list[KeyPress] = []

    def __call__(self, press: KeyPress) -> None:
        self.tried += 1
        if self.tried <= self.times:
            raise OSError("no space left on device")
        self.kept.append(press)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said_once, "AGAIN_S", 0.02)


def test_a_press_that_could_not_be_kept_is_held_until_it_is() -> None:
    disk = FullDisk(3)
    said = SaidOnce(disk, 0.3)
    said.start()
    said.pressed(PRESS)
    await_fact(lambda: disk.kept == [PRESS])
    assert said.not_taken == 3 and disk.tried == 4
    said.stop(1.0)


def test_a_press_that_nobody_kept_is_for_nobody_when_its_invitation_is_over() -> None:
    disk = FullDisk(10**9)
    said = SaidOnce(disk, 0.3)
    said.start()
    said.pressed(PRESS)
    await_fact(lambda: disk.tried >= 2)
    said.forget()
    disk.times = 0
    other = KeyPress("101", 1, 0x32, 2.0)
    said.pressed(other)
    await_fact(lambda: disk.kept == [other])
    said.stop(1.0)
    assert disk.kept == [other]


def test_a_bridge_says_a_press_again_that_could_not_be_kept() -> None:
    program, disk = BridgeProgram("keypad/101"), FullDisk(1)
    with OnPort(program.hear, tcp=True) as bridge:
        line = BridgeLine(bridge.path)
        line.add_keypad("101", 1, "bridge", disk)
        line.start()
        try:
            await_fact(lambda: line.health().devices[0].state is DeviceState.READY, lambda: str(line.health()))
            line.invite("101")
            await_fact(lambda: program.asked == {"keypad/101"})
            bridge.say(program.press("keypad/101", 4))
            await_fact(lambda: line.health().not_taken == 1)
            bridge.say(program.repeat())
            await_fact(lambda: [press.level for press in disk.kept] == [4])
            await_fact(lambda: program.repeat() == b"")
        finally:
            line.stop()


def test_a_tablet_is_told_again_until_it_says_that_it_heard() -> None:
    tablet = SundynTablet(KEYS)
    assert tablet.invite() == RATE
    assert [tablet.due(at) for at in (0.0, 0.5, 1.0, 1.5, 2.0)] == [HEARTBEAT, None, RATE, None, RATE]
    tablet.hear(b"S95OK", 2.1)
    assert tablet.due(3.0) == RATE, "that it is there does not say that it heard"
    tablet.hear(b"RecvCmdOK", 3.1)
    assert [tablet.due(at) for at in (4.0, 9.0, 10.0)] == [None, None, HEARTBEAT]
    assert tablet.cancel() == WELCOME
    assert [tablet.due(11.0 + at) for at in range(8)].count(WELCOME) == 5, "not for ever"


@pytest.mark.parametrize(
    "make",
    [
        lambda: TabletLine(7791, {1: ("10.0.0.1", 8001), 2: ("10.0.0.2", 8001)}, KEYS),
        lambda: KeyboardLine("/dev/input/none", KEYS, 0.3, grab=True),
        lambda: BridgeLine("socket://127.0.0.1:9"),
    ],
)
def test_what_such_a_line_does_not_have_is_refused(make: Callable[[], TabletLine | KeyboardLine | BridgeLine]) -> None:
    line = make()
    with pytest.raises(ProfileRefused):
        line.add_keypad("1", 1, "ff68-keypad-5", lambda press: None)
    line.add_keypad("1", 1, line.profile_id, lambda press: None)
    with pytest.raises(AddressRefused):
        line.add_keypad("1", 1, line.profile_id, lambda press: None)
    with pytest.raises(AddressRefused):
        line.add_pad("1", 1, lambda key: None, "ff68-pad")
    for ask in (line.invite, line.cancel_invitation):
        with pytest.raises(NoSuchDevice):
            ask("2")
    with pytest.raises(NoSuchDevice):
        line.show("1", "A012")
    with pytest.raises(NoSuchDevice):
        line.answer("1", ok=True)
    with pytest.raises(NoSuchDevice):
        line.show_digits("1", "12")


def test_a_tablet_that_the_settings_do_not_place_is_refused() -> None:
    with pytest.raises(AddressRefused, match="the settings place no tablet at address 3"):
        TabletLine(7791, {1: ("10.0.0.1", 8001)}, KEYS).add_keypad("1", 3, "sundyn", lambda press: None)
