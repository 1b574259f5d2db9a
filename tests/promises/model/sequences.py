"""`python -m tests.promises.model.sequences SEED COUNT`: so many sequences of fifty steps, one process of several.

After each hundred one line of JSON is said: how many these were, and what came of their deeds. A difference between
hall and model ends it with the sequence that shows it on standard error.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.promises.model.machine import LifeOfTickets
from tests.promises.rounds import time_is_up

STEPS = 50
AT_A_TIME = 100
QUICK = settings(
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    print_blob=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def run(machine: type[LifeOfTickets], sequences: int, seed_: int | None) -> None:
    """So many sequences of fifty steps; without a seed always the same."""
    if seed_ is None:
        run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=sequences, derandomize=True))
        return
    seeded = seed(seed_)(type("Seeded", (machine,), {}))
    run_state_machine_as_test(seeded, settings=settings(QUICK, max_examples=sequences))


def hundreds(sequences: int, rng: random.Random) -> Iterator[int]:
    """Run them a hundred at a time while there is time; how many those were."""
    left = sequences
    while left > 0 and not time_is_up():
        some = min(AT_A_TIME, left)
        run(LifeOfTickets, some, rng.getrandbits(32))
        left -= some
        yield some


def main() -> None:
    """As the module says."""
    seed_, count = map(int, sys.argv[1:])
    for some in hundreds(count, random.Random(seed_)):
        print(json.dumps({"sequences": some, "came": LifeOfTickets.came}), flush=True)
        LifeOfTickets.came = Counter()


if __name__ == "__main__":
    main()
