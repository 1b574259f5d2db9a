"""The wire to a printer as the transaction sees it. Times are seconds of time.monotonic()."""

import errno
from typing import Final, Protocol

from drivers.port_holders import holders

_IN_USE: Final = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EBUSY)


class LinkLost(Exception):
    """The port does not open, or the other end is gone."""


class LinkTaken(LinkLost):
    """Another program has the port open; the message names it where the system tells."""


class LinkStalled(Exception):
    """The printer takes no more bytes before the deadline."""


class Link(Protocol):
    @property
    def throughput(self) -> float:
        """Bytes per second the printer takes at least."""

    def open(self) -> None:
        """Connect. Raises LinkLost, LinkTaken."""

    def send(self, data: bytes, deadline: float) -> None:
        """Hand over all of data. Raises LinkLost or LinkStalled; then some of it may have gone."""

    def receive(self, deadline: float) -> bytes:
        """What has come in, waiting for at least one byte until the deadline; b"" then. Raises LinkLost."""

    def finish(self, deadline: float) -> None:
        """Wait until what was sent has left this machine. Raises LinkLost or LinkStalled."""

    def close(self) -> None:
        """Let go, at once, whatever the state."""


def not_opened(port: str, error: Exception) -> LinkLost:
    """Why it does not open: another program has it, or what the system said."""
    refused = "PermissionError" in str(error)  # as Windows says it of a COM port
    if getattr(error, "errno", None) in _IN_USE or refused:
        who = ", ".join(holders(port)) or "another program"
        return LinkTaken(f"{port} is in use by {who}: {error}")
    return LinkLost(f"{port}: {error}")
