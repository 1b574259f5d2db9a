"""`paihao serve` over halls in its own file, or in a PostgreSQL of this run with one or several processes and a Redis.

Both databases lie where temporary files do: on a disk, so that a commit waits for it.
"""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import gevent

from server.storage.database import Database
from server.storage.postgres import PostgresDatabase
from server.storage.which import HallDatabase
from tests.benchmarks.figures import cpu_s
from tests.server.private_postgres import PrivatePostgres
from tests.server.private_redis import PrivateRedis

Fill = Callable[[HallDatabase], object]
_ROOT = Path(__file__).resolve().parents[2]
_STARTS_WITHIN_S, _ENDS_WITHIN_S = 120, 60
_URL = re.compile(r"http://127\.0\.0\.1:\d+")
_SETTINGS = 'max_connections = 20000\npublic_url = "http://127.0.0.1"\n'


@dataclass(frozen=True, slots=True)
class ServedHalls:
    """Running. `urls` and `pids`: of each process that serves, in one order. `started_s`: until all of them did."""

    database: HallDatabase
    urls: list[str]
    pids: list[int]
    started_s: float
    postgres: PrivatePostgres | None = None
    redis: PrivateRedis | None = None

    def server_cpu_s(self) -> float:
        """Processor time of the processes that serve."""
        return sum(map(cpu_s, self.pids))

    def database_cpu_s(self) -> float:
        """Of PostgreSQL, all its processes; 0 where the halls are in a file."""
        if self.postgres is None:
            return 0.0
        return cpu_s(self.postgres.pid, ended_too=True) + sum(map(cpu_s, _children(self.postgres.pid)))


class NotInstalled(Exception):
    """Neither PostgreSQL nor what goes with it is on this machine."""


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """One on a disk, for this run alone. Raises NotInstalled."""
    try:
        postgres = PrivatePostgres(on_disk=True)
    except LookupError as missing:
        raise NotInstalled(str(missing)) from missing
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.remove()


def _private_redis() -> PrivateRedis:
    try:
        return PrivateRedis()
    except LookupError as missing:
        raise NotInstalled(str(missing)) from missing


@contextmanager
def on_file(folder: Path, fill: Fill) -> Iterator[ServedHalls]:
    """One process over a SQLite file."""
    data = folder / "data"
    data.mkdir(parents=True)
    database = Database(data)
    database.upgrade()
    fill(database)
    with _process(data, []) as (process, urls, took):
        yield ServedHalls(database, urls, [process.pid], took)


@contextmanager
def on_postgres(folder: Path, fill: Fill, workers: int = 1, *, redis: bool = True) -> Iterator[ServedHalls]:
    """So many processes over a PostgreSQL."""
    (folder / "data").mkdir(parents=True)
    with ExitStack() as stack:
        postgres = stack.enter_context(private_postgres())
        database = PostgresDatabase(postgres.url(postgres.make()))
        database.look()
        fill(database)
        options = ["--database", database.url, "--workers", str(workers)]
        line = _private_redis() if redis and workers > 1 else None
        if line is not None:
            stack.callback(line.remove)
            line.start()
            options += ["--redis", line.url]
        process, urls, took = stack.enter_context(_process(folder / "data", options))
        pids = _children(process.pid) if workers > 1 else [process.pid]
        yield ServedHalls(database, urls, _in_order(pids, urls), took, postgres, line)


@contextmanager
def _process(data: Path, options: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], list[str], float]]:
    (data.parent / "server.toml").write_text(_SETTINGS, encoding="utf-8")
    settings = ["--settings", str(data.parent / "server.toml"), "--data", str(data), "--port", "0"]
    log = data.parent / "server.log"
    begun = time.monotonic()
    with log.open("wb") as out:
        command = [sys.executable, "paihao.py", "serve", *settings, *options]
        process = subprocess.Popen(command, cwd=_ROOT, stdout=out, stderr=out)
    try:
        while not (urls := _told(data)):
            if process.poll() is not None or time.monotonic() > begun + _STARTS_WITHIN_S:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            gevent.sleep(0.02)
        yield process, urls, time.monotonic() - begun
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_ENDS_WITHIN_S)


def _told(data: Path) -> list[str]:
    """Where it serves, once it says so."""
    if not (data / "server.json").exists():
        return []
    told = (data.parent / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return next((_URL.findall(line.partition("serves at")[2]) for line in told if "serves at" in line), [])


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _in_order(pids: list[int], urls: list[str]) -> list[int]:
    """The processes in the order of the ports that they were given on their command lines."""
    by_port = {Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2].decode(): pid for pid in pids}
    return [by_port[url.rpartition(":")[2]] for url in urls] if len(pids) > 1 else pids

