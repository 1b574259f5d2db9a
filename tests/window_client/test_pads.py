"""A call pad's keys, judged by the card the clerk is looking at."""

from typing import Any

import pytest

from contract.cards import WorkCard
from drivers.bus import PadAction, PadKey
from tests.window_client.cards_of_window import in_hand, parked, work
from window_client.pads import deed_of, display_of


def asked(action: PadAction, digits: str = "", **card: Any) -> tuple[str, dict[str, Any]] | None:
    return deed_of(PadKey("101", action, digits, 0.0), WorkCard.model_validate(work(**card)))


@pytest.mark.parametrize(
    ("action", "deed"),
    [
        (PadAction.CALL_NEXT, "call_next"),
        (PadAction.RECALL, "recall"),
        (PadAction.START, "start_service"),
        (PadAction.INVITE, "finish"),
        (PadAction.MISS, "miss"),
        (PadAction.PUT_BACK, "undo_call"),
    ],
)
def test_a_key_names_the_visit_in_hand(action: PadAction, deed: str) -> None:
    assert asked(action, **in_hand(visit=5)) == (deed, {"visit": 5})
    assert asked(action) == (deed, {"visit": None})


def test_the_pause_key_pauses_and_reopens() -> None:
    assert asked(PadAction.PAUSE) == ("pause_window", {})
    assert asked(PadAction.PAUSE, state="paused") == ("reopen_window", {})


def test_digits_bring_back_the_one_parked_number_they_name() -> None:
    missed = [parked(31, "A007"), parked(32, "A017")]
    assert asked(PadAction.CALL_NUMBER, "7", missed=missed) == ("bring_back", {"visit": None, "ticket": 31})
    assert asked(PadAction.CALL_NUMBER, "017", missed=missed) == ("bring_back", {"visit": None, "ticket": 32})
    assert asked(PadAction.CALL_NUMBER, "8", missed=missed) is None
    assert asked(PadAction.CALL_NUMBER, "7", missed=missed, held=[parked(33, "B007")]) is None


@pytest.mark.parametrize("action", [PadAction.SIGN_IN, PadAction.PASS_ON, PadAction.SECURITY, PadAction.SHOW_ADDRESS])
def test_a_key_without_a_deed_asks_for_nothing(action: PadAction) -> None:
    assert asked(action, "1") is None


@pytest.mark.parametrize(("number", "figures"), [("A012", "012"), ("K3-001", "001"), ("AB1000", "1000")])
def test_the_display_shows_the_figures_in_hand_and_how_many_wait(number: str, figures: str) -> None:
    assert display_of(WorkCard.model_validate(work(**in_hand(number)))) == (figures, 7)
    assert display_of(WorkCard.model_validate(work())) == ("0", 7)
