"""Keeps something open that may be unplugged, taken by another program, or not there yet: with pauses that grow, and
at once when something (else) appears at its path. Cooperative under gevent's monkey-patching."""

from abc import ABC, abstractmethod
from math import inf
from random import uniform
from time import monotonic
from typing import Final, Protocol

import gevent

from drivers.line_health import LineState
from drivers.serial_port import LinkLost, LinkTaken

BACKOFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
JITTER: Final = 0.25  # of the pause, so that the lines of a hall do not all try at once
_LOOK_FOR_PATH_S: Final = 0.1
_LOOK_FOR_MOVE_S: Final = 0.5


class Openable(Protocol):
    """What is kept open. `open` raises LinkLost."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def signature(self) -> tuple[int, ...] | None:
        """What stands behind the path just now; None when nothing does."""
        ...


class Reopening(ABC):
    """CLOSED → OPENING → PROBING → READY → FAULT → OPENING …"""

    def __init__(self, link: Openable, longest_pause_s: float = inf) -> None:
        self._link = link
        self._longest_pause_s = longest_pause_s
        self.state = LineState.CLOSED
        self.last_receive: float | None = None
        self.last_error: str | None = None
        self.taken = False
        self.opened = 0
        self._opened_as: tuple[int, ...] | None = None
        self._moved_at = 0.0

    def is_present(self) -> bool:
        """Whether there is anything at the path."""
        return self._link.signature() is not None

    @abstractmethod
    def _probe(self) -> None:
        """It was just opened. Raises LinkLost."""

    @abstractmethod
    def _became_ready(self) -> None:
        """It can be used now."""

    @abstractmethod
    def _read_until_lost(self) -> None:
        """Reads, calling `_look_for_move` now and then; ends only by LinkLost."""

    @abstractmethod
    def _was_lost(self) -> None:
        """It can no longer be used."""

    def _keep_open(self) -> None:
        attempt = 0
        while True:
            self.state = LineState.OPENING
            at_path = self._link.signature()
            try:
                self._link.open()
                attempt = 0
                self._opened_as = self._link.signature()
                self.state = LineState.PROBING
                self._probe()
                self.taken = False
                self.opened += 1
                self.state = LineState.READY
                self._became_ready()
                self._read_until_lost()
            except LinkLost as error:
                self._lost(error)
            finally:
                self._link.close()
            pause_s = min(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)], self._longest_pause_s)
            appeared = self._wait_for_path(at_path, pause_s * uniform(1, 1 + JITTER))
            attempt = 0 if appeared else attempt + 1

    def _lost(self, error: LinkLost) -> None:
        was_ready = self.state not in (LineState.OPENING, LineState.PROBING)
        self.state = LineState.FAULT
        self.last_error = str(error)
        self.taken = isinstance(error, LinkTaken)
        if was_ready:
            self._was_lost()

    def _wait_for_path(self, before: tuple[int, ...] | None, pause_s: float) -> bool:
        """Waits for the pause; True as soon as there is something at the path that was not there before."""
        until = monotonic() + pause_s
        while True:
            now_there = self._link.signature()
            if now_there is not None and now_there != before:
                return True
            before = now_there
            left = until - monotonic()
            if left <= 0:
                return False
            gevent.sleep(min(_LOOK_FOR_PATH_S, left))

    def _look_for_move(self, now: float) -> None:
        """A name like /dev/serial/by-id/… may come to mean another device while the old one is still there."""
        if now - self._moved_at < _LOOK_FOR_MOVE_S:
            return
        self._moved_at = now
        there = self._link.signature()
        if there is not None and there != self._opened_as:
            raise LinkLost("the port's name means another device now")
