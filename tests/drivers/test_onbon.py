"""An Onbon font card shows a text in a dynamic area, and says whether it did."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.screens.onbon import (
    Area,
    Motion,
    OnbonScreen,
    Replies,
    ScreenRefused,
    clear,
    coded,
    dynamic_area,
    frame,
    ping,
    status,
)
from drivers.simulators.onbon_card import OnbonCard, wrapped

LEAD = "A5 A5 A5 A5 A5 A5 A5 A5 "
HEADER = LEAD + "01 00 00 80 00 00 00 00 00 00 FE 02 "
AREA = Area(width=24, height=32, motion=Motion.LEFT, lines=2, speed=4, stay=5, timeout_s=2)
# The vendor's examples.
PUBLISHED = [
    (ping(), "05 00 A2 00 01 00 00 68 F8 5A"),
    (status(), "05 00 A1 02 01 00 00 2D 40 5A"),
    (clear(), "05 00 A3 10 01 00 00 51 F8 5A"),
    (
        dynamic_area(AREA, b"012345QRSTTV'B"),
        "32 00 A3 06 01 2D 00 00 01 29 00 00 00 00 00 00 18 00 20 00 00 00 00 02 00 00 00 00 02 02 03 00 04 05 "
        "0E 00 00 00 30 31 32 33 34 35 51 52 53 54 54 56 27 42 A8 7D 5A",
    ),
]
YES = bytes.fromhex(LEAD + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 64 DC 5A")
BUSY = bytes.fromhex(LEAD + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 01 03 00 00 95 20 5A")


@pytest.mark.parametrize(("data", "published"), PUBLISHED)
def test_a_frame_is_the_vendors_byte_for_byte(data: bytes, published: str) -> None:
    assert frame(data).hex(" ").upper() == HEADER + published


def test_the_cards_answers_are_understood_wherever_a_read_ends() -> None:
    stream = YES + b"\x00\xa5" + BUSY + YES
    for cut in range(len(stream) + 1):
        replies = Replies()
        assert replies.feed(stream[:cut]) + replies.feed(stream[cut:]) == [None, "busy", None]


def test_noise_is_no_yes() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        at = chance.randrange(8, len(BUSY))
        spoiled = BUSY[:at] + bytes([BUSY[at] ^ 1 << chance.randrange(8)]) + BUSY[at + 1 :]
        assert None not in Replies().feed(spoiled)
    assert Replies().feed(chance.randbytes(100_000)) == []


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=60).map(lambda data: b"\xa5\x5a\xa6\x5b" + data))
def test_bytes_that_must_not_stand_in_a_frame_are_escaped(text: bytes) -> None:
    raw = frame(dynamic_area(Area(), text))
    assert b"\xa5" not in raw[8:] and raw.index(b"\x5a") == len(raw) - 1
    assert Replies().feed(wrapped(text)) == ["an answer that means nothing here"]


def test_what_a_card_cannot_show_is_replaced() -> None:
    assert coded("请𠮷\\C2号\n").decode("gb2312") == "请□＼C2号"


def test_a_card_shows_the_text_it_was_sent() -> None:
    with OnbonCard() as card:
        screen = OnbonScreen("127.0.0.1", card.port, Area(number=3))
        assert screen.is_there()
        for text in ("请A003号到1号窗口", "暂停服务", "¤" * 30):
            screen.show(text)
            assert card.areas == {3: coded(text).decode("gb2312")}
        card.split = True
        screen.clear()
        assert card.areas == {}
        card.busy = True
        with pytest.raises(ScreenRefused, match="busy"):
            screen.show("A")
        assert card.areas == {} and card.refused == 0
    assert not screen.is_there()
