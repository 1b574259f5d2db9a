"""The socket of one screen: whole frames in order or nothing, bounded both ways, and cut when we say so.

simple-websocket calls `send` once and ignores how much was taken; a screen that stops reading would get half a frame
with the next one behind it. Here `send` takes everything: what the kernel does not take at once waits, and past the
bound the screen is cut and comes back by snapshot.
"""

import errno
import os
import socket
import time
from collections import deque
from typing import Protocol

import gevent

WAITING_LIMIT = 512 * 1024
INBOUND_BURST = 64 * 1024  # a screen says very little: its pass, `watch`, a pong every 25 s
INBOUND_PER_S = 4 * 1024


class Connection(Protocol):
    """What is needed of an accepted (gevent) socket."""

    def fileno(self) -> int: ...

    def recv(self, size: int, /) -> bytes: ...

    def sendall(self, data: bytes, /) -> None: ...

    def shutdown(self, how: int, /) -> None: ...


class ScreenSocket:
    """Stands in place of the connection's socket once it is a web socket."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._drain: gevent.Greenlet[[], None] | None = None
        self._allowance = float(INBOUND_BURST)
        self._measured = time.monotonic()
        self.gone = False
        self.admitted = False  # it showed a pass

    def fileno(self) -> int:
        """The descriptor."""
        return self._connection.fileno()

    def send(self, data: bytes) -> int:
        """Take all of `data`; never blocks. Raises OSError when the screen is gone or too far behind."""
        if self.gone:
            raise OSError(errno.EPIPE, "the screen is gone")
        taken = 0 if self._waiting else self._try(data)
        if taken < len(data):
            self._keep(data[taken:])
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
        """How many bytes the kernel takes at once (gevent keeps the descriptor non-blocking)."""
        try:
            return os.write(self._connection.fileno(), data)
        except BlockingIOError:
            return 0
        except OSError:
            self.cut()
            raise

    def _keep(self, rest: bytes) -> None:
        self._waiting.append(rest)
        self._waiting_bytes += len(rest)
        if self._waiting_bytes > WAITING_LIMIT:
            self.cut()
            raise OSError(errno.ENOBUFS, "the screen does not keep up")
        if self._drain is None:
            self._drain = gevent.spawn(self._send_waiting)

    def _send_waiting(self) -> None:
        """Send what waits as fast as the screen takes it."""
        try:
            while self._waiting:
                self._connection.sendall(self._waiting[0])
                if self._waiting:
                    self._waiting_bytes -= len(self._waiting.popleft())
        except OSError:
            self.cut()
        finally:
            self._drain = None
