"""So many commands per second from inside the server's process, and how late its loop wakes a ticker meanwhile."""

import json
import time
from collections import deque
from dataclasses import dataclass

import gevent
from gevent.pool import Group

from contract.commands import Cancel, TakeNumber
from contract.words import Role, Via
from server.storage.orders import Actor
from server.storage.writer import Writer
from tests.benchmarks.bench_hall import KIOSK, LINE, give, must

_TICK_S = 0.002
_WAITING = 150  # people: the line stays as long as a full hall's
_GUIDE = Actor(via=Via.DESK, login="1000", roles=frozenset({Role.GUIDE}))


class Crowd:
    """People who take a number, and who leave again when it is full."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._here: deque[int] = deque()

    def one(self) -> None:
        """One command."""
        if len(self._here) >= _WAITING:
            must(give(self._writer, Cancel(ticket=self._here.popleft()), _GUIDE))
        else:
            answer = must(give(self._writer, TakeNumber(line=LINE), KIOSK))
            self._here.append(json.loads(answer.body)["ticket"])


@dataclass(frozen=True, slots=True)
class Load:
    """`late`: of each tick, ms. `served`: commands answered within the time."""

    late: list[float]
    served: int


def under_load(crowd: Crowd, per_second: int, seconds: float) -> Load:
    """Commands come evenly, whether those before were answered or not; zero per second is an idle loop."""
    until = time.perf_counter() + seconds
    served, asking = 0, Group()

    def one() -> None:
        nonlocal served
        crowd.one()
        served += time.perf_counter() <= until

    def source() -> None:
        begun, sent = time.perf_counter(), 0
        while time.perf_counter() < until:
            while sent < (time.perf_counter() - begun) * per_second:
                asking.spawn(one)
                sent += 1
            gevent.sleep(0.001)

    late = []
    feeder = gevent.spawn(source)
    while time.perf_counter() < until:
        due = time.perf_counter() + _TICK_S
        gevent.sleep(_TICK_S)
        late.append((time.perf_counter() - due) * 1000)
    feeder.join()
    asking.join(raise_error=True)
    return Load(late, served)
