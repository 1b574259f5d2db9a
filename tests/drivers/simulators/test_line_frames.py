"""Frames on the line are found whatever lies between them and wherever reads are cut."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.simulators.bus_faults import BusFaults
from drivers.simulators.bus_frames import BusScanner, Heard, pad_frame, strip_success

START_5 = bytes.fromhex("680202688501861 6".replace(" ", ""))
SHOW_1234_7 = bytes.fromhex("ff68080868050201020304 0a07 2216".replace(" ", ""))
BEEP_5 = bytes.fromhex("ff6802026805030816")
STRIP_5 = bytes.fromhex("a09005a5000ec7eb0041003000300033 00bac5008f".replace(" ", ""))
PROBE_5 = bytes.fromhex("a09005a10000a4")
GOOD = [START_5, SHOW_1234_7, BEEP_5, STRIP_5, PROBE_5]


def frames(heard: list[Heard]) -> list[tuple[str, int, int, bytes]]:
    return [(h.kind, h.address, h.function, h.data) for h in heard if h.kind != "noise"]


def test_published_frames_are_built_byte_for_byte() -> None:
    assert pad_frame(5, 0x01, b"\x0c").hex() == "ff680303680501 0c1216".replace(" ", "")
    assert pad_frame(5, 0x01, b"\x05\x0f").hex() == "ff680404680501050f1a16"
    assert pad_frame(0x85, 0x11, b"\x03").hex() == "ff680303688511039916"
    assert strip_success(5).hex() == "a09005a5aa"


def test_published_frames_are_read() -> None:
    assert frames(BusScanner(1).feed(START_5 + SHOW_1234_7 + BEEP_5 + STRIP_5 + PROBE_5, 0)) == [
        ("pad", 0x85, 0x01, b""),
        ("pad", 5, 0x02, b"\x01\x02\x03\x04\x0a\x07"),
        ("pad", 5, 0x03, b""),
        ("strip", 5, 0xA5, STRIP_5[6:-1]),
        ("strip", 5, 0xA1, b""),
    ]


def test_a_host_frame_may_end_with_zero_instead_of_16() -> None:
    assert frames(BusScanner(1).feed(BEEP_5[:-1] + b"\x00" + START_5, 0)) == [
        ("pad", 5, 0x03, b""),
        ("pad", 0x85, 0x01, b""),
    ]


def test_a_checksum_of_ff_is_not_a_beginning() -> None:
    frame = pad_frame(5, 0x02, b"\xf8")

    assert frame[-2] == 0xFF
    assert frames(BusScanner(1).feed(frame + START_5, 0)) == [("pad", 5, 2, b"\xf8"), ("pad", 0x85, 1, b"")]


def test_a_damaged_frame_costs_only_itself() -> None:
    wrong = START_5[:-2] + b"\x55\x16"
    strip = STRIP_5[:-1] + b"\x00"

    assert frames(BusScanner(1).feed(wrong + BEEP_5 + strip + START_5, 0)) == [
        ("pad", 5, 3, b""),
        ("pad", 0x85, 1, b""),
    ]


def test_half_a_frame_is_forgotten_after_a_while() -> None:
    scanner = BusScanner(0.5)
    scanner.feed(STRIP_5[:9], 10.0)

    assert frames(scanner.feed(START_5, 10.6)) == [("pad", 0x85, 1, b"")]


def test_half_a_frame_waits_for_its_rest() -> None:
    for cut in range(1, len(STRIP_5)):
        scanner = BusScanner(0.5)
        assert scanner.feed(STRIP_5[:cut], 10.0) == []
        assert len(frames(scanner.feed(STRIP_5[cut:], 10.4))) == 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*GOOD, b"\x00", b"\x31\x32", b"\x16"])), st.data())
def test_no_frame_is_lost_or_invented_however_the_stream_is_cut(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    scanner = BusScanner(1)
    heard = [h for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for h in scanner.feed(stream[a:b], 0)]

    assert [h.raw for h in heard if h.kind != "noise"] == [part for part in parts if len(part) > 2]
    assert b"".join(h.raw for h in heard) == stream


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_at_all_can_break_the_listening(noise: bytes) -> None:
    scanner = BusScanner(1)
    heard = scanner.feed(noise, 0)

    assert noise.startswith(b"".join(h.raw for h in heard))
    assert frames(scanner.feed(START_5, 100))[-1:] == [("pad", 0x85, 1, b"")]


def test_spoiled_frames_are_spoiled_as_asked_and_only_so_often() -> None:
    frame = pad_frame(0x85, 0x11, b"\x03")
    faults = BusFaults(wrong_checksum=1, noise=b"\x00")
    assert faults.spoil(frame).hex() == "00ff68030368851103cc16"
    assert faults.spoil(frame) == b"\x00" + frame
    faults = BusFaults(drop_byte=1)
    assert (len(faults.spoil(frame)), faults.spoil(frame)) == (9, frame)
    faults = BusFaults(flip_bit=1)
    spoiled = faults.spoil(frame)
    assert sum((a ^ b).bit_count() for a, b in zip(spoiled, frame, strict=True)) == 1
