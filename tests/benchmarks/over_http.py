"""issue-http-50, issue-slowdisk, snapshot, call-contention and keepalive: a real server, real connections."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import gevent
from gevent.event import Event

from server.storage.which import HallDatabase
from tests.benchmarks.bench_hall import LINE, WINDOWS, fill, open_on
from tests.benchmarks.fanout import hall
from tests.benchmarks.figures import Figure, p50, p99
from tests.benchmarks.http_clients import Client, memory_mib, rate, served
from tests.benchmarks.served_halls import on_postgres

Serving = AbstractContextManager[tuple[str, int, int]]  # host, port, process id
_ROUNDS, _SECONDS = 5, 1.5


def take(client: Client) -> None:
    """One number."""
    status, reply = client.post("kiosk", "take_number", {"line": LINE})
    if status != 200:
        raise RuntimeError(str(reply))


def issue_http_50(folder: Path) -> list[Figure]:
    """POST a ticket with 50 clients, all rows, against the smallest endpoint of the same server, interleaved."""
    return _issue("issue-http-50", served(folder), ">= 0.60")


def issue_http_50_pg(folder: Path) -> list[Figure]:
    """The same on PostgreSQL."""
    return _issue("issue-http-50-pg", _grown(folder), ">= 0.52")


@contextmanager
def _grown(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Host, port and process id of a server over the hall in a PostgreSQL."""

    def filled(database: HallDatabase) -> None:
        writer = open_on(database)
        fill(writer)
        writer.stop()

    with on_postgres(folder, filled) as found:
        address = urlsplit(found.urls[0])
        yield address.hostname or "", address.port or 0, found.pids[0]


def _issue(name: str, serving: Serving, reach: str) -> list[Figure]:
    with serving as (host, port, pid):
        clients = [Client(host, port) for _ in range(50)]
        ours, empty = [], []
        for _ in range(_ROUNDS):
            empty.append(rate(clients, Client.empty, _SECONDS)[0])
            ours.append(rate(clients, take, _SECONDS)[0])
        memory = memory_mib(pid)
        for client in clients:
            client.close()
    measured, baseline = median(ours), median(empty)
    told = f"{measured:.0f} tickets/s, server {memory:.0f} MiB"
    return [Figure(name, told, f"{baseline:.0f}/s /health", measured / baseline, reach)]


def keepalive(folder: Path) -> list[Figure]:
    """One client that keeps its connection, against a new connection for each request."""
    with served(folder) as (host, port, _):
        client = Client(host, port)
        kept = rate([client], Client.empty, _SECONDS)[1]

        def anew(one: Client) -> None:
            one.reopen()
            one.empty()

        new = rate([client], anew, _SECONDS)[1]
        client.close()
    measured, baseline = p50(kept), p50(new)
    told = f"p50 {baseline:.2f} ms new"
    return [Figure("keepalive", f"p50 {measured:.2f} ms", told, measured / baseline, "<= 1 ms", measured)]


def snapshot(folder: Path) -> list[Figure]:
    """The snapshot of all public cards with 50 clients, against the smallest endpoint of the same server."""
    with served(folder) as (host, port, _):
        clients = [Client(host, port) for _ in range(50)]
        size = clients[0].snapshot()
        ours, empty = [], []
        for _ in range(_ROUNDS):
            empty.append(rate(clients, Client.empty, _SECONDS)[0])
            ours.append(rate(clients, Client.snapshot, _SECONDS)[0])
        for client in clients:
            client.close()
    measured, baseline = median(ours), median(empty)
    told = f"{measured:.0f}/s of {size / 1024:.0f} KiB"
    return [Figure("snapshot", told, f"{baseline:.0f}/s /health", measured / baseline, ">= 0.9")]


