"""call-to-display: a clerk's press over HTTP, its durable commit, and the last of 200 screens; also on a slow disk."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import gevent

from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.benchmarks.child import Child, child
from tests.benchmarks.fanout import hall
from tests.benchmarks.figures import Figure, p99
from tests.benchmarks.http_clients import Client

_SCREENS, _ROUNDS, _PRESSES = 200, 5, 20


@contextmanager
def _clerk(url: str) -> Iterator[Client]:
    address = urlsplit(url)
    client = Client(address.hostname or "", address.port or 0)
    yield client
    client.close()


def _press(clerk: Client, screens: Child, window: str) -> tuple[float, float]:
    """From the press to the first and to the last screen (ms); then the window is free again."""
    gevent.sleep(random.uniform(0.06, 0.12))  # clerks do not press in step
    begun = time.perf_counter()
    status, reply = clerk.post("window", "call_next", {"window": window, "visit": None})
    if status != 200:
        raise RuntimeError(str(reply))
    heard = screens.ask("until", group="hall", revision=reply["revision"])
    gevent.sleep(0.06)
    status, undone = clerk.post("window", "undo_call", {"window": window, "visit": reply["visit"]})
    if status != 200:
        raise RuntimeError(str(undone))
    screens.ask("until", group="hall", revision=undone["revision"])
    return (heard["first"] - begun) * 1000, (heard["last"] - begun) * 1000


def _on_disk(folder: Path, name: str, slow_s: float, reach: str) -> Figure:
    rounds: list[list[tuple[float, float]]] = []
    with hall(folder, slow_s) as server, child("screens_process") as screens, _clerk(server.begun["url"]) as clerk:
        server.ask("take", number=50)
        screens.ask("open", group="hall", url=server.begun["url"], number=_SCREENS, hall=HALL)
        for number in range(_ROUNDS):
            windows = WINDOWS[number * 20 :] + WINDOWS
            rounds.append([_press(clerk, screens, window) for window in windows[:_PRESSES]])
    worst = median(p99([last for _, last in one]) for one in rounds)
    last, first = (median(press[which] for one in rounds for press in one) for which in (1, 0))
    measured = f"p50 {last:.1f}, p99 {worst:.1f} ms"
    return Figure(name, measured, f"first screen p50 {first:.1f} ms", last / first, reach, worst)


def call_to_display(folder: Path) -> list[Figure]:
    """On this disk, and on one that takes 15 ms longer."""
    return [
        _on_disk(folder / "plain", "call-to-display", 0.0, "<= 12 ms p99"),
        _on_disk(folder / "slow", "call-to-display +15 ms", 0.015, "<= 30 ms p99"),
    ]
