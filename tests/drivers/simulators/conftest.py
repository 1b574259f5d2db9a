"""Hosts for the simulated devices: plain sockets and file descriptors, no driver of ours."""

import os
import select
import socket
import termios
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.printer_model import PrinterModel
from drivers.simulators.rs485_line import Rs485Line

DEADLINE = 10.0


class TcpHost:
    """A host at the other end of a printer's TCP port."""

    def __init__(self, printer: EscposPrinter) -> None:
        self.socket = socket.create_connection((printer.host, printer.port), DEADLINE)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self, count: int) -> bytes:
        """Read exactly that many bytes; fewer only if the printer hung up."""
        data = b""
        while len(data) < count and (piece := self.socket.recv(count - len(data))):
            data += piece
        return data

    def close(self) -> None:
        self.socket.close()


class SerialHost:
    """A host that opened a serial port with os.open, raw, at 9600 baud."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.descriptor)
        settings = termios.tcgetattr(self.descriptor)
        settings[4] = settings[5] = termios.B9600
        termios.tcsetattr(self.descriptor, termios.TCSANOW, settings)

    def send(self, data: bytes) -> None:
        os.write(self.descriptor, data)

    def receive(self, count: int) -> bytes:
        """Read exactly that many bytes, or fail at the deadline saying what came."""
        data = b""
        until = time.monotonic() + DEADLINE
        while len(data) < count:
            ready, _, _ = select.select([self.descriptor], [], [], until - time.monotonic())
            assert ready, f"only {data.hex(' ')} came"
            data += os.read(self.descriptor, count - len(data))
        return data

    def close(self) -> None:
        os.close(self.descriptor)


@pytest.fixture
def make_printer() -> Iterator[Callable[..., EscposPrinter]]:
    """Start printers of given models; they are switched off after the test."""
    printers: list[EscposPrinter] = []

    def make(log: Path | None = None, **model: object) -> EscposPrinter:
        printer = EscposPrinter(PrinterModel(**model), log=log)  # type: ignore[arg-type]
        printer.start()
        printers.append(printer)
        return printer

    yield make
    for printer in printers:
        printer.stop()


@pytest.fixture
def connect() -> Iterator[Callable[[EscposPrinter], TcpHost]]:
    hosts: list[TcpHost] = []

    def open_host(printer: EscposPrinter) -> TcpHost:
        hosts.append(TcpHost(printer))
        return hosts[-1]

    yield open_host
    for host in hosts:
        host.close()


@pytest.fixture
def open_serial() -> Iterator[Callable[[str], SerialHost]]:
    hosts: list[SerialHost] = []

    def open_host(path: str) -> SerialHost:
        hosts.append(SerialHost(path))
        return hosts[-1]

    yield open_host
    for host in hosts:
        host.close()


class HallClock:
    """The line's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HallClock:
    return HallClock()


@pytest.fixture
def line(tmp_path: Path, clock: HallClock) -> Iterator[Rs485Line]:
    """A line with a keypad, a pad and a strip at counters 1 and 5, whose pads never repeat unless a test makes them."""
    line = Rs485Line(link=tmp_path / "line0", log=tmp_path / "line0.jsonl", clock=clock, repeat_seconds=600)
    for address in (1, 5):
        line.add_keypad(address)
        line.add_pad(address)
        line.add_strip(address)
    with line:
        yield line


@pytest.fixture
def host(line: Rs485Line, open_serial: Callable[[str], SerialHost]) -> SerialHost:
    return open_serial(line.path)
