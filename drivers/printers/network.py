"""A printer on the network (raw port 9100)."""

import select
import socket
from time import monotonic
from typing import Any

from escpos.printer import Network

from drivers.printers.link import LinkLost, LinkStalled
from drivers.printers.options import PrinterOptions, suitable_mode
from drivers.printers.transaction import EscposPrinter

CONNECT_LIMIT = 2.0  # python-escpos waits 60 s
THROUGHPUT = 20_000.0  # bytes per second; a raster line of 72 bytes at 50 mm/s is 28,800
GRACE = 0.5  # seconds in which a printer may close its end first
LEAST_WAIT = 0.001  # a socket timeout of 0 would mean "do not block"


class NetworkLink(Network):  # type: ignore[misc]
    """python-escpos's Network with short limits, IPv6, and a socket that is closed when the connection fails."""

    throughput = THROUGHPUT
    _device: Any = False

    def open(self, raise_not_found: bool = True) -> None:
        self.close()
        try:
            self._device = socket.create_connection((self.host, self.port), timeout=CONNECT_LIMIT)
            self._device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise LinkLost(f"{self.host}:{self.port}: {error}") from error

    def send(self, data: bytes, deadline: float) -> None:
        try:
            self._device.settimeout(max(LEAST_WAIT, deadline - monotonic()))
            self._raw(data)
        except TimeoutError as error:
            raise LinkStalled from error
        except OSError as error:
            raise LinkLost(str(error)) from error

    def receive(self, deadline: float) -> bytes:
        try:
            if not select.select([self._device], [], [], max(0.0, deadline - monotonic()))[0]:
                return b""
            data: bytes = self._read()
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost("closed by the printer")
        return data

    def finish(self, deadline: float) -> None:
        """Say that this is all. Unread answers are read first, because closing over them would discard the slip."""
        try:
            self._device.shutdown(socket.SHUT_WR)
            limit = min(deadline, monotonic() + GRACE)
            while select.select([self._device], [], [], max(0.0, limit - monotonic()))[0] and self._read():
                continue
        except OSError as error:
            raise LinkLost(str(error)) from error


class NetworkPrinter(EscposPrinter):
    def __init__(self, host: str, port: int = 9100, options: PrinterOptions | None = None) -> None:
        options = options or PrinterOptions()
        super().__init__(NetworkLink(host, port), options, suitable_mode(options, None))
