"""Simulated devices plugged in at a pty or a TCP port."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.simulators.device_port import DevicePort


class PluggedIn:
    """A device at a port: there while the block lasts, out and in again as a hand would."""

    def __init__(self, port: DevicePort) -> None:
        self._port = port

    def __enter__(self) -> Self:
        self._port.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._port.stop()

    @property
    def path(self) -> str:
        """The port as an agent's settings name it: of a serial line, or socket://host:port."""
        return f"socket://{self._port.host}:{self._port.port}" if self._port.port else self._port.path

    def baud(self) -> int:
        """The speed that the host has set on the pty."""
        return self._port.baud()

    def plug(self) -> None:
        """In again, where it was before."""
        self._port.plug()

    def unplug(self) -> None:
        """Out, with its power kept; returns when it is."""
        self._port.unplug()


class OnPort(PluggedIn):
    """Answers bytes with bytes. ``hear``: what the device says to these; ``say`` sends what it says by itself."""

    def __init__(self, hear: Callable[[bytes], bytes], *, link: Path | None = None, tcp: bool = False) -> None:
        super().__init__(DevicePort(received=self._received, noted=lambda event: None, link=link, tcp=tcp))
        self._hear = hear

    def say(self, data: bytes) -> None:
        """Nobody there: the bytes are lost."""
        self._port.send(data)

    def _received(self, data: bytes) -> None:
        answer = self._hear(data)
        if answer:
            self._port.send(answer)
