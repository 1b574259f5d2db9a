"""One press is one event and gets one answer; a start is never taken for one. Times are seconds on a made-up clock."""

import pytest

from drivers.presses import PressTiming
from drivers.profiles.profile import Acknowledgement

THREE = b"three"
ONE = b"one"
START = b"start"


@pytest.fixture
def keypad() -> PressTiming:
    timing = Acknowledgement(how="start_rating", taken_within_ms=500, repeat_ms=200, repeats=5)
    return PressTiming(timing)


def taken(keypad: PressTiming) -> None:
    assert keypad.last is not None
    keypad.last.taken = True


def test_five_repeats_are_one_press(keypad: PressTiming) -> None:
    assert [keypad.heard(THREE, 100 + at) for at in (0, 0.2, 0.4, 0.6, 0.8, 1.0)] == [True] + [False] * 5


def test_the_same_key_later_is_a_new_press(keypad: PressTiming) -> None:
    assert keypad.heard(THREE, 100)
    assert keypad.heard(THREE, 101.3)


def test_another_key_is_a_new_press_at_once(keypad: PressTiming) -> None:
    assert keypad.heard(THREE, 100)
    assert keypad.heard(ONE, 100.2)
    assert keypad.heard(THREE, 100.4)


def test_a_press_is_answered_once_it_is_taken_and_only_while_the_keypad_waits(keypad: PressTiming) -> None:
    keypad.heard(THREE, 100)
    assert keypad.answer_until() is None
    taken(keypad)
    until = keypad.answer_until()
    assert until is not None and 100.4 < until < 100.5


def test_a_repeat_that_crossed_the_answer_gets_no_second_one(keypad: PressTiming) -> None:
    keypad.heard(THREE, 100)
    taken(keypad)
    keypad.told(START, 100.21)
    keypad.heard(THREE, 100.22)
    assert keypad.answer_until() is None, "the keypad would take it for a new start"


def test_a_repeat_after_the_answer_was_lost_is_answered_again(keypad: PressTiming) -> None:
    keypad.heard(THREE, 100)
    taken(keypad)
    keypad.told(START, 100.02)
    keypad.heard(THREE, 100.2)
    assert keypad.answer_until() is not None


def test_a_press_that_crossed_a_start_is_not_answered_before_it_is_repeated(keypad: PressTiming) -> None:
    keypad.told(START, 100)
    keypad.heard(THREE, 100.03)
    taken(keypad)
    assert keypad.answer_until() is None
    keypad.heard(THREE, 100.23)
    assert keypad.answer_until() is not None


def test_a_start_waits_until_it_cannot_be_taken_for_an_answer(keypad: PressTiming) -> None:
    keypad.heard(THREE, 100)
    keypad.heard(THREE, 100.4)
    assert keypad.start_from() > 100.9


def test_a_keypad_is_listened_to_before_the_first_start_on_an_open_line(keypad: PressTiming) -> None:
    keypad.opened(100)
    assert keypad.start_from() > 100.5


def test_the_echo_of_one_key_is_no_answer_to_another() -> None:
    pad = PressTiming(Acknowledgement(how="echo", taken_within_ms=500, repeat_ms=200, repeats=5))
    pad.told(ONE, 100)
    pad.heard(THREE, 100.03)
    taken(pad)
    assert pad.answer_until() is not None
    pad.told(THREE, 100.04)
    pad.heard(THREE, 100.05)
    assert pad.answer_until() is None
