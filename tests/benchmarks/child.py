"""A process beside the measuring one, asked over pipes: one line of JSON there, one line back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Child:
    """One such process."""

    def __init__(self, module: str, *options: str) -> None:
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self._process.pid
        self.begun = self._answer()

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Have something done; what it answers when that is done."""
        stdin = self._process.stdin
        if stdin is None:
            raise RuntimeError
        stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        stdin.flush()
        return self._answer()

    def end(self) -> None:
        """No more questions: it ends."""
        if self._process.stdin is not None and self._process.stdout is not None:
            self._process.stdin.close()
            self._process.wait(30)
            self._process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        if not line:
            raise RuntimeError(f"process {self._process.args!r} ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def child(module: str, *options: str) -> Iterator[Child]:
    """Started, and ended in any case."""
    started = Child(module, *options)
    try:
        yield started
    finally:
        started.end()
