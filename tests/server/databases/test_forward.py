"""A hall that another process took further is brought forward: memory and cards come out as if it were loaded anew."""

import random
from collections import Counter
from typing import Any

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Via
from server.actions.table import ACTIONS
from server.domain.changes import Touched
from server.live.cards import build
from server.storage import forward as forward_module
from server.storage import hall_store
from server.storage import writer as writer_module
from server.storage.orders import Actor
from tests.promises.rounds import LONG, SEED
from tests.server.databases.every_deed import BY_THE_CLOCK, WEIGHTS, EveryDeed
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.databases.same_memory import LEFT_OUT, PARTS, differences, strangers
from tests.server.hall_kit import CODE, Halls

pytestmark = pytest.mark.databases
EPISODES = 2_000 if LONG else 60
STRIDES_S = (0, 1, 3, 6, 11, 15, 61, 70, 600)
FAR_S = (3 * 3_600, 26 * 3_600, 80 * 3_600)


class Twins:
    """Two processes that command one hall by turns; one clock."""

    def __init__(self, hall: HallInPostgres) -> None:
        self.both = (hall, hall.twin())
        self.newest = hall

    def ask(self, one: HallInPostgres, command: c.Command, actor: Actor) -> r.Reply:
        """One of them is asked."""
        self.newest = one
        return one.ask(command, actor)

    def time_passes(self, one: HallInPostgres, seconds: float) -> None:
        """For both; one of them looks at the clock, twice as it does each second."""
        for twin in self.both:
            twin.later(seconds)
        one.writer.catch_up(CODE)
        one.look_at_the_clock()
        one.look_at_the_clock()
        self.newest = one

    def compare(self) -> None:
        """Both know all that the rows say, have every thing once, and show what a loaded day shows."""
        disk = self.newest.from_disk()
        for twin in self.both:
            twin.writer.catch_up(CODE)
            now = twin.day_in_memory
            assert differences(now, disk) == {}
            assert strangers(now.day) == []
        for twin in self.both:
            # Ranges of waits come nearer to what is true with each change of their line: each process as it sees them.
            disk.day.paces, disk.day.touched = dict(twin.now.paces), Touched(everything=True)
            anew = build(CODE, disk, disk.day.revision, None, twin.now_ms)
            for audience, view in twin.now.views.items():
                assert view.cards == anew.views[audience].cards
            assert (twin.now.lines, set(twin.now.open_tickets)) == (anew.lines, set(anew.open_tickets))
            assert (twin.now.pending, twin.now.closed) == (anew.pending, anew.closed)

    def close(self) -> None:
        """The second one goes."""
        self.both[0].writer.catch_up(CODE)
        self.both[1].close()


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often halls were brought forward, and how often loaded."""
    count: Counter[str] = Counter()
    bring_forward, load = forward_module.bring_forward, hall_store.load

    def forward(*given: Any) -> bool:
        done = bring_forward(*given)
        count["forward" if done else "not"] += 1
        return done

    def loaded(*given: Any) -> Any:
        count["loaded"] += 1
        return load(*given)

    monkeypatch.setattr(writer_module, "bring_forward", forward)
    monkeypatch.setattr(writer_module, "load", loaded)
    return count


def test_whatever_is_done_by_two_processes_in_turn_both_know_all_that_the_rows_say(
    halls: Halls, brought: Counter[str]
) -> None:
    seed = int(SEED) if SEED else random.randrange(2**32) if LONG else 6
    rng = random.Random(seed)
    print(f"PAIHAO_SEED={seed}")
    hall = halls("demo")
    assert isinstance(hall, HallInPostgres)
    twins, deeds, came = Twins(hall), EveryDeed(rng), Counter[str]()
    for episode in range(EPISODES):
        twins.time_passes(rng.choice(twins.both), rng.choice(FAR_S if episode % 15 == 14 else STRIDES_S))
        # All cards are new now, so that until time passes again they must be those that a loaded day has.
        twins.ask(rng.choice(twins.both), c.ClockSet(by_s=60, ahead_s=0), Actor(Via.SERVER))
        for twin in rng.choices(twins.both, k=rng.randint(1, 24)):
            command, actor = deeds.draw(twins.newest.day_in_memory, hall.now_ms)
            reply = twins.ask(twin, command, actor)
            came[command.deed] += not isinstance(reply, r.Refused)
        twins.compare()
    came += Counter(row["deed"] for row in hall.select("journal") if row["deed"] in BY_THE_CLOCK)
    assert {*WEIGHTS} | BY_THE_CLOCK == ACTIONS.keys()
    assert [deed for deed in ACTIONS if not came[deed]] == []
    assert brought["forward"] > 3 * brought["loaded"]
    twins.close()


def test_the_comparison_sees_all_that_a_day_has(hall: HallInPostgres) -> None:
    assert vars(hall.from_disk().day).keys() == PARTS.keys() | LEFT_OUT
    assert not PARTS.keys() & LEFT_OUT
