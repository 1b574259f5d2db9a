"""Hands the presses of one device to their receiver, in order, without holding up the line."""

import logging
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import gevent
from gevent.queue import Full, Queue

_log = logging.getLogger(__name__)

Item = TypeVar("Item")

_AT_MOST: Final = 32


class NotYet(Exception):
    """Raised by a receiver: it cannot say yet what the press is for; the device says it again."""


class Deliveries(Generic[Item]):
    """A short queue with a greenlet of its own; ``done`` hears whether the receiver took the item."""

    def __init__(self, receiver: Callable[[Item], None], done: Callable[[Item, bool], None]) -> None:
        self._receiver = receiver
        self._done = done
        self._queue: Queue[Item | None] = Queue(maxsize=_AT_MOST)
        self._greenlet: gevent.Greenlet[[], None] | None = None

    def start(self) -> None:
        """Begins to hand over."""
        self._greenlet = gevent.spawn(self._hand_over)

    def put(self, item: Item) -> bool:
        """False when the receiver is so far behind that the queue is full."""
        try:
            self._queue.put_nowait(item)
        except Full:
            return False
        return True

    def stop(self, within_s: float) -> None:
        """Lets the receiver finish what it has been given, for so long."""
        if self._greenlet is None:
            return
        try:
            self._queue.put(None, timeout=within_s)
        except Full:
            _log.warning("presses were not taken before the line was stopped")
        self._greenlet.join(timeout=within_s)
        self._greenlet.kill()

    def _hand_over(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                self._receiver(item)
            except NotYet:
                self._done(item, False)
            except Exception:
                # The receiver is another part's code; its failure must not end the reading of this device.
                _log.exception("a press was not taken")
                self._done(item, False)
            else:
                self._done(item, True)
