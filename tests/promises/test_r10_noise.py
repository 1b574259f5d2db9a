"""R10: noise on the line never makes a rating. For each profile: random bytes, and frames spoiled on the way.

What counts as a frame is judged here, from the published layouts, without the drivers. Each spoiled frame has one fault
(a byte changed, lost, added or said twice; cut short; run into the next), which no check of one byte can miss.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.bus import Bus, KeyPress, LineState
from drivers.framing import Framer
from drivers.profile_check import understood_by
from drivers.profiles.loader import load_profile, profile_names
from drivers.profiles.profile import Event, Profile
from drivers.simulators.onbon_card import opened
from tests.drivers.far_end import FarEnd, await_fact
from tests.promises.rounds import LONG, proving, rounds

BYTES, FRAMES = 1_000_000, 100_000
READ = 61  # bytes at a time, so that reads end everywhere
STRIPS = {load_profile(name).family: name for name in profile_names() if load_profile(name).kind == "strip"}
# Strips of one family hear alike; of each, one listens.
LISTENING = [
    name
    for name in profile_names()
    if load_profile(name).frame_rx is not None and STRIPS.get(load_profile(name).family, name) == name
]


def _ff68(raw: bytes) -> bool:
    size = raw[2]
    whole = len(raw) == size + 7 and raw[:2] == b"\xff\x68" and raw[3] == size and raw[4] == 0x68 and raw[-1] == 0x16
    return whole and sum(raw[5:-2]) % 256 == raw[-2]


def _a090(raw: bytes) -> bool:
    return 5 <= len(raw) <= 16 and raw[:2] == b"\xa0\x90" and raw[-2:] == b"\xa5\xaa"


def _onbon(raw: bytes) -> bool:
    inside = raw.lstrip(b"\xa5")
    return len(raw) - len(inside) >= 2 and inside.find(b"\x5a") == len(inside) - 1 and opened(inside[:-1]) is not None


def _huidu(raw: bytes) -> bool:
    return 4 <= len(raw) == raw[0] + 256 * raw[1]


JUDGES: dict[str, Callable[[bytes], bool]] = {
    "ff68": _ff68, "a090": _a090, "bxk": _onbon, "bx6q": _onbon, "huidu": _huidu,
}  # fmt: skip


class Listener:
    """The program's ear at one profile: every event with the bytes that it was made of."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._framer = Framer([profile.frame_rx])
        self.events: list[tuple[Event, bytes]] = []

    def hear(self, stream: bytes) -> None:
        """Read in pieces."""
        for at in range(0, len(stream), READ):
            self._note(stream[at : at + READ])

    def fall_silent(self) -> None:
        """The end of what was said."""
        for frame in self._framer.silence():
            self._take(frame.raw, understood_by(self._profile, frame)[0])

    def _note(self, chunk: bytes) -> None:
        for frame in self._framer.feed(chunk):
            self._take(frame.raw, understood_by(self._profile, frame)[0])

    def _take(self, raw: bytes, event: Event | None) -> None:
        if event is not None:
            self.events.append((event, raw))


def spoiled(frame: bytes, rng: random.Random) -> bytes:
    """The frame with one fault."""
    at = rng.randrange(len(frame))
    other = rng.choice([byte for byte in range(256) if byte != frame[at]])
    return rng.choice(
        [
            frame[:at] + bytes([other]) + frame[at + 1 :],
            frame[:at] + bytes([frame[at] ^ 1 << rng.randrange(8)]) + frame[at + 1 :],
            frame[:at] + frame[at + 1 :],
            frame[:at] + bytes([rng.randrange(256)]) + frame[at:],
            frame[:at] + frame[at : at + 1] + frame[at:],
            frame[:at],
            frame[at:],
        ]
    )


