"""reconnect-storm: 500 screens come back at once. mem-conn: what a connection takes of the server's memory."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.bench_hall import HALL
from tests.benchmarks.child import Child, child
from tests.benchmarks.fanout import hall
from tests.benchmarks.figures import Figure
from tests.benchmarks.http_clients import memory_mib

_STORM, _ROUNDS = 500, 5
_MORE, _STEPS = 200, 5


def reconnect_storm(folder: Path) -> list[Figure]:
    """Pass, web socket, `watch` and snapshot of 500 screens, in turn with 500 plain Socket.IO handshakes."""
    took, bare, lost = [], [], 0
    with hall(folder) as server, child("screens_process") as screens:
        url = server.begun["url"]
        for _ in range(_ROUNDS):
            bare.append(screens.ask("handshakes", url=url, hall=HALL, number=_STORM)["took"])
            newest = server.ask("take", number=5)["revision"]  # what they missed
            back = screens.ask("storm", group="hall", url=url, hall=HALL, number=_STORM, revision=newest)
            took.append(back["took"])
            lost += _STORM - int(back["right"])
            screens.ask("close", group="hall")
    measured, baseline = median(took), median(bare)
    ratio = measured / baseline
    told = f"{baseline:.2f} s plain handshakes"
    return [
        Figure("reconnect-storm", f"{measured:.2f} s to the last", told, ratio, "<= 1.5"),
        Figure("reconnect-storm lost", f"{lost} of {_ROUNDS * _STORM}", told, ratio, "= 0", lost),
    ]


def _kib_per_connection(server: Child, more: Callable[[], object]) -> float:
    """Median over steps of so many connections each."""
    more()  # pools and caches fill up
    steps = []
    for _ in range(_STEPS):
        before = memory_mib(server.pid)
        more()
        steps.append((memory_mib(server.pid) - before) * 1024 / _MORE)
    return median(steps)


def mem_conn(folder: Path) -> list[Figure]:
    """1,000 connections beside 1,000 of a bare `websockets` server."""
    with hall(folder) as ours, child("plain_sockets") as plain, child("screens_process") as screens:
        url, bare = ours.begun["url"], plain.begun["url"]
        mine = _kib_per_connection(ours, lambda: screens.ask("open", group="o", url=url, number=_MORE, hall=HALL))
        theirs = _kib_per_connection(plain, lambda: screens.ask("open", group="p", url=bare, number=_MORE, hall=None))
    told = f"{theirs:.0f} KiB websockets"
    return [Figure("mem-conn", f"{mine:.0f} KiB per connection", told, mine / theirs, "<= 6")]
