"""R10 for the devices with a code of their own: noise makes neither a crash nor a rating, a card or a code.

What a datagram, a line or an event says is read here a second time, without the drivers. Only the card's answers
carry a check; for the others a spoiled byte may say another key, but never one that does not stand there.
"""

import json
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.bridge import Bridge, Press
from drivers.card_dialogue import CardDialogue
from drivers.id_card import Identity
from drivers.keyboard import KeyboardPad
from drivers.keypads.sundyn import SundynTablet
from drivers.scanner import Debounce, SerialScanner
from drivers.simulators.card_reader import Card, answer
from drivers.simulators.keyboard_device import CODES, typed
from tests.promises.rounds import proving, rounds
from tests.promises.test_r10_noise import BYTES, FRAMES, spoiled

KEYS = {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}
NUMBER_PAD = {"1": 79, "2": 80, "3": 81, "4": 75, "5": 76}  # the same digits, on the right of a keyboard
EVENT = struct.calcsize("@llHHi")
NUMBER = "11010519491231002X"
FOUND, SELECTED = answer((0, 0, 0x9F), bytes(4)), answer((0, 0, 0x90), bytes(8))
READ = answer((0, 0, 0x90), bytes([1, 0, 4, 0]) + Card("韩梅梅", "2", "19491231", NUMBER).text() + bytes(1024))


@dataclass(frozen=True)
class Codec:
    """`good`: what a device says; `heard`: what the driver makes of bytes that come in these pieces, each time on a
    fresh device that was asked; `may_say`: whether it stands there."""

    good: tuple[bytes, ...]
    heard: Callable[..., list[object]]
    may_say: Callable[[object, bytes], bool]


def _tablet(*pieces: bytes) -> list[object]:
    tablet = SundynTablet(KEYS)
    tablet.invite()
    return [level for data in pieces if (level := tablet.hear(data, 1.0)) is not None]


def _tablet_says(level: object, data: bytes) -> bool:
    parts = data.decode("utf-8", "replace").split("||")
    return parts[0].strip() == "S02" and len(parts) > 3 and KEYS.get(parts[2]) == level


def _keyboard(*pieces: bytes) -> list[object]:
    pad = KeyboardPad(KEYS, frozenset(KEYS.values()))
    return [level for data in pieces for _, level in pad.feed(data)]


def _keyboard_says(level: object, data: bytes) -> bool:
    """Whole events only, as the kernel gives them."""
    events = struct.iter_unpack("@llHHi", data[: len(data) // EVENT * EVENT])
    down = {code for _, _, kind, code, value in events if kind == 1 and value == 1}
    return any(KEYS[sign] == level and {CODES[sign], NUMBER_PAD[sign]} & down for sign in KEYS)


def _bridge(*pieces: bytes) -> list[object]:
    bridge = Bridge()
    bridge.ask("invite", "keypad/101")
    return [said.level for data in pieces for said in bridge.hear(data) if isinstance(said, Press)]


def _bridge_says(level: object, data: bytes) -> bool:
    for line in data.split(b"\n"):
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and said.get("level") == level and said.get("event") == "press":
            return True
    return False


def _card(*pieces: bytes) -> list[object]:
    """A card was found and selected; this is what comes after the question to read it."""
    dialogue = CardDialogue(b"key")
    for now, said in ((0.0, FOUND), (0.1, SELECTED)):
        dialogue.due(now)
        dialogue.hear(said, now)
    dialogue.due(0.2)
    return [card for data in pieces for card in dialogue.hear(data, 0.3)]


def _card_says(card: object, data: bytes) -> bool:
    return isinstance(card, Identity) and card.last_four == NUMBER[-4:] and card.name == "韩梅梅"


def _scanner(*pieces: bytes) -> list[object]:
    scanner = SerialScanner(Debounce(0))
    return [code for data in pieces for code in scanner.feed(data, 1.0)]


def _scanner_says(code: object, data: bytes) -> bool:
    return isinstance(code, str) and code.isprintable() and any(code.encode(c) in data for c in ("utf-8", "gb18030"))


PRESS = b'{"event":"press","device":"keypad/101","invite":1,"level":4,"press":"p1"}\n'
CODECS = {
    "sundyn": Codec((b"S02||1003||2||2026-10-12 09:00:00||E", b"S95OK"), _tablet, _tablet_says),
    "keyboard": Codec((typed("3"), typed("1")), _keyboard, _keyboard_says),
    "bridge": Codec((PRESS, b'{"id":1,"ok":true}\n'), _bridge, _bridge_says),
    "id-card": Codec((READ,), _card, _card_says),
    "scanner": Codec(("https://pk.example/LJ/ticket/12#k7Q临江\r\n".encode(), b"A012\r"), _scanner, _scanner_says),
}


def _pieces(rng: random.Random, count: int) -> list[bytes]:
    """Random bytes as they are read: datagrams and reads of all lengths."""
    out, left = [], count
    while left > 0:
        out.append(rng.randbytes(min(left, rng.randrange(1, 200))))
        left -= len(out[-1])
    return out


@pytest.mark.parametrize("name", CODECS)
def test_noise_says_nothing_that_does_not_stand_there(name: str) -> None:
    codec = CODECS[name]
    bytes_, frames = rounds(20_000, BYTES), rounds(1_000, FRAMES)
    with proving("R10", "spoiled frames", FRAMES, name) as result:
        for piece in _pieces(result.rng, bytes_):
            assert all(codec.may_say(said, piece) for said in codec.heard(piece))
        heard = 0
        for _ in range(frames):
            broken = spoiled(result.rng.choice(codec.good), result.rng)
            for said in codec.heard(broken):
                assert codec.may_say(said, broken), f"{broken.hex(' ')} was read as {said}"
                heard += 1
        result.reached = frames
        told = "0 crashes, nothing that did not stand there"
        result.figure = f"{bytes_} random bytes and {frames} spoiled messages: {told}"
        result.control = f"{heard} of {frames} spoiled messages still said something, as it stood there"


@pytest.mark.parametrize("name", [name for name in CODECS if name != "sundyn"])  # a datagram comes whole
def test_where_a_read_ends_changes_nothing(name: str) -> None:
    codec = CODECS[name]
    for good in codec.good:
        whole = codec.heard(good)
        assert whole or good is not codec.good[0], "what is not spoiled is heard"
        assert all(codec.heard(good[:cut], good[cut:]) == whole for cut in range(len(good) + 1))
