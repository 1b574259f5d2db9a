"""The demo as a process of its own, as `make run` starts it, and what it leaves behind."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.programs import PAIHAO
from tests.terminal.hall_outside import until

READY = "Ctrl-C ends it"
READY_WITHIN_S = 240.0  # a dozen programs on a busy machine
ENDS_WITHIN_S = 120.0


class DemoProcess:
    """Started on entering, killed on leaving if it still runs."""

    def __init__(self, data: Path, *options: str) -> None:
        arguments = ["demo", "--data", str(data), "--lang", "en", *options]
        self.process = subprocess.Popen(
            [sys.executable, str(PAIHAO), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        return "\n".join(self.said)

    def wait_until_ready(self) -> str:
        """The address of its page."""
        until(lambda: READY in self.output or self.process.poll() is not None, "the demo is ready", READY_WITHIN_S)
        assert self.process.poll() is None, self.output
        return next(line.split()[1] for line in self.said if "==>" in line)

    def children(self) -> list[int]:
        """The programs it started, by their id."""
        return [pid for pid in _pids() if _parent(pid) == self.process.pid]

    def wait_for_end(self) -> int:
        code = self.process.wait(ENDS_WITHIN_S)
        self._reader.join(ENDS_WITHIN_S)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(ENDS_WITHIN_S)
        assert self.process.stdout is not None
        self.process.stdout.close()


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _parent(pid: int) -> int | None:
    try:
        # The name in brackets may hold anything; state and parent follow it.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None


def is_running(pid: int) -> bool:
    """A process that has ended and was not yet waited for counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False
