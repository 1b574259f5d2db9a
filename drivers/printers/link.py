"""The wire to a printer as the transaction sees it. Times are seconds of time.monotonic()."""

from typing import Protocol


class LinkLost(Exception):
    """The port does not open, or the other end is gone."""


class LinkStalled(Exception):
    """The printer takes no more bytes before the deadline."""


class Link(Protocol):
    @property
    def throughput(self) -> float:
        """Bytes per second the printer takes at least."""

    def open(self) -> None:
        """Connect. Raises LinkLost."""

    def send(self, data: bytes, deadline: float) -> None:
        """Hand over all of data. Raises LinkLost or LinkStalled; then some of it may have gone."""

    def receive(self, deadline: float) -> bytes:
        """What has come in, waiting for at least one byte until the deadline; b"" then. Raises LinkLost."""

    def finish(self, deadline: float) -> None:
        """Wait until what was sent has left this machine. Raises LinkLost or LinkStalled."""

    def close(self) -> None:
        """Let go, at once, whatever the state."""
