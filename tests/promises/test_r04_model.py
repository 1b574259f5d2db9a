"""R4: a hall whatever is done to it in whatever order, beside a model that was written from the design alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.queue import SimpleQueue

from tests.promises.model import order
from tests.promises.model.hall import Hall
from tests.promises.model.machine import LifeOfTickets
from tests.promises.model.sequences import STEPS, run
from tests.promises.model.words import SECOND
from tests.promises.rounds import LONG, SEED, Result, proving, rounds

SEQUENCES = 10_000
SHORT_RUN = 25
ROOT = Path(__file__).resolve().parents[2]
AT_WORK = max(2, os.cpu_count() or 2)  # processes, each with a seed of its own
# What must have happened at least once in a short run, lest nothing but refusals be compared.
WANTED = """take_number: issued, call_next: called, start_service: done, finish: finished, miss: done,
    return_missed: done, hold: done, pass_on: done, release: done, reroute: done, rate: done, recall: done,
    sign_out: done, pause_window: done, call_next: stale, recall: recall_too_soon"""


def test_the_hall_does_what_the_model_does(tmp_path: Path) -> None:
    wanted = rounds(SHORT_RUN, SEQUENCES)
    with proving("R4", "sequences of 50 steps", SEQUENCES, "model") as result:
        if LONG or SEED is not None:
            came = in_processes(result, wanted, tmp_path)
        else:
            run(LifeOfTickets, wanted, None)
            result.reached, came = wanted, set(LifeOfTickets.came)
        result.figure = f"{result.reached:,} sequences of {STEPS} steps, 0 differences"
        result.control = "a model with another rule disagrees: " + ", ".join(sorted(OTHER_RULES))
    assert {one.strip() for one in WANTED.split(",")} - came == set()


def in_processes(result: Result, sequences: int, folder: Path) -> set[str]:
    """Several at once; what came of the deeds in all of them. Raises AssertionError with the first difference."""
    came: set[str] = set()
    shares = [sequences // AT_WORK + (one < sequences % AT_WORK) for one in range(AT_WORK)]
    with ExitStack() as stack:
        told: SimpleQueue[dict[str, Any]] = SimpleQueue()
        for number, share in enumerate(shares):
            log = folder / f"{number}.log"
            process = stack.enter_context(_sequences(result.rng.getrandbits(32), share, log))
            stack.callback(process.kill)
            stack.callback(gevent.spawn(_pass_on, process, log, told).kill)
        ended = 0
        while ended < len(shares):
            line = told.get()
            assert not line.get("difference"), line["difference"]
            ended += "difference" in line
            result.reached += line.get("sequences", 0)
            came.update(line.get("came", ()))
    return came


def _sequences(seed: int, count: int, log: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.promises.model.sequences", str(seed), str(count)]
    with log.open("wb") as errors:
        return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=errors)


def _pass_on(process: subprocess.Popen[str], log: Path, told: "SimpleQueue[dict[str, Any]]") -> None:
    """Each line as it comes, then how it ended: an empty difference where all was equal."""
    assert process.stdout is not None
    for line in process.stdout:
        told.put(json.loads(line))
    status = process.wait()
    told.put({"difference": f"ended with {status}\n{log.read_text(encoding='utf-8')}" if status else ""})


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
