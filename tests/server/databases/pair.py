"""A server of two processes over one PostgreSQL and one Redis, each process asked by its own port."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import requests

from server.storage.postgres import PostgresDatabase
from tests.server.api.running_server import HALL, RunningServer, new_key, until
from tests.server.private_postgres import PrivatePostgres
from tests.server.private_redis import PrivateRedis

SOON_S = 60.0


@dataclass
class Pair:
    """A server of two processes, each asked by its own port."""

    server: RunningServer
    database: PostgresDatabase
    redis: PrivateRedis
    postgres: PrivatePostgres
    front: int  # the port at which a proxy with TLS may stand before it
    kiosk: dict[str, str] = field(default_factory=dict)

    @property
    def urls(self) -> list[str]:
        """Where the parent said last that they are."""
        until(lambda: "serves at" in self.server.said(), "the parent says where", SOON_S)
        where: str = re.findall(r"paihao serves at (.*)", self.server.said())[-1]
        return where.split()

    def of(self, worker: int) -> RunningServer:
        """The same server, asked by this process's port."""
        return RunningServer(self.server.data, url=self.urls[worker], secret=self.server.secret)

    def pids(self) -> list[int]:
        """The two processes."""
        assert self.server.process is not None
        parent = self.server.process.pid
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]

    def take(self, worker: int, key: str | None = None) -> dict[str, Any]:
        """Take a number as agents do: the same key until it is known what became of it."""
        key = key or new_key()
        deadline = time.monotonic() + 60
        while True:
            asked = self.of(worker)
            try:
                answer = asked.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, self.kiosk, key=key)
                if answer.status_code == 200:
                    return dict(answer.json())
                assert answer.status_code in (409, 503), answer.text
                assert answer.json()["code"] in ("busy", "database_away"), answer.text
            except requests.ConnectionError:
                pass
            finally:
                asked.http.close()
            assert time.monotonic() < deadline
            gevent.sleep(0.05)
