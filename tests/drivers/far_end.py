"""The device side of a serial line: a pty behind a link, as an adapter sits behind /dev/serial/by-path."""

import os
import select
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import gevent

PATIENCE_S = 60.0


class FarEnd:
    """What is plugged in at ``link``; says bytes and hears what the program sends."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.heard = b""
        self._master: int | None = None
        self._slave: int | None = None

    def plug(self) -> None:
        """A new pty each time, so another device stands behind the same path."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.heard = b""
        self.link.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        """The path goes, and so does the line behind it."""
        if self._master is None or self._slave is None:
            return
        self.link.unlink()
        for end in (self._master, self._slave):
            os.close(end)
        # gevent closes on its next turn.
        await_fact(lambda: not any(_is_open(end) for end in (self._master, self._slave)))
        self._master = self._slave = None

    def say(self, data: bytes) -> None:
        """Bytes from devices."""
        assert self._master is not None
        assert os.write(self._master, data) == len(data)

    def listen(self) -> bytes:
        """All that was heard since the plug was put in."""
        assert self._master is not None
        while select.select([self._master], [], [], 0)[0]:
            try:
                self.heard += os.read(self._master, 4096)
            except OSError:
                break
        return self.heard

    def await_bytes(self, wanted: bytes, times: int = 1) -> None:
        """Waits until the program has sent these bytes so often."""
        await_fact(lambda: self.listen().count(wanted) >= times, lambda: f"heard only {self.heard.hex(' ')}")

    def press(self, frame: bytes, answer: bytes) -> int:
        """Says the frame every 200 ms until it is answered, five times more at most, as these devices do; how often.
        It listens once more before it says anything again: this machine may have stood still."""
        before = self.listen().count(answer)
        for said in range(1, 7):
            self.say(frame)
            again_at = monotonic() + 0.2
            waiting = True
            while waiting:
                waiting = monotonic() < again_at
                gevent.sleep(0.005)
                if self.listen().count(answer) > before:
                    return said
        raise AssertionError(f"not answered; heard only {self.heard.hex(' ')}")

    def settings(self) -> list[int | list[bytes | int]]:
        """The line settings the program has chosen (termios.tcgetattr)."""
        assert self._slave is not None
        return termios.tcgetattr(self._slave)


def _is_open(end: int | None) -> bool:
    try:
        return end is not None and os.fstat(end) is not None
    except OSError:
        return False


def await_fact(fact: Callable[[], bool], otherwise: Callable[[], str] = lambda: "") -> None:
    """Waits for something to become true, and fails when it does not."""
    until = monotonic() + PATIENCE_S
    while not fact():
        assert monotonic() < until, f"waited in vain; {otherwise()}"
        gevent.sleep(0.005)