def _random_bytes(profile: Profile, rng: random.Random, count: int) -> None:
    """Half of them drawn evenly, of which nothing may come; half from the bytes of the family's own frames."""
    own = b"".join(vector.hex for vector in profile.vectors)
    for stream, may_say in ((rng.randbytes(count // 2), False), (bytes(rng.choices(own, k=count - count // 2)), True)):
        listener = Listener(profile)
        listener.hear(stream)
        listener.fall_silent()
        assert may_say or profile.kind == "strip" or not listener.events, "an event out of random bytes"
        assert all(JUDGES[profile.family](raw) and raw in stream for _, raw in listener.events)


def _spoiled_frames(profile: Profile, rng: random.Random, count: int) -> int:
    """Whole frames and spoiled ones in turn; how many of the whole ones were heard. Nothing else may be."""
    pressed = [vector for vector in profile.vectors if vector.event is not None]
    judge, heard = JUDGES[profile.family], 0
    for _ in range(count):
        listener, good, hit = Listener(profile), rng.choice(pressed), rng.choice(pressed)
        broken = spoiled(hit.hex, rng)
        stream = broken + good.hex
        listener.hear(stream)
        listener.fall_silent()
        for event, raw in listener.events:
            assert judge(raw) and raw in stream
            # A strip's answer carries no check: it may be taken for another strip's, which is no rating.
            wanted = event in (good.event, hit.event) or profile.kind == "strip"
            assert wanted, f"{stream.hex(' ')} was read as {event}"
        heard += (good.event, good.hex) in listener.events
    return heard


@pytest.mark.parametrize("name", LISTENING)
def test_noise_makes_no_rating(name: str) -> None:
    profile = load_profile(name)
    bytes_, frames = rounds(20_000, BYTES), rounds(1_500, FRAMES)
    with proving("R10", "spoiled frames", FRAMES, name) as result:
        _random_bytes(profile, result.rng, bytes_)
        heard = _spoiled_frames(profile, result.rng, frames)
        assert profile.frame_rx is not None
        # Packets with neither start nor check rely on TCP, which loses and changes none.
        least = 0.9 if profile.frame_rx.fixed_bytes else 0.6
        assert heard > least * frames, "the whole frames behind the spoiled ones were lost"
        result.reached = frames
        result.figure = f"{bytes_} random bytes and {frames} spoiled frames: 0 crashes, 0 false ratings"
        result.control = f"{heard} of {frames} whole frames right behind a spoiled one were heard"


def test_without_the_check_spoiled_frames_would_rate() -> None:
    profile = load_profile("ff68-keypad-5")
    assert profile.frame_rx is not None
    body = profile.frame_rx.model_copy(update={"check": "none", "tail": b""})
    deaf = profile.model_copy(update={"frame_rx": body})
    rng, wrong = random.Random(10), 0
    press = next(vector for vector in profile.vectors if vector.event is not None)
    for _ in range(2_000):
        listener = Listener(deaf)
        listener.hear(spoiled(press.hex, rng))
        listener.fall_silent()
        wrong += any(event != press.event for event, _ in listener.events)
    assert wrong > 20


REPLUGS, BACK_WITHIN_S = 100, 3.0
PRESSES = [bytes([0xFF, 0x68, 3, 3, 0x68, 0x85, 0x11, value, 0x96 + value, 0x16]) for value in range(5)]
TAKEN = bytes.fromhex("68 02 02 68 85 01 86 16")


def test_after_each_replug_the_keypad_rates_again(tmp_path: Path) -> None:
    far, presses, longest = FarEnd(tmp_path / "line"), list[KeyPress](), 0.0
    bus = Bus(str(far.link))
    bus.add_keypad("101", 5, "ff68-keypad-5", presses.append)
    far.plug()
    bus.start()
    wanted = rounds(3, REPLUGS)
    try:
        with proving("R10", "replugs", REPLUGS, "replug") as result:
            for number in range(1, wanted + 1):
                await_fact(lambda: bus.health().state is LineState.READY)
                far.unplug()
                await_fact(lambda: bus.health().state is not LineState.READY)
                begun = time.monotonic()
                far.plug()
                await_fact(lambda: bus.health().state is LineState.READY)
                longest = max(longest, time.monotonic() - begun)
                far.press(PRESSES[number % 5], TAKEN)  # another key each time: the same at once would be one press
                await_fact(lambda number=number: len(presses) == number)  # type: ignore[misc]
                result.reached = number
            assert [press.level for press in presses] == [number % 5 + 1 for number in range(1, wanted + 1)]
            assert not LONG or longest <= BACK_WITHIN_S
            result.figure = f"{wanted} replugs, back after {longest:.2f} s at most, one rating for each press"
    finally:
        bus.stop()
        far.unplug()
