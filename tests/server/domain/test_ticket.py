"""The life of a ticket: every pair of state and step, written out by hand."""

import pytest

from contract.words import Code, SlipAfter, SlipOutcome, State, Step, Via
from server.domain.errors import Refusal
from server.domain.ticket import Slip, Ticket

# One line for each state, one word for each step; "-" is a refusal.
TABLE = """
from       call    recall  start    finish  pass_on  hold  resume   miss    return   bring_back  undo_call  release  reroute  abandon    cancel     close_day  turn_of_day  late_finish
waiting    called  -       -        -       -        -     -        -       -        -           -          -        waiting  abandoned  cancelled  abandoned  abandoned    done
called     -       called  serving  -       -        -     -        missed  -        -           waiting    waiting  -        -          cancelled  -          abandoned    done
serving    -       -       -        done    waiting  held  -        -       -        -           -          waiting  -        -          -          -          abandoned    -
held       -       -       -        -       -        -     serving  -       -        called      -          -        -        abandoned  -          -          abandoned    done
missed     -       -       -        -       -        -     -        -       waiting  called      -          -        -        abandoned  cancelled  abandoned  abandoned    done
done       -       -       -        -       -        -     -        -       -        -           -          -        -        -          -          -          -            -
abandoned  -       -       -        -       -        -     -        -       -        -           -          -        -        -          -          -          -            -
cancelled  -       -       -        -       -        -     -        -       -        -           -          -        -        -          -          -          -            -
"""  # noqa: E501


def _pairs() -> list[tuple[str, str, str]]:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return [(line[0], step, to) for line in lines for step, to in zip(head[1:], line[1:], strict=True)]


PAIRS = _pairs()


def ticket(state: State) -> Ticket:
    return Ticket(1, "2026-10-12", "A", 1, "A001", "A", taken_ms=0, standing=0, via=Via.KIOSK, state=state)


def test_the_list_holds_every_state_and_every_step() -> None:
    assert {(state, step) for state, step, _ in PAIRS} == {(state, step) for state in State for step in Step}
    assert len(PAIRS) == 8 * 18


@pytest.mark.parametrize(("state", "step", "to"), PAIRS)
def test_a_ticket_takes_this_step_or_stays_where_it_is(state: str, step: str, to: str) -> None:
    one = ticket(State(state))
    assert one.may(Step(step)) == (to != "-")
    if to != "-":
        one.take(Step(step))
        assert one.state is State(to)
        return
    with pytest.raises(Refusal) as no:
        one.take(Step(step))
    assert no.value.code is Code.STEP_NOT_ALLOWED
    assert one.state is State(state)


def test_nothing_happens_to_a_ticket_that_is_done_abandoned_or_cancelled() -> None:
    assert [state.value for state in State if ticket(state).final] == ["done", "abandoned", "cancelled"]


OUTCOMES = [*SlipOutcome, None]
AFTERS = [*SlipAfter, None]


@pytest.mark.parametrize("first", OUTCOMES)
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("after", AFTERS)
def test_a_slip_has_one_outcome_and_only_an_unsure_one_has_something_after_it(
    first: SlipOutcome | None, outcome: SlipOutcome | None, after: SlipAfter | None
) -> None:
    slip = Slip(1, 1, "A001", "K1", reprint=False)
    if first is not None:
        slip.record(first, None, "", 0)
    came = first or outcome
    wrong = (first is not None and outcome is not None) or (
        after is not None and came in (None, SlipOutcome.PRINTED)
    )
    if not wrong:
        slip.record(outcome, after, "why", 2)
        assert (slip.outcome, slip.after) == (came, after)
        return
    with pytest.raises(Refusal) as no:
        slip.record(outcome, after, "why", 2)
    assert no.value.code is Code.SLIP_SETTLED
    assert (slip.outcome, slip.after, slip.reason) == (first, None, "")
