"""Where a simulated device is plugged in: a pty, a TCP port, or both, which may be unplugged and plugged again."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from drivers.simulators.pty_end import PtyEnd

SETTLE_SECONDS = 10.0


class DevicePort:
    """Carries bytes between one host and one simulated device.

    ``received(data)`` is called in the port's own thread. ``may_read()`` false leaves bytes with the host (call
    `wake` when it turns true). One TCP host at a time; the next waits in the backlog, as with a real printer.
    Only the port's thread closes descriptors, because another may be selecting on them.
    """

    def __init__(
        self,
        *,
        received: Callable[[bytes], None],
        noted: Callable[[str], None],
        may_read: Callable[[], bool] = lambda: True,
        pty: bool = False,
        link: Path | None = None,
        tcp: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.host = host
        self.port = port
        self._received = received
        self._noted = noted
        self._may_read = may_read
        self._wants_pty = pty or link is not None
        self._link = link
        self._wants_tcp = tcp
        self._changed = threading.Condition()
        self._closing = False
        self._stopping = False
        self._plugged = False
        self._pty: PtyEnd | None = None
        self._path: str | None = None
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="simulated device port", daemon=True)

    @property
    def path(self) -> str:
        """The serial port's path: the link if there is one, else the pty plugged in last.

        Raises ValueError for a port without a pty.
        """
        if self._path is None:
            raise ValueError("this device is not on a serial port, or was never plugged in")
        return self._path

    @property
    def plugged(self) -> bool:
        with self._changed:
            return self._plugged

    def baud(self) -> int:
        """Return the line speed the host has set; 0 while unplugged or without a pty."""
        with self._changed:
            return self._pty.baud() if self._pty is not None else 0

    def start(self) -> None:
        self.plug()
        self._thread.start()

    def stop(self) -> None:
        """Unplug for good. Harmless when it has been stopped before."""
        with self._changed:
            if self._stopping:
                return
            self._stopping = True
        self.wake()
        self._thread.join(SETTLE_SECONDS)
        self._wake_in.close()
        self._wake_out.close()

    def plug(self) -> None:
        """Open the ends: a new pty behind the same link, the same TCP port."""
        with self._changed:
            if self._plugged or self._stopping:
                return
            if self._wants_pty:
                self._pty = PtyEnd(self._link)
                self._path = self._pty.path
            if self._wants_tcp:
                self._listener = self._listen()
            self._plugged = True
        self.wake()

    def unplug(self) -> None:
        """Drop the host and refuse new ones; returns when that has happened."""
        self.unplug_soon()
        self.wait_unplugged()

    def unplug_soon(self) -> None:
        """The same after the read in hand; also from within ``received``."""
        with self._changed:
            if not self._plugged or self._stopping:
                return
            self._closing = True
        self.wake()

    def wait_unplugged(self) -> None:
        """Raises TimeoutError when the port does not close."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._plugged or self._stopping, SETTLE_SECONDS):
                raise TimeoutError("the port did not close")

    def send(self, data: bytes) -> None:
        """Send to whoever is there; nobody there, or not reading: the bytes are lost."""
        with self._changed:
            if self._pty is not None:
                self._pty.write(data)
            if self._connection is not None:
                with contextlib.suppress(OSError):
                    self._connection.send(data)

    def wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_in.send(b"w")

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A small window, so that a device that stops reading stops its host soon.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        try:
            listener.bind((self.host, self.port))
            listener.listen(4)
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        return listener

    def _run(self) -> None:
        while not self._stopping:
            with self._changed:
                closing = self._closing
            if closing:
                self._close_ends()
            self._serve_once()
        self._close_ends()

    def _close_ends(self) -> None:
        with self._changed:
            ends = (self._pty, self._connection, self._listener)
            self._pty = self._connection = self._listener = None
        for end in ends:
            if isinstance(end, socket.socket):
                # Under gevent a close takes effect in a later turn of its loop; a shutdown at once.
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            if end is not None:
                end.close()
        with self._changed:
            self._plugged = self._closing = False
            self._changed.notify_all()

    def _serve_once(self) -> None:
        watched: list[socket.socket | int] = [self._wake_out]
        if self._listener is not None and self._connection is None:
            watched.append(self._listener)
        if self._may_read():
            if self._connection is not None:
                watched.append(self._connection)
            if self._pty is not None:
                watched.append(self._pty.master)
        ready, _, _ = select.select(watched, [], [])
        for end in ready:
            if end is self._wake_out:
                self._wake_out.recv(4096)
            elif end is self._listener:
                self._accept()
            elif end is self._connection:
                self._take_from_connection()
            else:
                self._take_from_pty()

    def _accept(self) -> None:
        assert self._listener is not None
        connection, _ = self._listener.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._changed:
            self._connection = connection
        self._noted("host connected")

    def _take_from_connection(self) -> None:
        assert self._connection is not None
        try:
            data = self._connection.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._received(data)
            return
        with self._changed:
            self._connection.close()
            self._connection = None
        self._noted("host disconnected")

    def _take_from_pty(self) -> None:
        assert self._pty is not None
        data = self._pty.read()
        if data:
            self._received(data)
