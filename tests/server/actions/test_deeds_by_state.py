"""Each deed on a ticket in each state: what comes of it, or why it is refused. The table is written by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from contract import commands as c
from contract.replies import Done, Refused
from contract.words import Code, HoldKind
from tests.server.hall_kit import AGENT, DESK, HallOnDisk, Halls

# For each state (the ticket was at window 101, if it was at one) what each deed leads to; "!" begins a refusal's code.
TABLE = """
deed           waiting            called             serving            held               missed             done               abandoned          cancelled
start_service  !visit_unknown     serving            !step_not_allowed  !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown
recall         !visit_unknown     called             !step_not_allowed  !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown
undo_call      !visit_unknown     waiting            !step_not_allowed  !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown
miss           !visit_unknown     missed             !step_not_allowed  !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown
finish         !visit_unknown     !step_not_allowed  done               !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown
hold           !visit_unknown     !step_not_allowed  held               !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown
pass_on        !visit_unknown     !step_not_allowed  waiting            !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown     !visit_unknown
call_next      called             !start_or_missed   !finish_first      !nobody_waiting    !nobody_waiting    !nobody_waiting    !nobody_waiting    !nobody_waiting
resume_here    !step_not_allowed  !start_or_missed   !finish_first      serving            !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed
resume_there   !step_not_allowed  !step_not_allowed  !step_not_allowed  serving            !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed
back_here      !step_not_allowed  !start_or_missed   !finish_first      called             called             !step_not_allowed  !step_not_allowed  !step_not_allowed
back_there     !step_not_allowed  !step_not_allowed  !step_not_allowed  called             called             !step_not_allowed  !step_not_allowed  !step_not_allowed
return_missed  !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed  waiting            !step_not_allowed  !step_not_allowed  !step_not_allowed
release        !step_not_allowed  waiting            waiting            !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed
reroute        waiting            !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed  !step_not_allowed
abandon        abandoned          !step_not_allowed  !step_not_allowed  abandoned          abandoned          !step_not_allowed  !step_not_allowed  !step_not_allowed
cancel         cancelled          cancelled          !step_not_allowed  !step_not_allowed  cancelled          !step_not_allowed  !step_not_allowed  !step_not_allowed
close_day      abandoned          !day_not_empty     !day_not_empty     !day_not_empty     abandoned          done               abandoned          cancelled
sign_out       waiting            !window_busy       !window_busy       held               missed             done               abandoned          cancelled
pause_window   waiting            !start_or_missed   !finish_first      held               missed             done               abandoned          cancelled
"""  # noqa: E501
HEAD, *LINES = [line.split() for line in TABLE.strip().splitlines()]
STATES = HEAD[1:]
OUTCOME = {(line[0], state): outcome for line in LINES for state, outcome in zip(STATES, line[1:], strict=True)}

def ticket_in(hall: HallOnDisk, state: str) -> int:
    """One ticket of line A in this state; whatever happened to it happened at window 101."""
    ticket = hall.take("A").ticket
    if state != "waiting":
        hall.call("101")
        hall.later(10)
    if state in ("serving", "held", "done"):
        hall.start()
    if state in ("missed", "abandoned"):
        hall.miss()
    if state == "held":
        hall.hold()
    if state == "done":
        hall.finish()
    if state == "abandoned":
        hall.get(Done, c.Abandon(ticket=ticket, reason="走了"), DESK)
    if state == "cancelled":
        hall.get(Done, c.Cancel(ticket=ticket), DESK)
    assert hall.state(ticket) == state
    return ticket


def command(deed: str, ticket: int, visit: int | None, last_visit: int) -> c.Command:
    """The deed at window 101 with what is in hand there; `there` is window 102, where nothing is in hand."""
    here: dict[str, Any] = {"window": "101", "visit": visit}
    commands: dict[str, Callable[[], c.Command]] = {
        "start_service": lambda: c.StartService(**here),
        "recall": lambda: c.Recall(**here),
        "undo_call": lambda: c.UndoCall(**here),
        "miss": lambda: c.Miss(**here),
        "finish": lambda: c.Finish(**here),
        "hold": lambda: c.Hold(**here, kind=HoldKind.WAITING),
        "pass_on": lambda: c.PassOn(**here, line="C"),
        "call_next": lambda: c.CallNext(**here),
        "resume_here": lambda: c.Resume(**here, ticket=ticket),
        "resume_there": lambda: c.Resume(window="102", ticket=ticket),
        "back_here": lambda: c.BringBack(**here, ticket=ticket),
        "back_there": lambda: c.BringBack(window="102", ticket=ticket),
        "return_missed": lambda: c.ReturnMissed(ticket=ticket),
        "release": lambda: c.Release(ticket=ticket, visit=last_visit, reason="窗口断电"),
        "reroute": lambda: c.Reroute(ticket=ticket, line="C"),
        "abandon": lambda: c.Abandon(ticket=ticket, reason="走了"),
        "cancel": lambda: c.Cancel(ticket=ticket),
        "close_day": lambda: c.CloseDay(),
        "sign_out": lambda: c.SignOut(window="101"),
        "pause_window": lambda: c.PauseWindow(window="101"),
    }
    return commands[deed]()


def test_the_table_asks_every_deed_of_a_tickets_life_in_every_state() -> None:
    assert len(STATES) == 8
    assert len(OUTCOME) == 8 * len(LINES)


@pytest.mark.parametrize("state", STATES)
def test_a_deed_that_does_not_fit_the_state_is_refused_and_changes_nothing(hall: HallOnDisk, state: str) -> None:
    ticket = ticket_in(hall, state)
    visits = hall.select("visits")
    last_visit = visits[-1]["id"] if visits else ticket
    for deed, outcome in ((line[0], OUTCOME[line[0], state]) for line in LINES):
        if outcome.startswith("!"):
            hall.refused(Code(outcome[1:]), command(deed, ticket, hall.in_hand("101"), last_visit), AGENT)


@pytest.mark.parametrize(("deed", "state"), [pair for pair, outcome in OUTCOME.items() if not outcome.startswith("!")])
def test_a_deed_that_fits_leads_here_in_row_card_and_journal(hall: HallOnDisk, deed: str, state: str) -> None:
    ticket = ticket_in(hall, state)
    visits, head = hall.select("visits"), hall.head
    last_visit = visits[-1]["id"] if visits else ticket
    reply = hall.ask(command(deed, ticket, hall.in_hand("101"), last_visit), AGENT)
    assert not isinstance(reply, Refused), reply
    assert hall.head == head + 1
    to = OUTCOME[deed, state]
    assert hall.state(ticket) == to
    steps = hall.entry()["facts"].get("steps", [])
    name = {"resume_here": "resume", "resume_there": "resume", "back_here": "bring_back", "back_there": "bring_back"}
    assert hall.entry()["deed"] == name.get(deed, deed)
    moved = to != state or deed in ("recall", "reroute")
    assert [(s[0], s[2]) for s in steps] == ([(ticket, to)] if moved else [])
    open_visits = hall.select("visits", ended_ms=None)
    assert len(open_visits) == (1 if to in ("called", "serving", "held") else 0)
    hall.check_cards()


DEEDS_AT_WINDOW: dict[str, Callable[[str, int | None], c.Command]] = {
    "call_next": lambda no, visit: c.CallNext(window=no, visit=visit),
    "recall": lambda no, visit: c.Recall(window=no, visit=visit),
    "start_service": lambda no, visit: c.StartService(window=no, visit=visit),
    "finish": lambda no, visit: c.Finish(window=no, visit=visit),
    "pass_on": lambda no, visit: c.PassOn(window=no, visit=visit, line="C"),
    "hold": lambda no, visit: c.Hold(window=no, visit=visit, kind=HoldKind.WAITING),
    "miss": lambda no, visit: c.Miss(window=no, visit=visit),
    "undo_call": lambda no, visit: c.UndoCall(window=no, visit=visit),
    "resume": lambda no, visit: c.Resume(window=no, visit=visit, ticket=1),
    "bring_back": lambda no, visit: c.BringBack(window=no, visit=visit, ticket=1),
}
OTHERS_AT_WINDOW: dict[str, Callable[[str], c.Command]] = {
    "sign_out": lambda no: c.SignOut(window=no),
    "pause_window": lambda no: c.PauseWindow(window=no),
    "reopen_window": lambda no: c.ReopenWindow(window=no),
}


def test_a_deed_at_a_window_needs_the_window_a_clerk_and_a_look_at_what_is_true_now(hall: HallOnDisk) -> None:
    hall.take("A")
    hall.call("101")
    for deed in DEEDS_AT_WINDOW.values():
        hall.refused(Code.WINDOW_UNKNOWN, deed("999", None), AGENT)
        hall.refused(Code.NOT_SIGNED_IN, deed("103", None), AGENT)
        hall.refused(Code.STALE, deed("101", None), AGENT)
        hall.refused(Code.STALE, deed("102", hall.in_hand("101")), AGENT)
    for other in OTHERS_AT_WINDOW.values():
        hall.refused(Code.WINDOW_UNKNOWN, other("999"), AGENT)
        hall.refused(Code.NOT_SIGNED_IN, other("103"), AGENT)


def test_a_ticket_of_another_day_or_none_is_unknown(halls: Halls) -> None:
    hall = halls("demo")
    yesterday = hall.take("A").ticket
    hall.later(86_400)
    hall.look_at_the_clock()
    hall.sit("101")
    for ticket in (yesterday, 1):
        for deed in (
            c.Resume(window="101", ticket=ticket), c.BringBack(window="101", ticket=ticket),
            c.ReturnMissed(ticket=ticket), c.Release(ticket=ticket, visit=1, reason="断电"),
            c.Reroute(ticket=ticket, line="C"), c.Abandon(ticket=ticket, reason="走了"), c.Cancel(ticket=ticket),
            c.ReprintSlip(ticket=ticket, print_at="K1"),
        ):  # fmt: skip
            hall.refused(Code.TICKET_UNKNOWN, deed, AGENT)
