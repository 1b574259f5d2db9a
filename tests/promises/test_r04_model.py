"""R4: a hall whatever is done to it in whatever order, beside a model that was written from the design alone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.promises.model import order
from tests.promises.model.hall import Hall
from tests.promises.model.machine import LifeOfTickets
from tests.promises.model.words import SECOND
from tests.promises.rounds import LONG, SEED, proving, rounds, time_is_up

STEPS = 50
SEQUENCES = 10_000
AT_A_TIME = 100
QUICK = settings(
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    print_blob=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# What must have happened at least once in a short run, lest nothing but refusals be compared.
WANTED = """take_number: issued, call_next: called, start_service: done, finish: finished, miss: done,
    return_missed: done, hold: done, pass_on: done, release: done, reroute: done, rate: done, recall: done,
    sign_out: done, pause_window: done, call_next: stale, recall: recall_too_soon"""


def run(machine: type[LifeOfTickets], sequences: int, seed_: int | None) -> None:
    """So many sequences of fifty steps; without a seed always the same."""
    if seed_ is None:
        run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=sequences, derandomize=True))
        return
    seeded = seed(seed_)(type("Seeded", (machine,), {}))
    run_state_machine_as_test(seeded, settings=settings(QUICK, max_examples=sequences))


def test_the_hall_does_what_the_model_does() -> None:
    wanted = rounds(25, SEQUENCES)
    with proving("R4", "sequences of 50 steps", SEQUENCES, "model") as result:
        if not LONG and SEED is None:
            run(LifeOfTickets, wanted, None)
            result.reached = wanted
        while result.reached < wanted and not time_is_up():
            run(LifeOfTickets, min(AT_A_TIME, wanted - result.reached), result.rng.getrandbits(32))
            result.reached += min(AT_A_TIME, wanted - result.reached)
        result.figure = f"{result.reached} sequences of {STEPS} steps, 0 differences"
        result.control = "a model with another rule disagrees: " + ", ".join(sorted(OTHER_RULES))
    assert {came.strip() for came in WANTED.split(",")} - LifeOfTickets.came.keys() == set()


def _rule(**rules: Any) -> Callable[[], type[Hall]]:
    """A model that knows another value of a rule."""

    class Other(Hall):
        def __init__(self, own: dict[str, Any], now: int) -> None:
            super().__init__(own, now)
            self.rules |= rules

    return lambda: Other


class NewestFirst(Hall):
    """Who comes back stands in front."""

    def _return_missed(self, ticket: str) -> dict[str, Any]:
        answer = super()._return_missed(ticket)
        found = self._known(ticket)
        found["standing"] = order.front(self.tickets, found["line"], 0, found["standing"])
        return answer


class ForgetsTheTransfer(Hall):
    """A ticket passed on keeps the right to any window."""

    def _pass_on(self, *args: Any, **said: Any) -> dict[str, Any]:
        answer = super()._pass_on(*args, **said)
        self._known(answer["number"])["only"] = ""
        return answer


class CountsLatePresses(Hall):
    """A press counts however late it was."""

    def _rate(self, visit: int, level: int, pressed: int) -> dict[str, Any]:
        found = self._visit(visit)
        if found is not None and found["invited"] is not None:
            pressed = found["invited"] + SECOND
        return super()._rate(visit, level, pressed)


OTHER_RULES: dict[str, Callable[[], type[Hall]]] = {
    "a returned ticket two places later": _rule(return_places=5),
    "undone within twelve seconds": _rule(undo_s=12),
    "recalled after nine seconds": _rule(recall_interval_s=9),
    "priority after two": _rule(priority_every=2),
    "a returned ticket in front": lambda: NewestFirst,
    "sent to one window, called by any": lambda: ForgetsTheTransfer,
    "late presses count": lambda: CountsLatePresses,
}
SHORT = ("a returned ticket in front", "late presses count")


@pytest.mark.parametrize("name", OTHER_RULES if LONG else SHORT)
def test_a_model_with_another_rule_disagrees(name: str) -> None:
    other = type("Other", (LifeOfTickets,), {"model": OTHER_RULES[name]()})
    with pytest.raises(AssertionError):
        run(other, 2_000, None)
