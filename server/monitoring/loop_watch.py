"""How late the event loop is: whatever keeps it busy keeps every screen and every clerk waiting."""

import time

import gevent

from server.monitoring.tally import Buckets

EVERY_S = 0.1


class LoopWatch:
    """Wakes ten times a second and notes by how much later than it should."""

    def __init__(self, late: Buckets) -> None:
        self._late = late
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def start(self) -> None:
        """Look from now on."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """Look no more."""
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None

    def _run(self) -> None:
        while True:
            due = time.monotonic() + EVERY_S
            gevent.sleep(EVERY_S)
            self._late.add(max(0.0, time.monotonic() - due))
