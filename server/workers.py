"""Several processes of one server: a parent that starts them, watches them and starts them again; it serves nothing.

Each process has a port of its own. By standard input it hears the local secret that all of them share; when that line
ends, so does the process, for its parent is gone.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import IO, cast

import gevent
import structlog
from gevent.event import Event
from gevent.fileobject import FileObjectPosix

WORKER = "PAIHAO_WORKER"  # in the environment of a process that has a parent
_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
_STEADY_S = 30.0
_LOOK_EVERY_S = 0.05
_ENDS_WITHIN_S = 15.0
_ENDS_SOON_S = 3.0
_CANNOT_START = 2  # the exit code of a process that said why
_log = structlog.get_logger("workers")


def reached_at(host: str) -> str:
    """How this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


class PortTaken(Exception):
    """One of the ports cannot be listened on: which, and why."""

    def __init__(self, port: int, why: OSError) -> None:
        super().__init__(port)
        self.port = port
        self.why = why


def ports_for(host: str, first: int, number: int, within_s: float = _ENDS_SOON_S) -> list[int]:
    """So many ports from the first on, which nobody has; free ones where that is 0. Raises PortTaken.

    The processes of a parent that was killed are given the time to end.
    """
    deadline = time.monotonic() + within_s
    while True:
        try:
            return _bound(host, first, number)
        except PortTaken:
            if time.monotonic() > deadline:
                raise
        gevent.sleep(_LOOK_EVERY_S)


def _bound(host: str, first: int, number: int) -> list[int]:
    with ExitStack() as held:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        found = [held.enter_context(socket.socket(family)) for _ in range(number)]
        for no, one in enumerate(found):
            port = first + no if first else 0
            if first:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as whoever listens there will
            try:
                one.bind((host, port))
            except OSError as why:
                raise PortTaken(port, why) from why
        return [int(one.getsockname()[1]) for one in found]


def until_listening(host: str, port: int) -> None:
    """Wait until somebody takes connections there."""
    while True:
        with suppress(OSError), socket.create_connection((reached_at(host).strip("[]"), port), timeout=1) as line:
            if line.getsockname() != line.getpeername():  # a free port may be connected with itself
                return
        gevent.sleep(_LOOK_EVERY_S)


def is_worker() -> bool:
    """Whether this process was started by such a parent."""
    return WORKER in os.environ


def told_by_parent() -> str:
    """The local secret, which the parent says first."""
    return sys.stdin.readline().strip()


def when_the_parent_ends(do: Callable[[], object]) -> None:
    """Call `do` when the line to the parent ends."""

    def wait() -> None:
        line = FileObjectPosix(sys.stdin.fileno(), "rb", closefd=False)
        with suppress(OSError):
            while line.read(1):
                pass
        do()

    gevent.spawn(wait)


class Workers:
    """The parent's side. `command(no)` is the command line of a process."""

    def __init__(self, number: int, command: Callable[[int], Sequence[str]], local_secret: str) -> None:
        self._number = number
        self._command = command
        self._secret = local_secret
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._stopping = Event()
        self._all_started = False
        self.refused = False  # one of them could not start, and said why

    def all_started(self) -> None:
        """From now on one that cannot start is tried again; before that, the whole server does not start."""
        self._all_started = True

    def run(self, stopping: Event) -> None:
        """Keep all of them going until `stopping`, which is set too when one of them refuses to start at all."""
        watching = [gevent.spawn(self._watch, no, stopping) for no in range(self._number)]
        stopping.wait()
        self._stopping.set()
        for process in list(self._running.values()):
            process.terminate()
        gevent.joinall(watching, timeout=_ENDS_WITHIN_S)
        for process in list(self._running.values()):
            process.kill()
        gevent.joinall(watching)

    def _watch(self, no: int, stopping: Event) -> None:
        pause = _PAUSE_S
        while not self._stopping.is_set():
            begun = time.monotonic()
            environ = {**os.environ, WORKER: str(no)}
            self._running[no] = process = subprocess.Popen(self._command(no), stdin=subprocess.PIPE, env=environ)
            if self._stopping.is_set():  # said while this one was being made
                process.terminate()
            line = cast(IO[bytes], process.stdin)
            with suppress(BrokenPipeError):  # closed unread by one that ended at once
                line.write(f"{self._secret}\n".encode())
                line.flush()
            code = process.wait()
            with suppress(BrokenPipeError):
                line.close()
            del self._running[no]
            if self._stopping.is_set():
                return
            _log.error("worker_ended", worker=no, code=code)
            if code == _CANNOT_START and not self._all_started:
                self.refused = True
                stopping.set()
                return
            pause = _PAUSE_S if time.monotonic() - begun > _STEADY_S else min(2 * pause, _LONGEST_PAUSE_S)
            self._stopping.wait(pause)
