"""The server of R18: the same server, whose day goes by as fast as it is told, with a side door for most of its work.

Time goes by on both of the machine's clocks at once, so that it is no step of one of them; the server looks at its
clock and beats more often. Exists only here; `paihao serve`'s options.
"""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import sqlite3  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from typing import Any  # noqa: E402
from unittest.mock import patch  # noqa: E402

import gevent  # noqa: E402

from server import app, clock  # noqa: E402
from server.command.serve import serve  # noqa: E402
from server.live import publish  # noqa: E402
from server.steady_clock import SteadyClock, Step  # noqa: E402
from server.storage.database import Database  # noqa: E402
from tests.promises.proving_hall import DESKS, WORK_STEPS  # noqa: E402
from tests.promises.side_door import SideDoorWriter  # noqa: E402

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


class HurriedWriter(SideDoorWriter):
    """Hears at the side door: {"later": seconds}, {"give": [[kiosk or null, deed, body], ...]} or {"look": true};
    answers with a line that says what time it is and all bodies, or what it holds."""

    agent = DESKS

    def answer(self, asked: Any) -> Any:
        said: dict[str, Any] = {}
        if "later" in asked:
            Hurry.later(asked["later"])
        if "give" in asked:
            said["said"] = self.give(asked["give"])
        if "look" in asked:
            greenlets = sum(issubclass(type(one), gevent.Greenlet) for one in gc.get_objects())
            said |= {"greenlets": greenlets, "work": Hurry.work}
        return said | {"now": self._now_ms()}


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
