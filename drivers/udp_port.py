"""A UDP port of ours that devices speak to, and from which they are spoken to. Every wait is bounded; cooperative
under gevent's monkey-patching."""

import errno
import select
import socket
from dataclasses import dataclass
from typing import Final

from drivers.serial_port import READ_WAIT_S, LinkLost, LinkTaken

_LONGEST: Final = 2048


@dataclass(frozen=True, slots=True)
class Datagram:
    """`host`, `port`: where it comes from or goes to."""

    host: str
    port: int
    data: bytes


class UdpPort:
    """Datagrams to and from anybody: whoever reads them looks at where they come from."""

    def __init__(self, port: int, host: str = "0.0.0.0") -> None:
        self._at = (host, port)
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Raises LinkLost; LinkTaken when another program has the port."""
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            end.bind(self._at)
        except OSError as error:
            end.close()
            if error.errno == errno.EADDRINUSE:
                raise LinkTaken(f"UDP port {self._at[1]} is in use by another program") from error
            raise LinkLost(str(error)) from error
        end.setblocking(False)
        self._socket = end

    def close(self) -> None:
        """Never fails."""
        end, self._socket = self._socket, None
        if end is not None:
            end.close()

    def signature(self) -> tuple[int, ...] | None:
        """There is no path to look at."""
        return ()

    @property
    def port(self) -> int:
        """The port it is bound to. Raises LinkLost when it is not open."""
        return int(self._opened().getsockname()[1])

    def read_some(self) -> Datagram | None:
        """Raises LinkLost."""
        end = self._opened()
        try:
            if not select.select([end], [], [], READ_WAIT_S)[0]:
                return None
            data, (host, port) = end.recvfrom(_LONGEST)
        except ConnectionError:
            return None  # a device that is off has its host say so; that is no fault of the port
        except OSError as error:
            raise LinkLost(str(error)) from error
        return Datagram(host, port, data)

    def write(self, datagram: Datagram) -> None:
        """A device that is off, or a network that is away, does not take the port from the others."""
        end = self._opened()
        try:
            end.sendto(datagram.data, (datagram.host, datagram.port))
        except OSError as error:
            if error.errno == errno.EBADF:
                raise LinkLost(str(error)) from error

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise LinkLost(f"UDP port {self._at[1]} is not open")
        return self._socket
