"""Printers of the tests: a few literal bytes, on a real TCP port or a real pty."""

import os
import pty
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

READY = {b"\x10\x04\x01": b"\x12", b"\x10\x04\x02": b"\x12", b"\x10\x04\x04": b"\x12", b"\x1dr\x01": b"\x00"}


@dataclass
class LiteralPrinter:
    """Answers each question with fixed bytes; may hang up after so many bytes, counted from the first of these."""

    answers: dict[bytes, bytes] = field(default_factory=lambda: dict(READY))
    hang_up_after: int | None = None
    counted_from: bytes = b""
    received: bytearray = field(default_factory=bytearray)

    def serve(self, read: Callable[[], bytes], write: Callable[[bytes], None]) -> None:
        """Until the other end closes or the printer hangs up."""
        answered = 0
        while data := read():
            self.received += data
            begun = self.received.find(self.counted_from)
            if self.hang_up_after is not None and 0 <= begun <= len(self.received) - self.hang_up_after:
                return
            answered = self._answer(answered, write)

    def _answer(self, start: int, write: Callable[[bytes], None]) -> int:
        while True:
            found = [(place, q) for q in self.answers if (place := self.received.find(q, start)) >= 0]
            if not found:
                return max(start, len(self.received) - 2)
            place, question = min(found)
            start = place + len(question)
            write(self.answers[question])


@contextmanager
def on_network(printer: LiteralPrinter) -> Iterator[int]:
    """The port on which it listens."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, suppress(OSError):
                printer.serve(partial(client.recv, 65536), client.sendall)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@contextmanager
def on_serial_line(printer: LiteralPrinter) -> Iterator[str]:
    """The device path of its line."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    ended = threading.Event()

    def read() -> bytes:
        while not ended.is_set():
            if select.select([master], [], [], 0.05)[0]:
                return os.read(master, 65536)
        return b""

    thread = threading.Thread(target=printer.serve, args=(read, lambda data: os.write(master, data)))
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        ended.set()
        thread.join()
        os.close(master)
        os.close(slave)
