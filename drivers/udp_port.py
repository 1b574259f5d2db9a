"""A UDP port of ours that devices speak to, and from which they are spoken to. Every wait is bounded; cooperative
under gevent's monkey-patching."""

import errno
import select
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

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


class UdpLine:
    """Transport to one device (drivers.serial_port.Transport): ``udp://host:port?listen=port``. What comes from
    another host is not from it. ``listen``: where the port's name does not say."""

    def __init__(self, port: str, listen: int) -> None:
        self.port = port
        self._host, self._device_port, own = _parts(port)
        self._end = UdpPort(own or listen)

    def open(self) -> None:
        """Raises LinkLost, LinkTaken."""
        try:
            self._host = socket.gethostbyname(self._host)
        except OSError as error:
            raise LinkLost(f"{self._host}: {error}") from error
        self._end.open()

    def close(self) -> None:
        """Never fails."""
        self._end.close()

    def read_some(self) -> bytes:
        """One datagram; empty after READ_WAIT_S of silence, or where it comes from elsewhere. Raises LinkLost."""
        found = self._end.read_some()
        return found.data if found is not None and found.host == self._host else b""

    def write(self, data: bytes) -> None:
        """Raises LinkLost."""
        self._end.write(Datagram(self._host, self._device_port, data))

    def signature(self) -> tuple[int, ...] | None:
        """There is no path to look at."""
        return ()


def names_udp(port: str) -> bool:
    """Whether the port's name is one of a device that speaks datagrams, and complete."""
    try:
        return bool(_parts(port)[0])
    except ValueError:
        return False


def _parts(port: str) -> tuple[str, int, int | None]:
    """Host, port of the device, and ours where it is said. Raises ValueError."""
    parts = urlsplit(port)
    asked = parse_qs(parts.query)
    if parts.scheme != "udp" or not parts.hostname or parts.port is None or set(asked) - {"listen"}:
        raise ValueError(f"port {port!r} is not udp://host:port?listen=port")
    own = int(asked["listen"][0]) if asked else None
    if own is not None and not 0 < own < 65536:
        raise ValueError(f"port {port!r}: listen is 1 to 65535")
    return parts.hostname, parts.port, own
