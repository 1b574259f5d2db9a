"""A keyboard-emulating device of its own on Linux, taken from the desktop so that its keys go nowhere else."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_GRAB: Final = 0x40044590  # EVIOCGRAB of linux/input.h


@contextmanager
def grabbed(path: str) -> Iterator[int]:
    """The device's file descriptor, non-blocking, heard by nobody else while it is open. Raises OSError."""
    device = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(device, _GRAB, 1)
        yield device
    finally:
        os.close(device)
