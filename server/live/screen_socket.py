"""The ordered line to one screen: whole frames one after the other or nothing, bounded both ways, cut when we say so.

simple-websocket calls `send` once and ignores how much was taken; a screen that stops reading would get half a frame
with the next one behind it. Every byte to a screen passes `send` here, the library's packets and our own frames alike:
what the kernel takes at once is gone, the rest waits and goes out before anything else.
"""

import errno
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

import gevent

MOST_WAITING = 64  # behind a frame that was begun only the library's packets wait: a ping every 25 s, an answer, a pong
INBOUND_BURST = 64 * 1024  # a screen says very little: its pass, `watch`, a pong every 25 s
INBOUND_PER_S = 4 * 1024


class Connection(Protocol):
    """What is needed of an accepted (gevent) socket."""

    def fileno(self) -> int: ...

    def recv(self, size: int, /) -> bytes: ...

    def settimeout(self, seconds: float | None, /) -> None: ...

    def send(self, data: bytes, /) -> int: ...

    def sendall(self, data: memoryview, /) -> None: ...

    def shutdown(self, how: int, /) -> None: ...


class ScreenSocket:
    """Stands in place of the connection's socket once it is a web socket."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[memoryview] = deque()
        self._drain: gevent.Greenlet[[], None] | None = None
        self._allowance = float(INBOUND_BURST)
        self._measured = time.monotonic()
        self.on_drained: Callable[[ScreenSocket], None] | None = None
        self.forget: Callable[[], None] = lambda: None  # what makes the libraries forget it, once they know of it
        self.gone = False
        self.admitted = False  # it showed a pass

    @property
    def busy(self) -> bool:
        """Whether something begun has not gone out yet."""
        return bool(self._waiting)

    def fileno(self) -> int:
        """The descriptor."""
        return self._connection.fileno()

    def send(self, data: bytes) -> int:
        """Take all of `data`; never blocks. Raises OSError when the screen is gone or too far behind."""
        if self.gone:
            raise OSError(errno.EPIPE, "the screen is gone")
        taken = 0 if self._waiting else self._try(data)
        if taken < len(data):
            self._keep(memoryview(data)[taken:])  # a frame of many screens stands in memory once
        return len(data)

    def recv(self, size: int) -> bytes:
        """What the screen says; one that says too much at once is cut, whatever it is."""
        data = self._connection.recv(size)
        now = time.monotonic()
        self._allowance = min(INBOUND_BURST, self._allowance + (now - self._measured) * INBOUND_PER_S) - len(data)
        self._measured = now
        if self._allowance < 0:
            self.cut()
            raise OSError(errno.EMSGSIZE, "the screen says too much")
        return data

    def shutdown(self, _how: int) -> None:
        """End it."""
        self.cut()

    def close(self) -> None:
        """End it; the HTTP server closes the descriptor."""
        self.cut()

    def cut(self) -> None:
        """End the connection now. Whoever reads or writes it gets an end of file or an error."""
        if self.gone:
            return
        self.gone = True
        self._waiting.clear()
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster

    def _try(self, data: bytes) -> int:
        """How many bytes are taken at once, by the kernel or by TLS before it. No other greenlet runs in between."""
        self._connection.settimeout(0.0)
        try:
            return self._connection.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self.cut()
            raise
        finally:
            self._connection.settimeout(None)

    def _keep(self, rest: memoryview) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self.cut()
            raise OSError(errno.ENOBUFS, "the screen does not keep up")
        self._waiting.append(rest)
        if self._drain is None:
            self._drain = gevent.spawn(self._send_waiting)

    def _send_waiting(self) -> None:
        """Send what waits as fast as the screen takes it, and then what is newest."""
        try:
            while self._waiting:
                self._connection.sendall(self._waiting[0])
                if self._waiting:  # not cut meanwhile
                    self._waiting.popleft()
                if not self._waiting and self.on_drained is not None:
                    self.on_drained(self)
        except OSError:
            self.cut()
        finally:
            self._drain = None
