"""A PostgreSQL and a Redis of a proof's own, and a server of two processes over them; each of these may be killed.

PostgreSQL's files lie in memory where that is possible, with fsync on: here processes die, never the machine.
"""

import os
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.domain.hall import Hall
from tests.promises.proving_hall import ProvingServer, empty_database, prepare
from tests.server.databases.test_workers import mad_redis
from tests.server.private_postgres import PrivatePostgres
from tests.server.private_redis import PrivateRedis
from tests.terminal.hall_outside import until

WAYS = ("killed", "silent", "mad")  # what becomes of Redis


@dataclass(frozen=True)
class Machines:
    """The database and the Redis, running."""

    postgres: PrivatePostgres
    redis: PrivateRedis

    def new_database(self, *definitions: Hall, unguarded: Sequence[str] = ()) -> str:
        """One with these halls; its address. `unguarded`: what is done to its schema then."""
        name = self.postgres.make()
        address = self.postgres.url(name)
        prepare(empty_database(Path(), address), *definitions)
        for statement in unguarded:
            self.postgres.do(statement, name)
        return address

    @contextmanager
    def serving(
        self, folder: Path, address: str, program: Sequence[str] = ProvingServer.program, *, processes: int = 2
    ) -> Iterator[ProvingServer]:
        """A server over that database; stopped in any case."""
        folder.mkdir(parents=True, exist_ok=True)
        workers = ("--workers", str(processes)) if processes > 1 else ()
        options = ("--redis", self.redis.url, *workers)
        server = ProvingServer(folder, program, address, options)
        server.start()
        try:
            yield server
        finally:
            server.stop()

    @contextmanager
    def without_redis(self, how: str) -> Iterator[None]:
        """Inside, Redis is "killed", "silent" (takes connections and says nothing), or "mad" (says nonsense)."""
        if how == "silent":
            with self.redis.silent():
                yield
            return
        self.redis.kill()
        raving = mad_redis(str(self.redis.socket)) if how == "mad" else None
        try:
            yield
        finally:
            if raving is not None:
                raving.stop()
                self.redis.socket.unlink(missing_ok=True)
            self.redis.start()


@contextmanager
def machines() -> Iterator[Machines]:
    """Both, running; nothing is left of them."""
    postgres = PrivatePostgres()
    try:
        redis = PrivateRedis()
        try:
            postgres.start()
            redis.start()
            yield Machines(postgres, redis)
        finally:
            redis.remove()
    finally:
        postgres.remove()


def ports_of(server: ProvingServer) -> list[int]:
    """Where its processes are asked, as it says itself."""
    until(lambda: "paihao serves at" in server.said(), "it says where", 60)
    where = re.findall(r"paihao serves at (.*)", server.said())[-1]
    return [urlsplit(url).port or 0 for url in where.split()]


def processes_of(server: ProvingServer) -> list[int]:
    """Those that serve; while one is started again, only the other."""
    with suppress(FileNotFoundError):
        text = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in text.split()]
    return []


def kill_process(pid: int) -> None:
    """kill -9; its parent starts another."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