def issue_slowdisk(folder: Path) -> list[Figure]:
    """POST a ticket with 50 clients where each commit takes 10 ms longer, against one client on the same disk."""
    with hall(folder, 0.010) as server:
        address = urlsplit(server.begun["url"])
        clients = [Client(address.hostname or "", address.port or 0) for _ in range(50)]
        ours, single = [], []
        for _ in range(_ROUNDS):
            single.append(rate(clients[:1], take, _SECONDS / 2)[0])
            ours.append(rate(clients, take, _SECONDS)[0])
        for client in clients:
            client.close()
    measured, baseline = median(ours), median(single)
    told = f"{baseline:.0f}/s one client"
    return [Figure("issue-slowdisk", f"{measured:.0f} tickets/s", told, measured / baseline, ">= 15")]


def call_contention(folder: Path) -> list[Figure]:
    """100 windows press next together; each press is proven to overlap the others of its round."""
    return _contention("call-contention", served(folder), "<= 100", ">= 0.55")


def call_contention_pg(folder: Path) -> list[Figure]:
    """The same on PostgreSQL."""
    return _contention("call-contention-pg", _grown(folder), "-", "-")


def _contention(name: str, serving: Serving, reach_p99: str, reach_rate: str) -> list[Figure]:
    with serving as (host, port, _):
        clients = {no: Client(host, port) for no in WINDOWS}
        kiosk = Client(host, port)
        for _ in range(len(WINDOWS) + 10):
            take(kiosk)
        single = [press(clients["101"], "101")[1] for _ in range(50)]
        took, doubles, overlapping, speeds, empty = [], 0, 0, [], []
        for _ in range(_ROUNDS):
            empty.append(rate(list(clients.values()), Client.empty, _SECONDS / 2)[0])
            round_took, numbers, overlapped, speed = _round(clients)
            took += round_took
            doubles += len(numbers) - len(set(numbers))
            overlapping += overlapped
            speeds.append(speed)
        for client in (*clients.values(), kiosk):
            client.close()
    alone, worst, speed, bare = p50(single), p99(took), median(speeds), median(empty)
    proof = f"{overlapping}/{len(took)} overlapped, {doubles} doubles"
    return [
        Figure(f"{name} p99", f"{worst:.0f} ms; {proof}", f"alone p50 {alone:.2f} ms", worst / alone, reach_p99),
        Figure(f"{name} rate", f"{speed:.0f} calls/s", f"{bare:.0f}/s /health", speed / bare, reach_rate),
        Figure(f"{name} doubles", f"{doubles} of {len(took)}", "-", doubles / len(took), "= 0", doubles),
    ]


def press(client: Client, no: str) -> tuple[str, float]:
    """Call next, then undo it so that the window is free again. Number and time of the call (ms)."""
    begun = time.perf_counter()
    status, reply = client.post("window", "call_next", {"window": no, "visit": None})
    took = (time.perf_counter() - begun) * 1000
    if status != 200:
        raise RuntimeError(str(reply))
    client.post("window", "undo_call", {"window": no, "visit": reply["visit"]})
    return reply["number"], took


def _round(clients: dict[str, Client]) -> tuple[list[float], list[str], int, float]:
    """All windows press at once: times (ms), numbers, presses sent before the first answer came, calls per second."""
    go, sent, answered = Event(), [], []
    took: list[float] = []
    calls: dict[str, tuple[int, str]] = {}

    def press_with_the_others(no: str, client: Client) -> None:
        go.wait()
        begun = time.perf_counter()
        sent.append(begun)
        status, reply = client.post("window", "call_next", {"window": no, "visit": None})
        ended = time.perf_counter()
        answered.append(ended)
        if status != 200:
            raise RuntimeError(str(reply))
        took.append((ended - begun) * 1000)
        calls[no] = reply["visit"], reply["number"]

    greenlets = [gevent.spawn(press_with_the_others, no, client) for no, client in clients.items()]
    gevent.sleep(0)
    go.set()
    gevent.joinall(greenlets, raise_error=True)
    overlapping = sum(1 for at in sent if at < min(answered))
    undoing = [
        gevent.spawn(clients[no].post, "window", "undo_call", {"window": no, "visit": visit})
        for no, (visit, _) in calls.items()
    ]
    gevent.joinall(undoing, raise_error=True)
    speed = len(took) / (max(answered) - min(sent))
    return took, [number for _, number in calls.values()], overlapping, speed
