"""The server of R18: the same server, whose day goes by as fast as it is told, with a side door for most of its work.

Time goes by on both of the machine's clocks at once, so that it is no step of one of them; the server looks at its
clock and beats more often. A command from the door stands in the writer's line like any other. Exists only here;
`paihao serve`'s options. The door's port stands in the data folder.
"""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import json  # noqa: E402
import secrets  # noqa: E402
import socket  # noqa: E402
import sqlite3  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from typing import Any  # noqa: E402
from unittest.mock import patch  # noqa: E402

import gevent  # noqa: E402
from gevent.server import StreamServer  # noqa: E402

from contract.commands import COMMANDS  # noqa: E402
from contract.words import Via  # noqa: E402
from server import app, clock  # noqa: E402
from server.command.serve import serve  # noqa: E402
from server.live import publish  # noqa: E402
from server.steady_clock import SteadyClock, Step  # noqa: E402
from server.storage import writer  # noqa: E402
from server.storage.database import Database  # noqa: E402
from server.storage.orders import Actor, Order  # noqa: E402
from tests.benchmarks.bench_hall import HALL, WINDOWS  # noqa: E402
from tests.promises.proving_hall import DESKS, SIDE_DOOR, WORK_STEPS  # noqa: E402

EVERY_S = 0.05
_opened = Database.writer_connection


class Hurry:
    """How far this machine is ahead, and how much its database had to do."""

    ahead_ns = 0
    work = 0

    @classmethod
    def later(cls, seconds: float) -> None:
        cls.ahead_ns += round(seconds * 1e9)

    @classmethod
    def worked(cls) -> int:
        cls.work += 1
        return 0


def hurried_clock(tell: Callable[[Step], None]) -> SteadyClock:
    """Both clocks of a machine on which so much more time has gone by."""
    return SteadyClock(tell, lambda: time.time_ns() + Hurry.ahead_ns, lambda: time.monotonic_ns() + Hurry.ahead_ns)


def counted_connection(database: Database) -> sqlite3.Connection:
    """The writer's, with a count of each hundred steps of SQLite's machine."""
    connection = _opened(database)
    connection.set_progress_handler(Hurry.worked, WORK_STEPS)
    return connection


def actor_of(kiosk: str | None) -> Actor:
    """The kiosk of this name, or the agent of all windows."""
    if kiosk:
        return Actor(Via.KIOSK, device=kiosk, kiosk=kiosk)
    return Actor(Via.PAGE, device=DESKS, windows=frozenset(WINDOWS))


class HurriedWriter(writer.Writer):
    """Hears at the side door: {"later": seconds}, {"give": [[kiosk or null, deed, body], ...]} or {"look": true};
    answers with a line that says what time it is and all bodies, or what it holds."""

    def start(self) -> None:
        super().start()
        self._door = StreamServer(("127.0.0.1", 0), self._heard)
        self._door.start()
        assert isinstance(self._database, Database)
        (self._database.path.parent / SIDE_DOOR).write_text(str(self._door.server_port), encoding="ascii")

    def stop(self) -> None:
        self._door.stop()
        super().stop()

    def _heard(self, sock: socket.socket, _: Any) -> None:
        with sock.makefile("rwb") as line:
            for asked in line:
                line.write(json.dumps(self._answer(json.loads(asked))).encode() + b"\n")
                line.flush()

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if "later" in asked:
            Hurry.later(asked["later"])
        if "give" in asked:
            giving = [gevent.spawn(self._give, *one) for one in asked["give"]]
            gevent.joinall(giving, raise_error=True)
            said["said"] = [one.get() for one in giving]
        if "look" in asked:
            greenlets = sum(issubclass(type(one), gevent.Greenlet) for one in gc.get_objects())
            said |= {"greenlets": greenlets, "work": Hurry.work}
        return said | {"now": self._now_ms()}

    def _give(self, kiosk: str | None, deed: str, body: dict[str, Any]) -> dict[str, Any]:
        order = Order(HALL, secrets.token_hex(16), actor_of(kiosk), COMMANDS[deed](**body))
        said: dict[str, Any] = json.loads(self.submit(order).body)
        return said


def serve_hurried(kind: type[HurriedWriter] = HurriedWriter) -> None:
    """`paihao serve`, hurried."""
    with ExitStack() as stack:
        for place, name, instead in (
            (app, "Writer", kind),
            (app, "SteadyClock", hurried_clock),
            (clock, "_EVERY_S", EVERY_S),
            (publish, "BEAT_S", EVERY_S * 4),
            (Database, "writer_connection", counted_connection),
        ):
            stack.enter_context(patch.object(place, name, instead))
        serve()


if __name__ == "__main__":
    serve_hurried()
