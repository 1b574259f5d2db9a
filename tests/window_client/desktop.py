"""An X11 desktop without a screen (Xvfb), with a program that has the keyboard, and keys pressed by XTEST."""

import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

MISSING = "no Xvfb on this machine (Debian: apt-get install xvfb)"
WITHIN_S = 20.0
FINGER_S = 0.01


class Desktop:
    """`name` is what programs find in DISPLAY. The desktop's other program has the keyboard from the start."""

    def __init__(self, name: str, server: subprocess.Popen[bytes]) -> None:
        self.name = name
        self._server = server
        self.other = Display(name)
        root = self.other.screen().root
        wanted = X.KeyPressMask | X.FocusChangeMask
        self.window = root.create_window(0, 0, 200, 100, 0, X.CopyFromParent, event_mask=wanted)
        self.window.map()
        self.other.sync()
        self.window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.other.sync()

    def code(self, key: str) -> int:
        """The keyboard's code of "F2"."""
        code: int = self.other.keysym_to_keycode(XK.string_to_keysym(key))
        return code

    def down(self, key: str) -> None:
        xtest.fake_input(self.other, X.KeyPress, self.code(key))
        self.other.sync()

    def up(self, key: str) -> None:
        xtest.fake_input(self.other, X.KeyRelease, self.code(key))
        self.other.sync()

    def press(self, *keys: str) -> None:
        """All down in this order, and up again. No finger is back within the millisecond, as a repeating key is."""
        time.sleep(FINGER_S)
        for key in keys:
            self.down(key)
        for key in reversed(keys):
            self.up(key)

    def other_got(self, key: str) -> bool:
        """Whether the other program hears this key, which is pressed after all that were pressed before."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            for event in self._events():
                if event.type == X.KeyPress:
                    return bool(event.detail == self.code(key))
        raise AssertionError(f"no key came to the other program: {key}")

    def _events(self) -> list[Any]:
        if not self.other.pending_events():
            select.select([self.other.fileno()], [], [], 0.2)
        return [self.other.next_event() for _ in range(self.other.pending_events())]

    def end(self) -> None:
        """The desktop goes, and every program's connection with it."""
        if self._server.poll() is not None:
            return
        self.other.close()
        self._server.terminate()
        self._server.wait()


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """This test's own desktop, in the environment of the programs that it starts."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    reading, writing = os.pipe()
    command = [xvfb, "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            name = f":{told.readline().strip()}"
        monkeypatch.setenv("DISPLAY", name)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
        made = Desktop(name, process)
        yield made
        made.end()
    finally:
        process.kill()
        process.wait()
