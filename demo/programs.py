"""The demo's programs as processes of their own: started, watched, ended by their id. Linux and other POSIX systems.

On Linux a program also ends when the demo itself is killed; elsewhere only a demo that ends by itself takes its
programs along.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

PAIHAO = Path(__file__).resolve().parents[1] / "paihao.py"
ENDS_WITHIN_S = 15.0
TOLD_LINES = 12
_PR_SET_PDEATHSIG = 1


class Program:
    """One running subcommand of paihao; what it writes goes to `log`."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, str(PAIHAO), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # Ctrl-C is the demo's business: it ends its programs in order
                preexec_fn=_ends_with(os.getpid()),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Until it ends; its exit code."""
        return self._process.wait()

    def ask_to_end(self) -> None:
        """SIGTERM, unless it ended."""
        if self.ended is None:
            self._process.terminate()

    def kill(self) -> None:
        """kill -9."""
        if self.ended is None:
            self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Ask, wait, and kill what does not listen."""
        self.ask_to_end()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_lines(self) -> str:
        """The end of its log."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-TOLD_LINES:])

    def memory_bytes(self) -> int | None:
        """Resident memory; None where the system does not say it in /proc."""
        return resident_bytes(self.pid)


def resident_bytes(pid: int) -> int | None:
    """Resident memory of a process (VmRSS), None where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), None)
    return None if line is None else int(line.split()[1]) * 1024


def _ends_with(parent: int) -> Callable[[], None] | None:
    """What a new process does first: ask the kernel for SIGTERM at its parent's end (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)  # the parent was killed before we asked

    return bind
