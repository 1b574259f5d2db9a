"""Devices that pretend to be keyboards: rating pads and scanners, as Linux tells of their keys; and serial scanners."""

import random
import struct

import pytest

from drivers.input_device import InputDevice
from drivers.keyboard import InputEvents, KeyboardPad
from drivers.scanner import Debounce, SerialScanner, WedgeScanner
from drivers.serial_port import LinkLost

# Written down from the kernel's header: the codes of some keys.
CODES = {"1": 2, "2": 3, "3": 4, "4": 5, "5": 6, "a": 30, "b": 48, "h": 35, "t": 20, "p": 25, "s": 31, ":": 39, "/": 53,
         ".": 52, "k": 37, "0": 11, "\n": 28, "SHIFT": 42, "KP7": 71}  # fmt: skip
LEVELS = {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}


def event(code: int, value: int, kind: int = 1, word: int = 8) -> bytes:
    time = struct.pack("<qq", 1_791_000_000, 5) if word == 8 else struct.pack("<ii", 1_791_000_000, 5)
    return time + struct.pack("<HHi", kind, code, value)


def stroke(name: str, word: int = 8) -> bytes:
    """Scan code, down, report, up, report: what one stroke makes."""
    code, ends = CODES[name], event(0, 0, 0, word)
    return event(4, 458_782, 4, word) + event(code, 1, 1, word) + ends + event(code, 0, 1, word) + ends


def typed(text: str) -> bytes:
    out = b""
    for sign in text:
        shifted = sign.isupper() or sign == ":"
        down, up = (event(42, 1), event(42, 0)) if shifted else (b"", b"")
        out += down + stroke(sign.lower()) + up
    return out


def pad(word: int = 8) -> KeyboardPad:
    return KeyboardPad(LEVELS, frozenset(range(1, 6)), word=word)


@pytest.mark.parametrize("word", [8, 4])
def test_a_published_event_is_one_press(word: int) -> None:
    assert InputEvents(word).feed(event(30, 1, 1, word) + event(30, 2, 1, word) + event(30, 0, 1, word)) == [
        (30, True),
        (30, False),
    ]
    assert [pad(word).feed(stroke(name, word)) for name in "12345"] == [[(n, LEVELS[n])] for n in "12345"]


def test_where_a_read_ends_changes_nothing() -> None:
    stream = stroke("3") + stroke("1") + stroke("a") + stroke("5")
    for cut in range(len(stream) + 1):
        one = pad()
        assert one.feed(stream[:cut]) + one.feed(stream[cut:]) == [("3", 3), ("1", 5), ("5", 1)]


def test_a_key_held_down_is_one_press_and_other_keys_are_none() -> None:
    one = pad()
    assert one.feed(event(2, 1) + event(2, 2) * 40 + event(2, 0)) == [("1", 5)]
    assert one.feed(stroke("KP7") + stroke("\n") + stroke("SHIFT")) == []
    assert one.unexpected == 1


@pytest.mark.parametrize("key_map", [{"1": 5, "2": 4, "3": 3, "4": 2}, {**LEVELS, "6": 1}, {**LEVELS, "10": 1}])
def test_a_hole_in_the_key_map_is_refused(key_map: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="each level needs one key"):
        KeyboardPad(key_map, frozenset(range(1, 6)))


def test_noise_is_no_rating() -> None:
    # The kernel gives whole events; whatever else comes must not crash, and only events with our keys count.
    one, chance = pad(), random.Random(24)
    stream = chance.randbytes(200_000)
    found = [level for at in range(0, len(stream), 97) for level in one.feed(stream[at : at + 97])]
    assert found == []


def test_a_device_that_is_no_keyboard_cannot_be_grabbed(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("input") / "event0"
    file.write_bytes(b"")
    with pytest.raises(LinkLost, match="event0"):
        InputDevice(str(file)).open()


def test_a_wedge_scanner_types_a_code() -> None:
    scanner = WedgeScanner()
    assert scanner.feed(typed("Http://pk.ht/A012\n".replace("2", "3")), 5.0) == ["Http://pk.ht/A013"]
    assert scanner.feed(typed("Http://pk.ht/A013\n"), 6.0) == [], "the paper still lies there"
    assert scanner.feed(typed("Http://pk.ht/A013\n"), 9.0) == ["Http://pk.ht/A013"]


def test_fingers_are_no_scanner() -> None:
    scanner = WedgeScanner()
    assert scanner.feed(typed("a0"), 1.0) == [] and scanner.feed(typed("13"), 1.5) == []
    assert scanner.feed(typed("\n"), 1.51) == ["13"]
    assert scanner.feed(typed("a0"), 3.0) == [] and scanner.feed(typed("\n"), 3.2) == []


SCANNED = "https://paihao.example/t#临江区A012"


@pytest.mark.parametrize(("coding", "end"), [("utf-8", b"\r\n"), ("gb18030", b"\r"), ("utf-8", b"\n")])
def test_a_serial_scanner_says_lines_in_either_coding(coding: str, end: bytes) -> None:
    stream = SCANNED.encode(coding) + end
    for cut in range(len(stream) + 1):
        scanner = SerialScanner()
        assert scanner.feed(stream[:cut], 1.0) + scanner.feed(stream[cut:], 1.0) == [SCANNED]


def test_a_code_seen_again_at_once_is_one() -> None:
    scanner = SerialScanner(Debounce(2.5))
    line = b"A012\r"
    assert scanner.feed(line + line, 1.0) == ["A012"]
    assert scanner.feed(line, 3.0) == [] and scanner.feed(b"A013\r", 3.1) == ["A013"]
    assert scanner.feed(line, 3.2) == ["A012"] and scanner.feed(line, 6.0) == ["A012"]


def test_what_is_no_text_is_refused_and_the_next_code_is_read() -> None:
    scanner = SerialScanner()
    assert scanner.feed(b"\xff\xfe\x00A\rA012\r", 1.0) == ["A012"]
    assert scanner.feed(b"x" * 5_000 + b"\rA013\r", 2.0) == ["A013"]
    assert scanner.refused == 2
    chance = random.Random(13)
    for code in scanner.feed(chance.randbytes(100_000), 3.0):
        assert code.isprintable()
