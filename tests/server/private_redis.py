"""A Redis of the tests' own, on a socket in a temporary folder, which keeps nothing."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

_WITHIN_S = 30.0


class PrivateRedis:
    """Started and killed as a test likes."""

    def __init__(self) -> None:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            raise LookupError("Redis is not installed: sh tests/databases.sh")
        self._program = program
        self.folder = Path(tempfile.mkdtemp(prefix="paihao-redis-"))
        self.socket = self.folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"unix://{self.socket}"

    def client(self) -> redis.Redis:
        """Somebody else who speaks to it."""
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self._program, *options], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _WITHIN_S
        while True:
            try:
                with self.client() as client:
                    client.ping()
                return
            except redis.RedisError:
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def kill(self) -> None:
        """As a crash does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=_WITHIN_S)
        self._process = None
        self.socket.unlink(missing_ok=True)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Inside it takes connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """Leave nothing behind."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.folder)
