"""A connection to PostgreSQL whose waits have an end, and which waits only where there is something to wait for."""

import select
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from gevent import monkey
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

R = TypeVar("R")
ANSWERS_WITHIN_S = 8.0  # longer than a lock is waited for, and shorter than an agent waits for its answer
_AT_ONCE = 16  # then the event loop has its turn
# The kernel's own: gevent's goes by the event loop, which costs more than most of what is asked. Not on Windows.
_POLL = monkey.get_original("select", "poll") if hasattr(select, "poll") else None


class BoundedLine(psycopg.Connection[Any]):
    """A line that counts as broken when no answer comes: the machine stands still, and its kernel holds the line."""

    def wait(self, gen: PQGen[R], interval: float = 0.1, timeout: float | None = None) -> R:
        within_s = ANSWERS_WITHIN_S if timeout is None else timeout
        begun = time.monotonic()
        try:
            return super().wait(_only_where_needed(gen, self.pgconn.socket), interval, within_s)
        except psycopg.OperationalError:
            if time.monotonic() - begun >= within_s:
                self.close()  # what is still under way on it is nobody's; the keys say what became of it
            raise


def _only_where_needed(gen: PQGen[R], socket: int) -> Generator[Wait, Ready | int, R]:
    """The same waits, without those that are over at once: a statement may nearly always be sent."""
    ready: Ready | int = Ready.NONE
    at_once = 0
    try:
        wanted = next(gen)
        while True:
            ready = _ready(socket, wanted) if at_once < _AT_ONCE else Ready.NONE
            at_once += 1
            while not ready:
                at_once, ready = 0, (yield wanted)
                if not ready:
                    gen.send(ready)  # somebody looked in, as psycopg's own waits do
            wanted = gen.send(ready)
    except StopIteration as end:
        value: R = end.value
        return value


def _ready(socket: int, wanted: Wait) -> Ready:
    """What of it may be done without waiting. Of a line that broke psycopg's own wait is to tell."""
    if _POLL is None:
        return Ready.NONE
    poll = _POLL()
    poll.register(socket, (select.POLLIN if wanted & Wait.R else 0) | (select.POLLOUT if wanted & Wait.W else 0))
    found = poll.poll(0)
    events = found[0][1] if found else 0
    if events & ~(select.POLLIN | select.POLLOUT):
        return Ready.NONE
    return Ready((Ready.R if events & select.POLLIN else 0) | (Ready.W if events & select.POLLOUT else 0))
