"""One serial line: a device path, or ``socket://host:port`` for a serial device server that speaks raw TCP.

Raw, without flow control, opened exclusively, every wait bounded. Under gevent's monkey-patching all waits are
cooperative. pyserial reports a dead line in three ways (SerialException, plain OSError from in_waiting, termios.error
from flush); here each becomes LinkLost.
"""

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

import serial

from drivers.port_holders import holders

if sys.platform == "win32":
    _TERMIOS_FAULTS: Final[tuple[type[Exception], ...]] = ()
else:
    import termios

    _TERMIOS_FAULTS: Final[tuple[type[Exception], ...]] = (termios.error,)

READ_WAIT_S: Final = 0.05
WRITE_WAIT_S: Final = 1.0
_AT_MOST: Final = 4096
_FAULTS: Final[tuple[type[Exception], ...]] = (serial.SerialException, OSError, *_TERMIOS_FAULTS)


_IN_USE: Final = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EBUSY)


class LinkLost(Exception):
    """The line cannot be opened or is gone; the message says what the system said."""


class LinkTaken(LinkLost):
    """Another program has the line open; the message names it where the system tells."""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """8 data bits, no parity, one stop bit and no flow control are fixed: a pty or an adapter that is asked for more
    may grant less in silence, and no family here needs it."""

    baud: int = 9600


class Transport(Protocol):
    """A byte stream to devices. Every method but close raises LinkLost."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def read_some(self) -> bytes:
        """What has arrived; empty after READ_WAIT_S of silence."""
        ...

    def write(self, data: bytes) -> None: ...

    def signature(self) -> tuple[int, ...] | None:
        """What stands behind the path just now; None when nothing does."""
        ...


class SerialPort:
    """Transport over pyserial."""

    def __init__(self, port: str, settings: LineSettings | None = None) -> None:
        self.port = checked_port(port)
        self.settings = settings or LineSettings()
        self._serial: serial.Serial | None = None

    def open(self) -> None:
        """Raises LinkLost when the path is absent or refused, LinkTaken when another program has it."""
        if self._serial is not None:
            raise LinkLost(f"{self.port} is already open")
        with _as_link_lost(), _as_link_taken(self.port):
            self._serial = serial.serial_for_url(
                self.port,
                baudrate=self.settings.baud,
                bytesize=serial.EIGHTBITS,
                parity=serial.PARITY_NONE,
                stopbits=serial.STOPBITS_ONE,
                timeout=READ_WAIT_S,
                write_timeout=WRITE_WAIT_S,
                xonxoff=False,
                rtscts=False,
                dsrdtr=False,
                exclusive=True,
            )

    def close(self) -> None:
        """Never fails; another program can open the line when this returns."""
        line, self._serial = self._serial, None
        if line is None:
            return
        # gevent puts os.close off to its next turn; the lock is to be free when this returns.
        if sys.platform != "win32":
            with suppress(*_FAULTS):
                line.exclusive = False
        # pyserial forgets to close a socket whose peer went first.
        connection = getattr(line, "_socket", None)
        with suppress(*_FAULTS):
            line.close()
        if isinstance(connection, socket.socket):
            connection.close()

    def read_some(self) -> bytes:
        line = self._opened()
        with _as_link_lost():
            data: bytes = line.read(1)
            # Looked at again after silence: bytes may have come while this program was not running.
            while len(data) < _AT_MOST and (waiting := line.in_waiting):
                data += line.read(waiting)
            return data

    def write(self, data: bytes) -> None:
        line = self._opened()
        with _as_link_lost():
            line.write(data)

    def signature(self) -> tuple[int, ...] | None:
        """Device numbers behind the path, so that another adapter at the same path is noticed; () where there is no
        path to look at: a socket, and a COM port, which Windows does not show as a file."""
        if "://" in self.port or sys.platform == "win32":
            return ()
        try:
            found = os.stat(self.port)
        except OSError:
            return None
        return (found.st_dev, found.st_ino, found.st_rdev)

    def _opened(self) -> serial.Serial:
        if self._serial is None:
            raise LinkLost(f"{self.port} is not open")
        return self._serial


def checked_port(port: str) -> str:
    """Raises ValueError for what can never be opened."""
    if not port or ("://" in port and not _names_a_socket(port)):
        raise ValueError(f"port {port!r} is neither a device path nor socket://host:port")
    return port


def _names_a_socket(port: str) -> bool:
    parts = urlsplit(port)
    try:
        return parts.scheme == "socket" and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


@contextmanager
def _as_link_taken(port: str) -> Iterator[None]:
    try:
        yield
    except serial.SerialException as error:
        refused = sys.platform == "win32" and "PermissionError" in str(error)
        if error.errno not in _IN_USE and not refused:
            raise
        who = ", ".join(holders(port)) or "another program"
        raise LinkTaken(f"{port} is in use by {who}: {error}") from error


@contextmanager
def _as_link_lost() -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise LinkLost(str(error)) from error
