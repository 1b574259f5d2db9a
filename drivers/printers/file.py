"""A printer behind a device file such as /dev/usb/lp0, or an ordinary file that takes the roll's place. No answers."""

import os
import select
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from escpos.printer import File

from drivers.printers.link import LinkLost, LinkStalled, not_opened
from drivers.printers.options import BackChannel, PrinterOptions, suitable_mode
from drivers.printers.transaction import EscposPrinter

THROUGHPUT = 20_000.0  # bytes per second


class FileLink(File):  # type: ignore[misc]
    """python-escpos's File, never blocking: a printer without paper stops taking bytes and would stop the program.

    An ordinary file is appended to, as paper is; below /dev nothing is created, or a missing printer would become one.
    """

    throughput = THROUGHPUT
    _device: Any = False

    def open(self, raise_not_found: bool = True) -> None:
        self.close()
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        if Path("/dev") not in Path(self.devfile).absolute().parents:
            flags |= os.O_CREAT
        try:
            self._device = os.fdopen(os.open(self.devfile, flags, 0o644), "wb", buffering=0)
        except OSError as error:
            raise not_opened(self.devfile, error) from error

    def send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        try:
            while rest:
                taken = self._device.write(rest)
                if taken:
                    rest = rest[taken:]
                elif not select.select([], [self._device], [], max(0.0, deadline - monotonic()))[1]:
                    raise LinkStalled
        except OSError as error:
            raise LinkLost(str(error)) from error

    def receive(self, deadline: float) -> bytes:
        return b""

    def finish(self, deadline: float) -> None:
        """Written is as much as a file knows."""

    def close(self) -> None:
        if not self._device:
            return
        device, self._device = self._device, False
        device.close()


class FilePrinter(EscposPrinter):
    def __init__(self, path: str, options: PrinterOptions | None = None) -> None:
        options = replace(options or PrinterOptions(), back_channel=BackChannel.NONE)
        super().__init__(FileLink(path), options, suitable_mode(options, None))
