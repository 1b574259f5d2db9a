"""What other processes did is looked up when somebody says so, now and then without, and never for most of the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import gevent
import pytest

from server.live import several
from server.live.several import Several
from tests.terminal.hall_outside import until

HALL = "LJ"
LOADS_IN_S = 0.05


@dataclass
class Elsewhere:
    """A hall that another process takes further; `known` is what was loaded here."""

    head: int = 1
    known: int = 1
    loads: list[int] = field(default_factory=list)

    def load(self, _: str) -> None:
        """Takes a while."""
        found = self.head
        gevent.sleep(LOADS_IN_S)
        self.known = found
        self.loads.append(found)


@contextmanager
def looking_at(hall: Elsewhere) -> Iterator[Several]:
    looking = Several(lambda: {HALL: hall.head}, lambda _: hall.known, hall.load)
    looking.start()
    try:
        looking.fresh()
        yield looking
    finally:
        looking.stop()


def test_the_last_of_many_messages_is_followed_once_the_hall_has_rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Redis nobody is told again: a message that came too early must not wait for the next look by itself."""
    monkeypatch.setattr(several, "LOOK_EVERY_S", 3600.0)
    hall = Elsewhere()
    with looking_at(hall) as looking:
        for hall.head in range(2, 40):
            looking.hint(HALL, hall.head)
            gevent.sleep(0.01)
        until(lambda: hall.known == hall.head, "all that was told is here")
    assert len(hall.loads) < 10


def test_without_a_message_it_is_seen_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(several, "LOOK_EVERY_S", 0.05)
    hall = Elsewhere()
    with looking_at(hall):
        hall.head = 2
        until(lambda: hall.known == 2, "it is seen")
