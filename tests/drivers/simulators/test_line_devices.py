"""Keypads, call pads and strips on the line answer a host byte for byte."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.simulators.rs485_line import Rs485Line

START_1 = bytes.fromhex("6802026881018216")
START_5 = bytes.fromhex("6802026885018616")
GRADE_3_AT_5 = bytes.fromhex("ff680303688511039916")


def test_a_keypad_sleeps_until_the_start_frame_and_sends_one_press(line: Rs485Line, host: Any) -> None:
    keypad = line.keypad(5)
    assert not keypad.awake
    host.send(START_5)
    assert keypad.wait_awake(10)
    press = keypad.press(4)

    assert host.receive(10) == GRADE_3_AT_5
    host.send(START_5)
    assert press.wait_acknowledged(10)
    assert not keypad.awake, "the acknowledgement is no new start"
    assert (keypad.starts, line.presses) == (1, [press])
    assert not line.keypad(1).awake


@pytest.mark.parametrize(
    ("levels", "level", "grade"),
    [(5, 1, 0), (5, 2, 1), (5, 3, 2), (5, 4, 3), (5, 5, 4), (4, 1, 0), (4, 2, 1), (4, 4, 2), (4, 5, 3)],
)
def test_each_key_sends_its_grade(levels: Any, level: int, grade: int, open_serial: Callable[[str], Any]) -> None:
    with Rs485Line() as line:
        keypad = line.add_keypad(7, levels)
        host = open_serial(line.path)
        keypad.press(level, even_asleep=True)

        assert host.receive(10) == bytes((0xFF, 0x68, 3, 3, 0x68, 0x87, 0x11, grade, (0x98 + grade) & 0xFF, 0x16))


def test_a_four_level_keypad_has_no_middle(line: Rs485Line) -> None:
    with pytest.raises(ValueError, match="level 3"):
        line.add_keypad(9, 4).press(3)


def test_a_press_on_a_sleeping_keypad_says_nothing(line: Rs485Line, host: Any) -> None:
    press = line.keypad(5).press(5)
    line.keypad(1).press(1, even_asleep=True)

    assert host.receive(10)[5] == 0x81, "the first frame on the line is the other keypad's"
    assert (press.times_sent, press.acknowledged, press.settled) == (0, False, True)


def test_an_unanswered_press_is_sent_six_times_and_given_up(line: Rs485Line, host: Any) -> None:
    line.repeat_seconds = 0.02
    host.send(START_5)
    line.keypad(5).wait_awake(10)
    press = line.keypad(5).press(4)

    assert host.receive(60) == GRADE_3_AT_5 * 6, "once and five times more"
    assert press.wait_settled(10)
    assert (press.times_sent, press.acknowledged) == (6, False)


def test_the_first_start_frame_within_half_a_second_acknowledges_and_the_second_starts(
    line: Rs485Line, host: Any, clock: Any
) -> None:
    keypad = line.keypad(5)
    press = keypad.press(4, even_asleep=True)
    clock.now += 0.5
    host.send(START_5 + START_5)

    assert press.wait_acknowledged(10)
    assert keypad.wait_awake(10)
    assert keypad.starts == 1


def test_a_start_frame_later_than_half_a_second_after_the_press_is_a_new_start(
    line: Rs485Line, host: Any, clock: Any
) -> None:
    keypad = line.keypad(5)
    press = keypad.press(4, even_asleep=True)
    clock.now += 0.51
    host.send(START_5)

    assert keypad.wait_awake(10)
    assert not press.wait_acknowledged(10)


def test_each_repeat_of_a_press_may_be_answered_within_half_a_second_of_its_own(
    line: Rs485Line, host: Any, clock: Any
) -> None:
    line.repeat_seconds = 0.5
    keypad = line.keypad(5)
    press = keypad.press(4, even_asleep=True)
    clock.now += 0.6
    with line.changed:
        assert line.changed.wait_for(lambda: press.sent_at == clock.now, 10), "never repeated"
    host.send(START_5)

    assert press.wait_acknowledged(10)
    assert not keypad.awake, "the keypad has what it waited for"


def test_a_keypad_shows_the_clerks_stars(line: Rs485Line, host: Any) -> None:
    host.send(bytes.fromhex("68030368 85 02 04 8b 16") + START_5)
    line.keypad(5).wait_awake(10)

    assert line.keypad(5).stars == 4


@pytest.mark.parametrize(
    ("key", "digits", "frame"),
    [
        ("call_next", "", "ff6803036805010c1216"),
        ("recall", "", "ff6803036805010d1316"),
        ("start", "", "ff6803036805010a1016"),
        ("cancel", "", "ff6803036805010e1416"),
        ("function", "5", "ff680404680501050f1a16"),
        ("call_next", "1024", "ff68070768050101000204 0c1916"),
    ],
)
def test_a_pads_key_is_echoed_by_the_host(line: Rs485Line, host: Any, key: str, digits: str, frame: str) -> None:
    raw = bytes.fromhex(frame)
    press = line.pad(5).press(key, digits)
    assert host.receive(len(raw)) == raw
    host.send(raw)

    assert press.wait_acknowledged(10)
    assert (press.raw, press.times_sent) == (raw, 1)


def test_a_pads_key_is_sent_again_until_the_echo_comes(line: Rs485Line, host: Any) -> None:
    line.repeat_seconds = 0.2
    press = line.pad(5).press("call_next")
    assert host.receive(20) == press.raw * 2
    host.send(press.raw)

    assert press.wait_acknowledged(10)
    assert 2 <= press.times_sent <= 6


def test_an_echo_with_one_byte_wrong_is_no_echo(line: Rs485Line, host: Any) -> None:
    line.repeat_seconds = 0.02
    press = line.pad(5).press("call_next")
    host.send(bytes.fromhex("ff6803036805010d1316"))

    assert press.wait_settled(10)
    assert (press.acknowledged, press.times_sent) == (False, 6)


def test_the_wait_key_alone_starts_the_rating_at_its_own_counter(line: Rs485Line) -> None:
    line.pad(5).press("wait")
    assert line.keypad(5).wait_awake(10)
    line.pad(1).press("wait", "0")

    assert not line.keypad(1).awake, "0 and wait puts the number back to waiting"


def test_a_pad_shows_what_the_host_says(line: Rs485Line, host: Any) -> None:
    host.send(bytes.fromhex("ff68080868050201020304 0a07 2216"))
    host.send(bytes.fromhex("ff680303680502010816 ff680303680502000716 ff6802026805030816"))
    reactions = line.pad(5).wait_reactions(4, 10)

    assert [(reaction.what, reaction.text) for reaction in reactions] == [
        ("digits", "1234_7"), ("success", ""), ("failure", ""), ("beep", ""),
    ]  # fmt: skip
    assert line.pad(5).display == "1234_7"
    assert line.pad(1).reactions == []


def test_a_strip_shows_its_text_in_colours_and_answers(line: Rs485Line, host: Any) -> None:
    host.send(bytes.fromhex("a09005a5000e c7eb00 4100 3000 3000 3300 bac500 8f"))
    assert host.receive(5) == bytes.fromhex("a09005a5aa")
    line.strip(5).wait_text("请A003号", 10)
    host.send(bytes.fromhex("a09005a50005 c7eb01 4102 00") + START_5)
    assert line.keypad(5).wait_awake(10)

    assert line.strip(5).colours == ("red",) * 6
    assert [shown.text for shown in line.strip(5).history] == ["请A003号"], "a wrong check byte changes nothing"


def test_a_strip_knows_its_three_colours(line: Rs485Line, host: Any) -> None:
    body = bytes.fromhex("01a50008 c7eb01 bac502 4100")
    check = 0
    for byte in body:
        check ^= byte
    host.send(b"\xa0\x90" + body + bytes((check,)))
    line.strip(1).wait_text("请号A", 10)

    assert line.strip(1).colours == ("green", "yellow", "red")


def test_a_probed_strip_answers(line: Rs485Line, host: Any) -> None:
    host.send(bytes.fromhex("a09005a10000a4"))

    assert host.receive(5) == bytes.fromhex("a09005a5aa")
    assert line.strip(5).probes == 1
    assert line.strip(5).history == []


def test_every_byte_on_the_line_stands_in_its_log(line: Rs485Line, host: Any, tmp_path: Path) -> None:
    host.send(b"\x31" + START_5)
    line.keypad(5).wait_awake(10)
    press = line.keypad(5).press(4)
    host.receive(10)
    host.send(START_5)
    press.wait_acknowledged(10)
    line.stop()
    events = [json.loads(text) for text in (tmp_path / "line0.jsonl").read_text("utf-8").splitlines()]
    incoming = "".join(event["hex"] for event in events if event.get("direction") == "in")
    outgoing = [event["hex"] for event in events if event.get("direction") == "out"]

    assert bytes.fromhex(incoming) == b"\x31" + START_5 + START_5
    assert outgoing and {bytes.fromhex(text) for text in outgoing} == {GRADE_3_AT_5}
    assert [event["level"] for event in events if event["event"] == "press"] == [4]
    assert "keypad 5 press acknowledged" in [event.get("meaning") for event in events]
