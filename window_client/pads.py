"""What a call pad's key asks of the server, judged by the card that the clerk is looking at."""

from typing import Any

from contract.cards import WorkCard
from contract.words import WindowState
from drivers.bus import PadAction, PadKey

# Keys that are a deed as they stand. The pad's key "rate" ends the visit, which is what asks the citizen to rate.
DEEDS = {
    PadAction.CALL_NEXT: "call_next",
    PadAction.RECALL: "recall",
    PadAction.START: "start_service",
    PadAction.INVITE: "finish",
    PadAction.MISS: "miss",
    PadAction.PUT_BACK: "undo_call",
}


def deed_of(key: PadKey, card: WorkCard) -> tuple[str, dict[str, Any]] | None:
    """The deed and its body without the window; None for a key that has no deed here."""
    visit = None if card.visit is None else card.visit.visit
    if key.action in DEEDS:
        return DEEDS[key.action], {"visit": visit}
    if key.action is PadAction.PAUSE:
        return ("reopen_window" if card.state is WindowState.PAUSED else "pause_window"), {}
    if key.action is PadAction.SIGN_OUT:
        return "sign_out", {}
    if key.action is PadAction.CALL_NUMBER:
        return _bring_back(key.digits, card, visit)
    return None


def _bring_back(digits: str, card: WorkCard, visit: int | None) -> tuple[str, dict[str, Any]] | None:
    """The held or missed ticket whose number ends with the digits, if there is just one."""
    parked = {
        one.ticket for one in (*card.held, *card.missed) if _figures(one.number).lstrip("0") == digits.lstrip("0")
    }
    return ("bring_back", {"visit": visit, "ticket": parked.pop()}) if len(parked) == 1 else None


def display_of(card: WorkCard) -> tuple[str, int]:
    """The figures of the number in hand ("0" for none), and how many wait."""
    return (_figures(card.ticket.number) if card.ticket is not None else "0"), card.waiting


def _figures(number: str) -> str:
    """What a pad can show of `A012` or `K3-001`: the figures behind the last letter or dash."""
    return "".join(sign for sign in number.rpartition("-")[2] if sign.isdigit()) or "0"
