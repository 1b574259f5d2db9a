"""Frames are found wherever a read ends and whatever the line adds between them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.framing import Frame, Framer
from drivers.profiles.loader import load_profile, profile_names

# Those that may share a line with keypads.
SHAPES = [one.frame_rx for one in map(load_profile, profile_names()) if one.link.baud == 9600]


def device_frame(body: bytes) -> bytes:
    size = len(body)
    return bytes([0xFF, 0x68, size, size, 0x68]) + body + bytes([sum(body) % 256, 0x16])


def read_whole(stream: bytes) -> list[bytes]:
    framer = Framer(SHAPES)
    return [frame.raw for frame in framer.feed(stream) + framer.silence()]


def is_valid(raw: bytes) -> bool:
    """Judged without the framer."""
    if raw[:2] == b"\xa0\x90":
        return 5 <= len(raw) <= 16 and raw[-2:] == b"\xa5\xaa"
    size = raw[2]
    return raw[:5] == bytes([0xFF, 0x68, size, size, 0x68]) and raw == device_frame(raw[5:-2]) and size == len(raw) - 7


CALL_NEXT = device_frame(bytes([0x05, 0x01, 0x0C]))
BEST = device_frame(bytes([0x85, 0x11, 0x04]))
SHOWN = bytes.fromhex("A0 90 05 A5 AA")

frames = st.one_of(
    st.sampled_from([CALL_NEXT, BEST, SHOWN, bytes.fromhex("A0 90 FE 00 01 02 A5 AA")]),
    st.binary(min_size=2, max_size=32).map(device_frame),
)
# Above all what looks like the beginning or the end of a frame.
noise = st.lists(
    st.one_of(
        st.binary(max_size=6),
        st.sampled_from([b"\xff", b"\xff\x68", b"\x68", b"\xff\x68\x03\x03\x68", b"\xff\x68\x20\x20\x68", b"\x16"]),
        st.sampled_from([b"\xa0", b"\xa0\x90", b"\xa0\x90\x05", b"\xa5", CALL_NEXT[:-1], BEST[1:], SHOWN[:-1]]),
    ),
    max_size=4,
).map(b"".join)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.one_of(frames, noise), max_size=6).map(b"".join), st.data())
def test_where_a_read_ends_changes_nothing(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    framer = Framer(SHAPES)
    found: list[Frame] = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += framer.feed(stream[begin:end])
    assert [frame.raw for frame in found + framer.silence()] == read_whole(stream)


@pytest.mark.parametrize("cut", range(len(CALL_NEXT + SHOWN + BEST) + 1))
def test_a_stream_cut_in_two_anywhere_gives_the_same_frames(cut: int) -> None:
    stream = CALL_NEXT + SHOWN + BEST
    framer = Framer(SHAPES)
    found = framer.feed(stream[:cut]) + framer.feed(stream[cut:])
    assert [frame.raw for frame in found] == [CALL_NEXT, SHOWN, BEST]
    assert framer.counts.noise_bytes == 0


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.lists(st.tuples(noise, frames), max_size=5), noise)
def test_noise_between_frames_takes_none_and_makes_none(parts: list[tuple[bytes, bytes]], end: bytes) -> None:
    found = read_whole(b"".join(before + frame for before, frame in parts) + end)
    assert all(is_valid(raw) for raw in found)
    rest = iter(found)
    assert all(frame in rest for _, frame in parts), "a frame is missing, or the order changed"


def test_a_hundred_thousand_random_bytes_make_no_frame_that_is_not_there() -> None:
    # Bytes of real frames, shuffled: far more starts, marks and tails than chance would give.
    chance = random.Random(68)
    alphabet = bytes.fromhex("FF 68 03 03 68 85 11 03 99 16 A0 90 A5 AA 02 00")
    stream = bytes(chance.choice(alphabet) if chance.random() < 0.9 else chance.randrange(256) for _ in range(100_000))
    framer = Framer(SHAPES)
    found = [frame for at in range(0, len(stream), 97) for frame in framer.feed(stream[at : at + 97])]
    found += framer.silence()
    assert all(is_valid(frame.raw) and frame.raw in stream for frame in found)
    assert framer.counts.noise_bytes + sum(len(frame.raw) for frame in found) == len(stream)
    presses = [frame for frame in found if frame.family == "ff68"]
    assert all(frame.raw == device_frame(frame.raw[5:-2]) for frame in presses)


@pytest.mark.parametrize("hit", range(len(BEST)))
@pytest.mark.parametrize("flip", [0x01, 0x10, 0x80])
def test_a_frame_with_one_bit_wrong_is_never_taken(hit: int, flip: int) -> None:
    broken = bytearray(BEST)
    broken[hit] ^= flip
    assert read_whole(bytes(broken) + CALL_NEXT) == [CALL_NEXT]


def test_a_wrong_checksum_is_counted() -> None:
    framer = Framer(SHAPES)
    assert framer.feed(bytes.fromhex("FF 68 03 03 68 85 11 03 98 16")) == []
    assert framer.counts.bad_checksums == 1
    assert framer.counts.noise_bytes == 10


def test_half_a_frame_is_dropped_when_the_line_falls_silent() -> None:
    framer = Framer(SHAPES)
    assert framer.feed(BEST[:7]) == []
    assert framer.silence() == []
    assert framer.feed(BEST[7:]) == [], "two halves with a silence between them are no press"
    assert framer.counts.noise_bytes == len(BEST)


def test_a_frame_hidden_behind_a_false_start_comes_out_when_the_line_falls_silent() -> None:
    framer = Framer(SHAPES)
    assert framer.feed(bytes.fromhex("FF 68 20 20 68") + BEST) == []
    assert [frame.raw for frame in framer.silence()] == [BEST]


def test_the_parts_of_a_frame_are_told_apart() -> None:
    framer = Framer(SHAPES)
    pad, strip = framer.feed(device_frame(bytes([0x7F, 0x01, 0x05, 0x0F])) + SHOWN)
    assert (pad.family, pad.address, pad.function, pad.data) == ("ff68", 0x7F, 1, b"\x05\x0f")
    assert (strip.family, strip.address, strip.function, strip.data) == ("a090", 5, None, b"")


def test_an_ff_that_is_a_checksum_does_not_begin_a_frame() -> None:
    odd = device_frame(bytes([0x7F, 0x71, 0x0F]))
    assert odd[-2] == 0xFF
    assert read_whole(odd + odd) == [odd, odd]
