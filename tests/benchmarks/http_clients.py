"""A real server in its own process, and clients that keep their connection."""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gevent

from tests.benchmarks.bench_hall import HALL, KIOSK_TOKEN, WINDOW_TOKEN, prepare

_STARTS_WITHIN_S = 30


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Host, port and process id of a server over a prepared hall."""
    prepare(folder).stop()
    command = [sys.executable, "paihao.py", "serve", "--data", str(folder), "--port", "0"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        address = _address(folder, process)
        parts = urlsplit(address["url"])
        yield parts.hostname or "127.0.0.1", parts.port or 0, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _address(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            address: dict[str, Any] = json.loads((folder / "server.json").read_text(encoding="utf-8"))
            return address
        except (OSError, ValueError):
            gevent.sleep(0.05)
    raise RuntimeError((folder / "server.log").read_text(encoding="utf-8"))


class Client:
    """One kiosk or window with one connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._http = http.client.HTTPConnection(host, port, timeout=30)

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def reopen(self) -> None:
        """A new connection for the next request."""
        self._http.close()
        self._http = http.client.HTTPConnection(self._host, self._port, timeout=30)

    def empty(self) -> int:
        """The smallest endpoint of the server."""
        self._http.request("GET", "/health")
        answer = self._http.getresponse()
        answer.read()
        return answer.status

    def snapshot(self) -> int:
        """All public cards; their bytes."""
        self._http.request("GET", f"/{HALL}/snapshot/public")
        answer = self._http.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise RuntimeError(str(answer.status))
        return size

    def post(self, place: str, deed: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """A command under a fresh key."""
        token = KIOSK_TOKEN if place == "kiosk" else WINDOW_TOKEN
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": secrets.token_hex(16),
            "Content-Type": "application/json",
            "X-Via": "call_pad",
        }
        self._http.request("POST", f"/{HALL}/{place}/{deed}", json.dumps(body), headers)
        answer = self._http.getresponse()
        reply: dict[str, Any] = json.loads(answer.read())
        return answer.status, reply


def rate(clients: list[Client], once: Callable[[Client], object], seconds: float) -> tuple[float, list[float]]:
    """How often per second all clients together do it, and each time it took (ms). Starts are staggered."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    def work(client: Client, number: int) -> None:
        gevent.sleep(number * 0.0017)
        while time.perf_counter() < until:
            begun = time.perf_counter()
            once(client)
            took.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    gevent.joinall([gevent.spawn(work, client, n) for n, client in enumerate(clients)], raise_error=True)
    return len(took) / (time.perf_counter() - begun), took


def memory_mib(pid: int) -> float:
    """Resident memory of a process (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
