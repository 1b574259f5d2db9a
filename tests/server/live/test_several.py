"""What other processes did is looked up when somebody says so, now and then without, and never for most of the time."""

import time
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
    """A hall that another process takes further; `known` is what was loaded here. `waits_s`: before each load."""

    head: int = 1
    known: int = 1
    waits_s: float = 0.0
    loads: list[int] = field(default_factory=list)
    watched: bool = True

    def load(self, _: str) -> float:
        """Takes a while."""
        gevent.sleep(self.waits_s)
        found = self.head
        gevent.sleep(LOADS_IN_S)
        self.known = found
        self.loads.append(found)
        return LOADS_IN_S


@contextmanager
def looking_at(hall: Elsewhere) -> Iterator[Several]:
    looking = Several(lambda _: {HALL: hall.head}, lambda _: hall.known, hall.load, lambda _: hall.watched)
    looking.start()
    try:
        looking.fresh(HALL)
        yield looking
    finally:
        looking.stop()


def test_the_last_of_many_messages_is_followed_once_the_hall_has_rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Redis nobody is told again: a message that came too early must not wait for the next look by itself."""
    monkeypatch.setattr(several, "LOOK_EVERY_S", 3600.0)
    hall, begun = Elsewhere(), time.monotonic()
    with looking_at(hall) as looking:
        for hall.head in range(2, 40):
            looking.hint(HALL, hall.head)
            gevent.sleep(0.01)
        until(lambda: hall.known == hall.head, "all that was told is here")
    rested_s = (len(hall.loads) - 1) * several._REST * LOADS_IN_S
    assert rested_s < time.monotonic() - begun, "between two loads it rests four times as long as one takes"


def test_without_a_message_it_is_seen_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(several, "LOOK_EVERY_S", 0.05)
    hall = Elsewhere()
    with looking_at(hall):
        hall.head = 2
        until(lambda: hall.known == 2, "it is seen")


def test_a_hall_that_nobody_watches_is_followed_from_afar_and_brought_up_to_date_when_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(several, "LOOK_EVERY_S", 0.05)
    hall = Elsewhere(watched=False)
    with looking_at(hall) as looking:
        hall.head = 2
        until(lambda: hall.known == 2, "it is seen once")
        for hall.head in range(3, 20):
            looking.hint(HALL, hall.head)
            gevent.sleep(0.02)
        assert hall.loads == [2]
        looking.fresh(HALL)
        assert hall.loads == [2, 19]
        hall.head, hall.watched = 20, True
        looking.hint(HALL, 20)
        until(lambda: hall.known == 20, "somebody watches it now")


def test_all_who_ask_at_once_share_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(several, "LOOK_EVERY_S", 3600.0)  # which would find the hall behind too
    hall = Elsewhere()
    with looking_at(hall) as looking:
        hall.head = 2
        gevent.joinall([gevent.spawn(looking.fresh, HALL) for _ in range(50)], raise_error=True)
    assert hall.loads == [2]


def test_a_wait_for_the_database_is_no_work_to_rest_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that was away for five seconds left the screens of the other process behind for twenty."""
    monkeypatch.setattr(several, "_REST", 1e6)
    hall = Elsewhere(waits_s=0.2)
    monkeypatch.setattr(f"{__name__}.LOADS_IN_S", 0.0)
    with looking_at(hall) as looking:
        for hall.head in (2, 3):
            looking.hint(HALL, hall.head)
            until(lambda: hall.known == hall.head, "what was told is here")
