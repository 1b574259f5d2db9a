"""A keyboard-emulating device of its own on Linux, taken from the desktop so that its keys go nowhere else."""

import errno
import os
import select
import sys
from typing import Final

from drivers.port_holders import holders
from drivers.serial_port import READ_WAIT_S, LinkLost, LinkTaken

if sys.platform != "win32":
    import fcntl

_GRAB: Final = 0x40044590  # EVIOCGRAB of linux/input.h
_AT_MOST: Final = 4096


class InputDevice:
    """A file below /dev/input, read as the kernel gives it. ``grab``: nobody else hears it while it is open."""

    def __init__(self, path: str, *, grab: bool = True) -> None:
        self.path = path
        self._grab = grab
        self._device: int | None = None

    def open(self) -> None:
        """Raises LinkLost when it is absent or no input device, LinkTaken when another program has grabbed it."""
        if sys.platform == "win32":
            raise LinkLost("keyboards of their own are read on Linux only")
        try:
            device = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise LinkLost(str(error)) from error
        try:
            if self._grab:
                fcntl.ioctl(device, _GRAB, 1)
        except OSError as error:
            os.close(device)
            if error.errno == errno.EBUSY:
                who = ", ".join(holders(self.path)) or "another program"
                raise LinkTaken(f"{self.path} is in use by {who}: {error}") from error
            raise LinkLost(f"{self.path}: {error}") from error
        self._device = device

    def close(self) -> None:
        """Never fails."""
        device, self._device = self._device, None
        if device is not None:
            os.close(device)

    def read_some(self) -> bytes:
        """What has arrived; empty after READ_WAIT_S of silence. Raises LinkLost."""
        if self._device is None:
            raise LinkLost(f"{self.path} is not open")
        try:
            if not select.select([self._device], [], [], READ_WAIT_S)[0]:
                return b""
            data = os.read(self._device, _AT_MOST)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost(f"{self.path} has ended")
        return data

    def write(self, piece: bytes) -> None:
        """Raises LinkLost: a keyboard is only listened to."""
        raise LinkLost("an input device is not written to")

    def signature(self) -> tuple[int, ...] | None:
        """What stands behind the path just now; None when nothing does."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return (found.st_dev, found.st_ino, found.st_rdev)
