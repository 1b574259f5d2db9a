"""What is wrong with a line, said so that somebody can put it right."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from math import inf
from pathlib import Path

import gevent
import pytest

from drivers.bus import Bus, DeviceState, KeyPress, LineState
from drivers.framing import Frame, Framer
from drivers.line import Line, Sending
from drivers.port_holders import holders
from drivers.profiles.loader import load_profile
from drivers.serial_port import LinkTaken, SerialPort
from drivers.simulators.rs485_line import Rs485Line
from tests.drivers.far_end import FarEnd, await_fact

PRESS = bytes.fromhex("FF 68 03 03 68 81 11 03 95 16")
START = bytes.fromhex("68 02 02 68 81 01 82 16")
WRONG_SPEED = bytes.fromhex("00 E0 1C 80 FC 00 E0 E0 1C 00 FC 80") * 3
HOLD = "import serial, sys, time; port = serial.Serial(sys.argv[1], exclusive=True); print('held', flush=True); input()"


@pytest.fixture
def presses(bus: Bus) -> Iterator[list[KeyPress]]:
    heard: list[KeyPress] = []
    bus.add_keypad(window="101", address=1, profile="ff68-keypad-5", on_press=heard.append)
    yield heard


def ready(bus: Bus) -> None:
    await_fact(lambda: bus.health().state is LineState.READY, lambda: str(bus.health()))


def state(bus: Bus) -> DeviceState:
    return bus.health().devices[0].state


def test_a_port_that_another_program_holds_is_named_with_that_program(
    bus: Bus, far_end: FarEnd, presses: list[KeyPress]
) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(far_end.link)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        bus.start()
        await_fact(lambda: state(bus) is DeviceState.TAKEN)
        assert f"({other.pid})" in (bus.health().last_error or "")
        with pytest.raises(LinkTaken, match="import serial"):
            SerialPort(str(far_end.link)).open()
        assert other.stdin is not None
        other.stdin.write(b"\n")
    ready(bus)
    assert state(bus) is DeviceState.UNHEARD


def test_nobody_holds_a_port_that_is_not_there(tmp_path: Path) -> None:
    assert holders(str(tmp_path / "nothing")) == []


def test_bytes_that_never_make_a_frame_raise_the_question_of_the_speed(
    bus: Bus, far_end: FarEnd, presses: list[KeyPress]
) -> None:
    bus.start()
    ready(bus)
    far_end.say(WRONG_SPEED)
    await_fact(lambda: state(bus) is DeviceState.UNFIT)
    assert bus.health().noise_bytes >= 24
    assert presses == []
    far_end.press(PRESS, START)
    await_fact(lambda: state(bus) is DeviceState.READY)
    assert [press.level for press in presses] == [4]


def test_a_glitch_raises_no_question(bus: Bus, far_end: FarEnd, presses: list[KeyPress]) -> None:
    bus.start()
    ready(bus)
    far_end.say(b"\x00\xff\x00")
    await_fact(lambda: bus.health().noise_bytes == 3)
    assert state(bus) is DeviceState.UNHEARD


def test_two_keypads_at_one_address_are_said_to_be_two(tmp_path: Path) -> None:
    with Rs485Line(link=tmp_path / "line") as line:
        line.add_keypad(1), line.add_keypad(2)
        first, second = line.keypad(1), line.add_keypad(1)
        bus = Bus(line.path)
        for no in (1, 2):
            bus.add_keypad(window=f"10{no}", address=no, profile="ff68-keypad-5", on_press=lambda press: None)
        bus.start()
        try:
            ready(bus)
            for _ in range(3):
                first.press(3, even_asleep=True), second.press(5, even_asleep=True)
                assert line.keypad(2).press(4, even_asleep=True).wait_settled(10)
                assert first.press(4, even_asleep=True).wait_settled(10)
            await_fact(lambda: state(bus) is DeviceState.SHARED)
            assert bus.health().devices[1].state is DeviceState.READY
        finally:
            bus.stop()


def test_a_name_that_comes_to_mean_another_device_is_opened_again(
    bus: Bus, far_end: FarEnd, presses: list[KeyPress], tmp_path: Path
) -> None:
    bus.start()
    ready(bus)
    bus.invite("101")
    far_end.await_bytes(START)
    new = FarEnd(tmp_path / "new")
    new.plug()
    try:
        new.link.rename(far_end.link)  # as udev replaces a link, while the first device is still there
        new.await_bytes(START)
        assert "means another device" in (bus.health().last_error or "")
        new.press(PRESS, START)
        await_fact(lambda: len(presses) == 1)
    finally:
        bus.stop()
        new.link = far_end.link
        new.unplug()
        far_end.link.symlink_to("/dev/null")  # for the fixture to take away


def test_what_a_device_server_kept_from_before_is_no_press() -> None:
    heard: list[KeyPress] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        bus = Bus(f"socket://127.0.0.1:{server.getsockname()[1]}")
        bus.add_keypad(window="101", address=1, profile="ff68-keypad-5", on_press=heard.append)
        bus.start()
        try:
            far, _ = server.accept()
            with far:
                far.sendall(PRESS)
                ready(bus)
                far.sendall(bytes.fromhex("FF 68 03 03 68 81 11 00 92 16"))
                await_fact(lambda: bool(heard))
                assert [press.level for press in heard] == [1]
        finally:
            bus.stop()


class OneHugeFrame:
    """More than the system keeps for a line that nobody reads."""

    taken = False

    def heard(self, frame: Frame, now: float) -> None: ...

    def next_time(self) -> float:
        return inf if self.taken else 0.0

    def take_due(self, now: float) -> Sending | None:
        self.taken = True
        return Sending(bytes(1_000_000), lambda at: None)

    def line_opened(self, now: float) -> None: ...

    def line_lost(self) -> None: ...


def test_everything_else_goes_on_while_a_line_takes_nothing(far_end: FarEnd) -> None:
    """A line that nobody reads holds its writer up for a second; the program's other work goes on meanwhile."""
    framer = Framer([load_profile("ff68-pad").frame_rx])
    traffic = OneHugeFrame()
    hanging = Line(SerialPort(str(far_end.link)), framer, traffic, baud=9600, gap_s=0.0, local_echo=False)
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        while True:
            gevent.sleep(0.01)
            ticks += traffic.taken and hanging.state is LineState.READY  # while the line hangs

    ticker = gevent.spawn(tick)
    hanging.start()
    try:
        await_fact(lambda: "imeout" in (hanging.last_error or ""))
        assert ticks > 0
    finally:
        ticker.kill()
        hanging.stop()
