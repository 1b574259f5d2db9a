"""Gives processes a part of a core each (see child.py): they stand still for the rest of every twenty milliseconds.

So a benchmark can ask what a process adds where its own core is what is full, on a machine that has no core to spare.
"""

import json
import os
import signal
import sys
import threading
from contextlib import suppress

EVERY_S = 0.02


class Limited:
    """From `begin` to `end`."""

    def __init__(self, pids: list[int], share: float) -> None:
        self._pids = pids
        self._share = share
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def begin(self) -> None:
        """From now on."""
        self._thread.start()

    def end(self) -> None:
        """All go on as they like."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S * self._share):
            self._send(signal.SIGSTOP)
            self._ended.wait(EVERY_S * (1 - self._share))
            self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        for pid in self._pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def main() -> None:
    """{"do": "limit", "pids", "share"} and {"do": "free"}; whoever asks no more frees them."""
    print(json.dumps({}), flush=True)
    limited: Limited | None = None
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            if limited is not None:
                limited.end()
                limited = None
            if asked["do"] == "limit":
                limited = Limited(asked["pids"], asked["share"])
                limited.begin()
            print(json.dumps({}), flush=True)
    finally:
        if limited is not None:
            limited.end()


if __name__ == "__main__":
    main()
