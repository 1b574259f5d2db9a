"""A PostgreSQL of the tests' own, in a temporary folder, on a socket of its own and no port: nothing else sees it."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

_MEMORY = Path("/dev/shm")
_USERS = ("postgres", "nobody")  # PostgreSQL refuses to run as root
_WITHIN_S = 60.0


def programs() -> Path | None:
    """The folder of its programs, the newest where there are several; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda file: float(file.parts[-3]))
    path = shutil.which("postgres")
    return found[-1].parent if found else Path(path).parent if path else None


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run it as; None: as whoever runs the tests."""
    if os.getuid() != 0:
        return None
    for name in _USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("no user to run PostgreSQL as")


class PrivatePostgres:
    """One cluster for a whole run; each test makes a database of its own in it.

    In memory where the machine has a file system there; `on_disk`: where temporary files lie, so that a sync is one.
    """

    def __init__(self, *, on_disk: bool = False) -> None:
        bin_ = programs()
        if bin_ is None:
            raise LookupError("PostgreSQL is not installed: sh tests/databases.sh")
        self._bin, self._user = bin_, _unprivileged()
        in_memory = _MEMORY.is_dir() and not on_disk
        self.folder = Path(tempfile.mkdtemp(prefix="paihao-pg-", dir=_MEMORY if in_memory else None))
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._data), "-U", "paihao", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _run(self, program: str, *more: str) -> None:
        command = [str(self._bin / program), *more]
        done = subprocess.run(command, capture_output=True, cwd=self.folder, text=True, check=False, **self._as_user())
        assert done.returncode == 0, done.stderr

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "max_connections": "250",
            "shared_buffers": "32MB", "max_wal_size": "256MB", "autovacuum": "off", "logging_collector": "off",
        }  # fmt: skip
        command = [str(self._bin / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder, **self._as_user()
            )
        deadline = time.monotonic() + _WITHIN_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, self.said()
                time.sleep(0.02)

    def end(self, number: signal.Signals = signal.SIGINT) -> None:
        """End it: at once without losing anything (SIGINT), or as a crash does (SIGQUIT)."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(timeout=_WITHIN_S)
        self._process = None

    def kill(self) -> None:
        """Kill the postmaster as nothing may; its children end by themselves, and only then may a new one start."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=_WITHIN_S)
        self._process = None
        deadline = time.monotonic() + _WITHIN_S
        while self._children():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """All of it stopped, as on a machine that hangs: the kernel takes connections and bytes, and nobody answers."""
        stopped: list[int] = []
        try:
            while more := [int(pid) for pid in self._children() if int(pid) not in stopped]:
                for pid in more:
                    stopped.append(pid)
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in stopped:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _children(self) -> list[str]:
        """Processes that still work in the data folder."""
        mine = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and (entry / "cwd").readlink() == self._data:
                    mine.append(entry.name)
        return mine

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        if self._process is not None:
            self.end()
        shutil.rmtree(self.folder)

    def said(self) -> str:
        """Its log, of all starts."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    # --- databases ---------------------------------------------------------------------------------------------------

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://paihao@/{name}?host={self.folder}"

    def make(self) -> str:
        """A new, empty database; returns its name."""
        name = f"t{secrets.token_hex(6)}"
        self.do(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        """Whoever is still connected is cut."""
        self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def do(self, sql: str, name: str = "postgres") -> None:
        """One statement."""
        with closing(psycopg.connect(self.url(name), autocommit=True)) as connection:
            connection.execute(sql)

    def rows(self, name: str, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds, as seen from outside."""
        with closing(psycopg.connect(self.url(name), autocommit=True)) as connection:
            return connection.execute(sql).fetchall()
