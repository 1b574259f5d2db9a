"""What a host meets when something is wrong with the line or with a device on it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.simulators.rs485_line import Rs485Line

START_1 = bytes.fromhex("6802026881018216")
START_5 = bytes.fromhex("6802026885018616")
GRADE_3_AT_5 = bytes.fromhex("ff680303688511039916")
GRADE_3_AT_1 = bytes.fromhex("ff680303688111039516")


def test_a_dead_keypad_neither_hears_nor_speaks(line: Rs485Line, host: Any) -> None:
    line.keypad(5).faults.dead = True
    host.send(START_5 + START_1)
    assert line.keypad(1).wait_awake(10)

    assert not line.keypad(5).awake
    assert line.keypad(5).press(5, even_asleep=True).times_sent == 0


def test_a_silent_keypad_hears_and_does_not_speak(line: Rs485Line, host: Any) -> None:
    line.keypad(5).faults.silent = True
    host.send(START_5)
    assert line.keypad(5).wait_awake(10)
    line.keypad(5).press(4)
    line.keypad(1).press(4, even_asleep=True)

    assert host.receive(10) == GRADE_3_AT_1


def test_a_silent_line_lets_nothing_through_to_the_host(line: Rs485Line, host: Any) -> None:
    line.repeat_seconds = 0.02
    line.faults.silent = True
    press = line.pad(5).press("call_next")
    assert press.wait_settled(10)
    line.faults.silent = False
    line.keypad(1).press(4, even_asleep=True)

    assert host.receive(10) == GRADE_3_AT_1


def test_the_repeat_of_a_damaged_press_is_whole(line: Rs485Line, host: Any) -> None:
    line.repeat_seconds = 0.02
    line.keypad(5).faults.wrong_checksum = 1
    line.keypad(5).press(4, even_asleep=True)

    assert host.receive(20) == bytes.fromhex("ff68030368851103cc16") + GRADE_3_AT_5


def test_a_line_may_lose_a_byte_or_turn_a_bit(line: Rs485Line, host: Any) -> None:
    line.repeat_seconds = 0.02
    line.faults.drop_byte = 1
    line.keypad(5).press(4, even_asleep=True)
    damaged = host.receive(19)

    assert damaged[9:] == GRADE_3_AT_5
    assert damaged[:9] == GRADE_3_AT_5[:5] + GRADE_3_AT_5[6:]


def test_noise_lies_before_the_frames_and_between_them(line: Rs485Line, host: Any) -> None:
    line.faults.noise = b"\xff\x00"
    line.inject(b"\x68\x68")
    line.keypad(5).press(4, even_asleep=True)

    assert host.receive(14) == b"\x68\x68" + b"\xff\x00" + GRADE_3_AT_5


def test_a_split_frame_arrives_whole_in_the_end(line: Rs485Line, host: Any) -> None:
    line.faults.split_delay = 0.01
    line.keypad(5).press(4, even_asleep=True)

    assert host.receive(10) == GRADE_3_AT_5


def test_merged_frames_come_in_one_read(line: Rs485Line, host: Any) -> None:
    line.faults.merge = 2
    line.keypad(5).press(4, even_asleep=True)
    line.keypad(1).press(4, even_asleep=True)
    host.receive(1)

    assert len(os.read(host.descriptor, 100)) == 19


def test_a_bouncing_key_sends_its_press_twice(line: Rs485Line, host: Any) -> None:
    line.keypad(5).faults.duplicate_key = True
    press = line.keypad(5).press(4, even_asleep=True)
    host.receive(20)
    host.send(START_5)

    assert press.wait_settled(10)
    assert press.times_sent >= 2


def test_two_keypads_on_one_address_both_wake_and_both_speak(line: Rs485Line, host: Any) -> None:
    other = line.add_keypad(5)
    host.send(START_5)
    assert line.keypad(5).wait_awake(10)
    assert other.wait_awake(10)
    other.press(1)
    line.keypad(5).press(4)
    frames = host.receive(20)

    assert {frames[:10], frames[10:]} == {GRADE_3_AT_5, bytes.fromhex("ff680303688511009616")}


def test_two_strips_on_one_address_both_answer(line: Rs485Line, host: Any) -> None:
    line.add_strip(5)
    host.send(bytes.fromhex("a09005a10000a4"))

    assert host.receive(10) == bytes.fromhex("a09005a5aa") * 2


def test_an_adapter_with_local_echo_returns_the_hosts_bytes(line: Rs485Line, host: Any) -> None:
    line.local_echo = True
    host.send(START_5)

    assert host.receive(8) == START_5
    assert line.keypad(5).wait_awake(10)


def test_an_unplugged_line_hangs_up_and_comes_back_on_another_pty_behind_the_same_link(
    line: Rs485Line, host: Any, open_serial: Callable[[str], Any]
) -> None:
    line.repeat_seconds = 0.02
    link = Path(line.path)
    before = link.resolve()
    line.unplug()

    assert not link.is_symlink()
    with pytest.raises(OSError) as refused:
        os.write(host.descriptor, START_5)
    assert refused.value.errno == errno.EIO
    line.keypad(5).press(4, even_asleep=True).wait_settled(10)

    line.replug()
    fresh = open_serial(line.path)
    fresh.send(START_1)
    assert line.keypad(1).wait_awake(10)
    line.keypad(1).press(4)
    assert fresh.receive(10) == GRADE_3_AT_1, "what was pressed while unplugged does not come later"
    assert link.resolve() != before


def test_strips_keep_their_text_while_the_line_is_unplugged(line: Rs485Line, host: Any) -> None:
    host.send(bytes.fromhex("a09005a5000e c7eb00 4100 3000 3000 3300 bac500 8f"))
    line.strip(5).wait_text("请A003号", 10)
    line.unplug()
    line.replug()

    assert line.strip(5).text == "请A003号"


def test_the_line_sees_the_speed_its_host_has_set(line: Rs485Line, host: Any) -> None:
    assert line.baud() == 9600


def test_a_line_may_be_reached_by_tcp(connect: Callable[[Any], Any]) -> None:
    with Rs485Line(pty=False, tcp=True) as line:
        keypad = line.add_keypad(5)
        host = connect(line)
        host.send(START_5)
        assert keypad.wait_awake(10)
        keypad.press(4)

        assert host.receive(10) == GRADE_3_AT_5


def test_asking_for_a_device_that_is_not_there_says_so(line: Rs485Line) -> None:
    with pytest.raises(KeyError, match="counter 77"):
        line.keypad(77)
