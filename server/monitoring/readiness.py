"""Whether this server can serve its halls now, and if not, why: what `/ready` says."""

import time
from collections.abc import Callable
from enum import StrEnum

from gevent import Greenlet, Timeout, spawn
from gevent.event import AsyncResult
from gevent.threadpool import ThreadPool

STUCK_S = 15.0  # the writer waits at most 10 s for another program's lock; whoever waits longer waits for nothing
_LOOK_EVERY_S = 1.0  # however often it is asked


class NotReady(StrEnum):
    """Why it cannot."""

    STOPPING = "stopping"
    DATABASE_GONE = "database_gone"
    DATABASE_AWAY = "database_away"
    DATABASE_DAMAGED = "database_damaged"
    DATABASE_LOCKED = "database_locked"
    SCHEMA = "schema"
    DISK_FULL = "disk_full"
    NOT_WRITABLE = "not_writable"
    DISK_SILENT = "disk_silent"
    WRITER_STUCK = "writer_stuck"


SENTENCES: dict[NotReady, tuple[str, str]] = {
    NotReady.STOPPING: ("服务器正在停止", "The server is stopping"),
    NotReady.DATABASE_GONE: ("数据库文件不见了，或被换成了另一个", "The database file is gone, or is another one"),
    NotReady.DATABASE_AWAY: ("连不上数据库", "The database cannot be reached"),
    NotReady.DATABASE_DAMAGED: ("数据库读不了", "The database cannot be read"),
    NotReady.DATABASE_LOCKED: ("另一个程序占着数据库不放", "Another program holds the database's lock"),
    NotReady.SCHEMA: ("数据库的版本不是本程序的版本", "The database has another schema than this program"),
    NotReady.DISK_FULL: ("磁盘满了，或快满了", "The disk is full, or nearly so"),
    NotReady.NOT_WRITABLE: ("数据目录不能写入", "The data folder cannot be written to"),
    NotReady.DISK_SILENT: ("磁盘没有应答", "The disk does not answer"),
    NotReady.WRITER_STUCK: ("有命令等了很久没有结果", "A command has been waiting for its outcome for too long"),
}

Probe = Callable[[], list[NotReady]]


class Readiness:
    """`probe` looks at the store, in a thread unless it works with the event loop by itself, and must answer within
    `answers_s`; `oldest_s`: how long the oldest command has been waiting."""

    def __init__(
        self, probe: Probe, oldest_s: Callable[[], float], answers_s: float = 3.0, *, in_thread: bool = True
    ) -> None:
        self._in_thread = in_thread
        self._silent = NotReady.DISK_SILENT if in_thread else NotReady.DATABASE_AWAY
        self._probe = probe
        self._oldest_s = oldest_s
        self._answers_s = answers_s
        self._pool = ThreadPool(1)
        self._looking: AsyncResult[list[NotReady]] | Greenlet[[], list[NotReady]] | None = None
        self._found: list[NotReady] = []
        self._looked: float | None = None
        self._stopping = False

    def reasons(self) -> list[NotReady]:
        """All reasons against; none means ready."""
        found = [NotReady.STOPPING] if self._stopping else self._of_the_store()
        return found + ([NotReady.WRITER_STUCK] if self._oldest_s() > STUCK_S else [])

    def stopping(self) -> None:
        """From now on the answer is no; nothing is looked at any more."""
        self._stopping = True
        self._pool.kill()

    def _of_the_store(self) -> list[NotReady]:
        if self._looked is not None and time.monotonic() - self._looked < _LOOK_EVERY_S:
            return self._found
        if self._looking is None:
            self._looking = self._pool.spawn(self._probe) if self._in_thread else spawn(self._probe)
        looking = self._looking
        try:
            self._found = looking.get(timeout=self._answers_s) or []
        except Timeout:
            return [self._silent]  # that look goes on; no second one joins it
        finally:
            if looking.ready():
                self._looking = None
        self._looked = time.monotonic()
        return self._found
