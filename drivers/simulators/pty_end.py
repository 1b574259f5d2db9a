"""A pseudo-terminal that stands for a serial port, if wanted behind a link whose name stays (POSIX only)."""

import os
import select
import termios
import tty
from pathlib import Path

HANG_UP_LOOKS = 500
HANG_UP_LOOK_SECONDS = 0.01

BAUD_OF_CODE = {
    getattr(termios, f"B{baud}"): baud for baud in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
}


class PtyEnd:
    """The device's end of one pty.

    The slave is raw from the start, or the line discipline would echo the device's own bytes back to it. One slave
    descriptor stays open here, so that the master does not fail while no program has the port open.
    """

    def __init__(self, link: Path | None) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        self._link = link
        self.path = os.ttyname(self._slave)
        if link is not None:
            self._point_link()
            self.path = str(link)

    def _point_link(self) -> None:
        assert self._link is not None
        fresh = self._link.with_name(self._link.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self._link)

    def read(self) -> bytes:
        """Read what the host has written; empty if there is nothing after all."""
        try:
            return os.read(self.master, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Write to the host. What does not fit is lost, as on a serial line nobody reads."""
        try:
            os.write(self.master, data)
        except BlockingIOError:
            return

    def baud(self) -> int:
        """Return the speed the host has set, in baud; 0 for one that no serial device here uses."""
        return BAUD_OF_CODE.get(termios.tcgetattr(self._slave)[5], 0)

    def close(self) -> None:
        """Unplug: the host sees a hang-up, and the link is gone."""
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        # Under gevent a close takes effect in a later turn of its loop, which short waits bring about. The hang-up is
        # seen on the slave, provided nothing unread lies there, so it can be awaited.
        termios.tcflush(self._slave, termios.TCIFLUSH)
        os.close(self.master)
        for _ in range(HANG_UP_LOOKS):
            if select.select([self._slave], [], [], HANG_UP_LOOK_SECONDS)[0]:
                break
        os.close(self._slave)
