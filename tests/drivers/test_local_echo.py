"""An adapter that hears itself talk does not make presses of our own words."""

import pytest

from drivers.local_echo import LocalEcho

PRESS = bytes.fromhex("FF 68 03 03 68 05 01 0C 12 16")
START = bytes.fromhex("68 02 02 68 85 01 86 16")


@pytest.mark.parametrize("cut", range(len(START + PRESS) + 1))
def test_what_we_sent_is_taken_out_wherever_a_read_ends(cut: int) -> None:
    echo = LocalEcho()
    echo.sent(START, 100)
    stream = START + PRESS
    assert echo.strip(stream[:cut], 100) + echo.strip(stream[cut:], 100) + echo.silence() == PRESS


def test_an_echo_behind_a_press_is_taken_out_and_the_press_is_not() -> None:
    echo = LocalEcho()
    echo.sent(START, 100)
    assert echo.strip(PRESS + START + PRESS, 100) == PRESS + PRESS


def test_of_a_press_and_its_equal_echo_one_is_left() -> None:
    echo = LocalEcho()
    echo.sent(PRESS, 100)
    assert echo.strip(PRESS + PRESS, 100) == PRESS


def test_a_damaged_echo_passes_and_does_not_take_the_next_one_along() -> None:
    echo = LocalEcho()
    echo.sent(START, 100)
    echo.sent(PRESS, 100.1)
    damaged = START[:3] + b"\x00" + START[4:]
    assert echo.strip(damaged + PRESS, 100.1) == damaged
    assert echo.strip(PRESS, 100.1) == PRESS


def test_an_echo_that_never_came_is_not_waited_for() -> None:
    echo = LocalEcho()
    echo.sent(PRESS, 100)
    assert echo.strip(PRESS, 102) == PRESS


def test_a_beginning_that_stays_a_beginning_is_given_back_on_silence() -> None:
    echo = LocalEcho()
    echo.sent(START, 100)
    assert echo.strip(START[:4], 100) == b""
    assert echo.silence() == START[:4]
