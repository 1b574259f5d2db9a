"""One TCP connection to a device, or to a serial device server that speaks raw TCP: ``socket://host:port``.

A device that loses its power says nothing, and a cable that was pulled neither: the system asks an idle connection
every second whether the other end is there, so that the line is known to be lost, and is opened again, by itself.
"""

import select
import socket
import sys
from typing import Final
from urllib.parse import urlsplit

from drivers.serial_port import READ_WAIT_S, WRITE_WAIT_S, LinkLost, checked_port

CONNECT_WAIT_S: Final = 1.5  # two calls of the system: what comes back in between is found within two seconds
LONGEST_PAUSE_S: Final = 1.0  # between two calls
_AT_MOST: Final = 65536
_IDLE_S: Final = 2
_ASK_EVERY_S: Final = 1
_ASKED: Final = 3


class TcpPort:
    """Transport over a socket (drivers.serial_port.Transport)."""

    def __init__(self, port: str) -> None:
        parts = urlsplit(checked_port(port))
        self.port = port
        self._where = (str(parts.hostname), int(parts.port or 0))
        self._socket: socket.socket | None = None
        self._absent = False

    def open(self) -> None:
        """Raises LinkLost when nobody takes the connection."""
        if self._socket is not None:
            raise LinkLost(f"{self.port} is already open")
        try:
            opened = socket.create_connection(self._where, CONNECT_WAIT_S)
        except (OSError, UnicodeError) as error:
            self._absent = True
            raise LinkLost(f"nobody answers at {self._where[0]} port {self._where[1]}: {error}") from error
        opened.settimeout(WRITE_WAIT_S)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        _watch(opened)
        self._absent = False
        self._socket = opened

    def close(self) -> None:
        """Never fails."""
        opened, self._socket = self._socket, None
        if opened is not None:
            opened.close()

    def read_some(self) -> bytes:
        opened = self._opened()
        try:
            if not select.select([opened], [], [], READ_WAIT_S)[0]:
                return b""
            data = opened.recv(_AT_MOST)
        except (OSError, ValueError) as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost("the other end hung up")
        return data

    def write(self, data: bytes) -> None:
        try:
            self._opened().sendall(data)
        except OSError as error:
            raise LinkLost(str(error)) from error

    def signature(self) -> tuple[int, ...] | None:
        """(); None when nobody took the last call: there is no path to look at."""
        return None if self._absent else ()

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise LinkLost(f"{self.port} is not open")
        return self._socket


def _watch(opened: socket.socket) -> None:
    """An idle connection is asked soon, and what is not acknowledged is given up soon, where the system can be told."""
    if sys.platform == "linux":
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _IDLE_S)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _ASK_EVERY_S)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _ASKED)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, (_IDLE_S + _ASK_EVERY_S * _ASKED) * 1000)
    elif sys.platform == "win32":
        opened.ioctl(socket.SIO_KEEPALIVE_VALS, (1, _IDLE_S * 1000, _ASK_EVERY_S * 1000))
