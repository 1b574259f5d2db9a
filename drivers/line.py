"""One line and the two greenlets that own it: one opens, reads and reopens, the other is its only writer.

Cooperative under gevent's monkey-patching, which the program does before anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Final, Protocol

import gevent
from gevent.event import Event

from drivers.framing import Frame, Framer
from drivers.line_health import LineState
from drivers.local_echo import LocalEcho
from drivers.reopening import Reopening
from drivers.serial_port import READ_WAIT_S, LinkLost, Transport
from drivers.tcp_port import LONGEST_PAUSE_S, TcpPort
from drivers.udp_port import UdpLine

UNFIT_BYTES: Final = 24  # so many without a frame are no glitch
UNFIT_FOR_S: Final = 300.0
_PROBES: Final = 4  # reads in which what was said before the opening is thrown away
# A device that has just spoken needs a moment to listen: 3.5 characters at 9600 baud, rounded up.
_TURNAROUND_S: Final = 0.005
_BITS_PER_BYTE: Final = 10


@dataclass(frozen=True, slots=True)
class Sending:
    """A frame to write now, and who wants to know when its last byte is on the line."""

    frame: bytes
    sent: Callable[[float], None]


class Traffic(Protocol):
    """What the line carries. Times are monotonic seconds."""

    def heard(self, frame: Frame, now: float) -> None: ...

    def next_time(self) -> float:
        """When something may go out; infinity when nothing waits."""
        ...

    def take_due(self, now: float) -> Sending | None: ...

    def line_opened(self, now: float) -> None: ...

    def line_lost(self) -> None: ...


class Line(Reopening):
    """A greenlet that reads and reopens, and one that writes."""

    def __init__(
        self, transport: Transport, framer: Framer, traffic: Traffic, *, baud: int, gap_s: float, local_echo: bool
    ) -> None:
        # Nothing shows that a host is back on the network: it is called often instead.
        super().__init__(transport, LONGEST_PAUSE_S if isinstance(transport, TcpPort) else inf)
        self._transport = transport
        self._framer = framer
        self._traffic = traffic
        self._baud = baud
        self._gap_s = gap_s
        self._echo = LocalEcho() if local_echo else None
        self._whole_pieces = isinstance(transport, UdpLine)  # no frame goes on in the next datagram
        self._wake = Event()
        self._greenlets: list[gevent.Greenlet[[], None]] = []
        self._write_fault: LinkLost | None = None
        self._clear_at = 0.0
        self._unfit = 0
        self._unfit_at = 0.0

    def start(self) -> None:
        """Begins to open the line; returns at once."""
        self._greenlets = [gevent.spawn(self._keep_open), gevent.spawn(self._write_forever)]

    def stop(self) -> None:
        """Closes the line. The state is CLOSED when this returns."""
        gevent.killall(self._greenlets)
        self._greenlets = []
        self.state = LineState.CLOSED

    def wake(self) -> None:
        """Something new waits to go out."""
        self._wake.set()

    def is_unfit(self, now: float) -> bool:
        """Bytes come, but none of them make a frame."""
        return self._unfit >= UNFIT_BYTES and now - self._unfit_at < UNFIT_FOR_S

    def _probe(self) -> None:
        """A device server, or an adapter, may have kept what was said before: it must not become a press now."""
        for _ in range(_PROBES):
            if not self._transport.read_some():
                break
        self._framer.silence()
        if self._echo is not None:
            self._echo = LocalEcho()
        self._write_fault = None
        # Another adapter may be at the path now; at a host and port it is whoever was there before.
        if not isinstance(self._transport, TcpPort):
            self._unfit = 0

    def _became_ready(self) -> None:
        self._traffic.line_opened(monotonic())
        self._wake.set()

    def _was_lost(self) -> None:
        self._traffic.line_lost()

    def _read_until_lost(self) -> None:
        quiet_s = 0.0
        while True:
            if self._write_fault is not None:
                raise self._write_fault
            chunk = self._transport.read_some()
            now = monotonic()
            self._look_for_move(now)
            noise = self._framer.counts.noise_bytes
            if chunk:
                quiet_s = 0.0
                self.last_receive = now
                self._clear_at = max(self._clear_at, now + _TURNAROUND_S)
                frames = self._framer.feed(chunk if self._echo is None else self._echo.strip(chunk, now))
                if self._whole_pieces:
                    frames += self._framer.silence()
            else:
                # Only a read that found nothing proves silence: a clock would also run while this program was held up.
                quiet_s += READ_WAIT_S
                frames = self._silence() if quiet_s >= self._framer.patience_s else []
            self._count_unfit(self._framer.counts.noise_bytes - noise, now, fits=bool(frames))
            for frame in frames:
                self._traffic.heard(frame, now)
            if frames:
                self._wake.set()
            # A select that finds bytes at once does not yield; a flood must not hold up the other greenlets.
            gevent.sleep(0)

    def _count_unfit(self, noise: int, now: float, *, fits: bool) -> None:
        if fits:
            self._unfit = 0
        elif noise:
            self._unfit += noise
            self._unfit_at = now

    def _silence(self) -> list[Frame]:
        held = b"" if self._echo is None else self._echo.silence()
        return self._framer.feed(held) + self._framer.silence()

    def _write_forever(self) -> None:
        while True:
            self._wake.clear()
            pause_s = (self._traffic.next_time() if self.state is LineState.READY else inf) - monotonic()
            if pause_s > 0:
                self._wake.wait(None if pause_s == inf else pause_s)
                continue
            gevent.sleep(max(0.0, self._clear_at - monotonic()))
            sending = self._traffic.take_due(monotonic()) if self.state is LineState.READY else None
            if sending is not None:
                self._write(sending)

    def _write(self, sending: Sending) -> None:
        if self._echo is not None:
            self._echo.sent(sending.frame, monotonic())
        try:
            self._transport.write(sending.frame)
        except LinkLost as error:
            self._write_fault = error
            self.state = LineState.FAULT
            return
        # The system's buffer takes a frame at once; the line needs its time.
        on_line_at = monotonic() + len(sending.frame) * _BITS_PER_BYTE / self._baud
        self._clear_at = on_line_at + self._gap_s
        sending.sent(on_line_at)
