"""Two processes that command one hall, as it were: each with its own writer and memory, one database, one clock."""

from collections import Counter
from typing import Any

import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Via
from server.domain.changes import Touched
from server.live.cards import build
from server.storage import forward as forward_module
from server.storage import hall_store
from server.storage import writer as writer_module
from server.storage.orders import Actor
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.databases.same_memory import differences, strangers
from tests.server.hall_kit import CODE


class Twins:
    """Two processes that command one hall by turns; one clock."""

    def __init__(self, hall: HallInPostgres) -> None:
        self.here, self.there = self.both = (hall, hall.twin())
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

    def all_anew(self) -> None:
        """All cards are made anew with what comes next: until time passes again they must be those of a loaded day."""
        self.ask(self.newest, c.ClockSet(by_s=60, ahead_s=0), Actor(Via.SERVER))

    def compare(self) -> None:
        """Both know all that the rows say, have every thing once, and show what a loaded day shows."""
        disk = self.newest.from_disk()
        for twin in self.both:
            twin.writer.catch_up(CODE)
            assert CODE in twin.writer._halls, "what could not be shown would be loaded"
            now = twin.day_in_memory
            different = differences(now, disk)
            assert not different, different
            assert strangers(now.day) == []
        for twin in self.both:
            # Ranges of waits come nearer to what is true with each change of their line: each process as it sees them.
            disk.day.paces, disk.day.touched = dict(twin.now.paces), Touched(everything=True)
            anew = build(CODE, disk, disk.day.revision, None, twin.now_ms)
            for audience, view in twin.now.views.items():
                cards = anew.views[audience].cards
                assert view.cards.keys() == cards.keys()
                wrong = {
                    f"{key} {name}": (value, cards[key][name])
                    for key, card in view.cards.items() for name, value in card.items() if cards[key][name] != value
                }  # fmt: skip
                assert not wrong, wrong
            assert (twin.now.lines, set(twin.now.open_tickets)) == (anew.lines, set(anew.open_tickets))
            assert (twin.now.pending, twin.now.closed) == (anew.pending, anew.closed)

    def close(self) -> None:
        """The second one goes."""
        self.there.close()
        self.here.reopen()


def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often halls are brought forward from now on, and how often loaded."""
    count: Counter[str] = Counter()
    bring_forward, load = forward_module.bring_forward, hall_store.load

    def forward(*given: Any) -> bool:
        try:
            done = bring_forward(*given)
        except Exception:
            count["broken"] += 1  # the writer loads the hall then
            raise
        count["forward"] += done
        return done

    def loaded(*given: Any) -> Any:
        count["loaded"] += 1
        return load(*given)

    monkeypatch.setattr(writer_module, "bring_forward", forward)
    monkeypatch.setattr(writer_module, "load", loaded)
    return count
