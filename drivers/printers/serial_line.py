"""A printer on a serial line."""

import errno
import sys
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

import serial
from escpos.printer import Serial

from drivers.printers.link import LinkLost, LinkStalled, not_opened
from drivers.printers.options import PrinterOptions, suitable_mode
from drivers.printers.transaction import EscposPrinter

if sys.platform == "win32":
    FAULTS: tuple[type[Exception], ...] = (OSError,)
else:
    import termios

    FAULTS = (OSError, termios.error)  # a line that is gone shows itself as either

BITS_PER_BYTE = 10  # 8N1
POLL = 0.02  # seconds between looks at the output queue, which cannot be awaited


class SerialLink(Serial):  # type: ignore[misc]
    """python-escpos's Serial with a write limit, without DSR/DTR flow control, and read as bytes come.

    The original waits for 16 bytes where one comes, blocks when a printer holds the line, and flushes on close.
    """

    _device: Any = False

    @property
    def throughput(self) -> float:
        return float(self.baudrate) / BITS_PER_BYTE

    def open(self, raise_not_found: bool = True) -> None:
        self.close()
        try:
            self._device = serial.Serial(
                self.devfile, self.baudrate, timeout=0, write_timeout=1, dsrdtr=False, rtscts=False, exclusive=True
            )
        except (ValueError, *FAULTS) as error:
            raise not_opened(self.devfile, error) from error

    def send(self, data: bytes, deadline: float) -> None:
        try:
            self._device.write_timeout = max(POLL, deadline - monotonic())
            self._raw(data)
        except serial.SerialTimeoutException as error:
            raise LinkStalled from error
        except FAULTS as error:
            raise LinkLost(str(error)) from error

    def receive(self, deadline: float) -> bytes:
        try:
            self._device.timeout = max(0.0, deadline - monotonic())
            data: bytes = self._device.read(1)
            waiting = self._device.in_waiting if data else 0
            self._device.timeout = 0
            return data + self._device.read(waiting) if waiting else data
        except FAULTS as error:
            raise LinkLost(str(error)) from error

    def finish(self, deadline: float) -> None:
        try:
            while self._device.out_waiting:
                if monotonic() > deadline:
                    raise LinkStalled
                sleep(POLL)
        except FAULTS as error:
            if getattr(error, "errno", None) not in (errno.ENOTTY, errno.EINVAL):
                raise LinkLost(str(error)) from error

    def close(self) -> None:
        if not self._device:
            return
        device, self._device = self._device, False
        # gevent puts os.close off to its next turn, and the next slip may open the port before.
        if sys.platform != "win32":
            with suppress(*FAULTS):
                device.exclusive = False
        with suppress(*FAULTS):
            if device.out_waiting:
                device.reset_output_buffer()  # else closing waits for a printer that holds the line
        with suppress(*FAULTS):
            device.close()


class SerialPrinter(EscposPrinter):
    def __init__(self, port: str, baud: int = 9600, options: PrinterOptions | None = None) -> None:
        options = options or PrinterOptions()
        super().__init__(SerialLink(port, baud), options, suitable_mode(options, baud))
