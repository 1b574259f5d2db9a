"""A simulated device that answers bytes with bytes, plugged in at a pty or a TCP port."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.simulators.device_port import DevicePort


class OnPort:
    """``hear``: what the device says to these bytes. ``say`` sends what it says by itself."""

    def __init__(self, hear: Callable[[bytes], bytes], *, link: Path | None = None, tcp: bool = False) -> None:
        self._hear = hear
        self._port = DevicePort(received=self._received, noted=lambda event: None, link=link, tcp=tcp)

    def __enter__(self) -> Self:
        self._port.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._port.stop()

    @property
    def path(self) -> str:
        """The serial port, or socket://host:port."""
        return f"socket://{self._port.host}:{self._port.port}" if self._port.port else self._port.path

    def baud(self) -> int:
        """The speed that the host has set on the pty."""
        return self._port.baud()

    def say(self, data: bytes) -> None:
        """Nobody there: the bytes are lost."""
        self._port.send(data)

    def plug(self) -> None:
        """In again."""
        self._port.plug()

    def unplug(self) -> None:
        """Out; returns when it is."""
        self._port.unplug()

    def _received(self, data: bytes) -> None:
        answer = self._hear(data)
        if answer:
            self._port.send(answer)
