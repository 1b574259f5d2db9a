"""A link that is kept open by one greenlet, which reads, writes and looks at the time: for devices with a dialogue of
their own, alone on their link. Cooperative under gevent's monkey-patching."""

from abc import ABC, abstractmethod
from collections import deque
from time import monotonic
from typing import Final, Generic, Protocol, TypeVar

import gevent

from drivers.line_health import LineState
from drivers.reopening import Openable, Reopening

Piece = TypeVar("Piece")
_PROBES: Final = 4  # reads in which what was said before the opening is thrown away
_WAITING_AT_MOST: Final = 2000


class Link(Openable, Protocol[Piece]):
    """What is read and written in pieces: bytes, or datagrams. Both raise LinkLost."""

    def read_some(self) -> Piece | None:
        """What has arrived; nothing after a short silence."""
        ...

    def write(self, piece: Piece, /) -> None: ...


class KeptOpen(Reopening, ABC, Generic[Piece]):
    """What is sent while the link is away is not kept: `opened_again` says anew what should be said."""

    def __init__(self, link: Link[Piece]) -> None:
        super().__init__(link)
        self._pieces = link
        self._outgoing: deque[Piece] = deque(maxlen=_WAITING_AT_MOST)
        self._keeper: gevent.Greenlet[[], None] | None = None

    def start(self) -> None:
        """Begins to open it; returns at once."""
        self._keeper = gevent.spawn(self._keep_open)

    def stop(self) -> None:
        """Closes it. The state is CLOSED when this returns."""
        if self._keeper is not None:
            self._keeper.kill()
            self._keeper = None
        self.state = LineState.CLOSED

    def send(self, piece: Piece) -> None:
        """Soon, if it is open."""
        if self.state is LineState.READY:
            self._outgoing.append(piece)

    @abstractmethod
    def heard(self, piece: Piece, now: float) -> None:
        """Something was read."""

    def opened_again(self, now: float) -> None:
        """It is open (again)."""

    def lost(self) -> None:
        """It was unplugged, or its other end went."""

    def tick(self, now: float) -> None:
        """Called at least every 50 ms while it is open."""

    def _probe(self) -> None:
        """What was said before the opening must not become a press or a card now."""
        self._outgoing.clear()
        for _ in range(_PROBES):
            if not self._pieces.read_some():
                return

    def _became_ready(self) -> None:
        self.opened_again(monotonic())

    def _was_lost(self) -> None:
        self.lost()

    def _read_until_lost(self) -> None:
        while True:
            self._look_for_move(monotonic())
            while self._outgoing:
                self._pieces.write(self._outgoing.popleft())
            piece = self._pieces.read_some()
            now = monotonic()
            if piece:
                self.last_receive = now
                self.heard(piece, now)
            self.tick(now)
            # A read that finds something at once does not yield; a flood must not hold up the other greenlets.
            gevent.sleep(0)
