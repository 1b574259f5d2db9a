"""redis-hop: how much later than a screen of the process that did the deed one of another process hears of it."""

import random
import time
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import gevent

from server.storage.which import HallDatabase
from tests.benchmarks.bench_hall import HALL, WINDOWS, fill, open_on, people_wait
from tests.benchmarks.child import Child, child
from tests.benchmarks.figures import Figure, p50, p99
from tests.benchmarks.http_clients import Client
from tests.benchmarks.served_halls import on_postgres

_ROUNDS, _PRESSES, _SMALL, _FULL = 5, 12, 60, 8_300


def redis_hop(folder: Path) -> list[Figure]:
    """On a day of few tickets, and on a full one."""
    small = _between_processes(folder / "small", _SMALL, "redis-hop")
    return [small, _between_processes(folder / "full", _FULL, f"redis-hop, {_FULL} tickets")]


def _between_processes(folder: Path, tickets: int, name: str) -> Figure:
    def filled(database: HallDatabase) -> None:
        writer = open_on(database)
        fill(writer)
        people_wait(writer, tickets)
        writer.stop()

    rounds: list[list[tuple[float, float]]] = []
    with ExitStack() as stack:
        served = stack.enter_context(on_postgres(folder, filled, workers=2))
        screens = stack.enter_context(child("screens_process"))
        here = urlsplit(served.urls[0])
        clerk = stack.enter_context(closing(Client(here.hostname or "", here.port or 0)))
        for group, url in zip("ab", served.urls, strict=True):
            screens.ask("open", group=group, url=url, number=1, hall=HALL)
        for number in range(_ROUNDS):
            rounds.append([_press(clerk, screens, WINDOWS[number * _PRESSES + i]) for i in range(_PRESSES)])
    more = [[there - here for here, there in one] for one in rounds]
    hop, worst = median(map(p50, more)), median(map(p99, more))
    alone = median(here for one in rounds for here, _ in one)
    measured = f"{hop:+.1f} ms p50, {worst:+.1f} p99"
    return Figure(name, measured, f"own screen p50 {alone:.1f} ms", (alone + hop) / alone, "<= 2 ms", hop)


def _press(clerk: Client, screens: Child, window: str) -> tuple[float, float]:
    """From the press to the screen of this process and to that of the other (ms); then the window is free again."""
    gevent.sleep(random.uniform(0.15, 0.2))  # further apart than messages are gathered
    begun = time.perf_counter()
    visit, here, there = _deed(clerk, screens, "call_next", {"window": window, "visit": None})
    gevent.sleep(random.uniform(0.15, 0.2))
    _deed(clerk, screens, "undo_call", {"window": window, "visit": visit})
    return (here - begun) * 1000, (there - begun) * 1000


def _deed(clerk: Client, screens: Child, deed: str, body: dict[str, object]) -> tuple[int, float, float]:
    """The visit, and when each of the two screens heard of the deed."""
    status, reply = clerk.post("window", deed, body)
    if status != 200:
        raise RuntimeError(str(reply))
    here, there = screens.ask("hop", groups=["a", "b"], revision=reply["revision"])["at"]
    return reply["visit"], here, there
