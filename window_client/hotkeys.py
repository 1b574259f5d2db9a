"""Hotkeys that work while another program has the keyboard. A press goes to the window's page, which does what its own
key does: one path to the server, the same refusals, shown where the clerk looks."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from window_client.grab_windows import WindowsGrab, user32
from window_client.grab_x11 import X11Grab
from window_client.hotkey_table import CannotGrab, Grab, Hotkey, WhyNot, hotkey

LOG = structlog.get_logger(__name__)

LOOKS_EVERY_S: Final = 0.2  # whether the keys are still wanted
TRIES_EVERY_S: Final = 5.0  # for keys that another program has, and for a desktop that is not there


def desktop() -> Grab:
    """The keys of the desktop that this program runs on. Raises CannotGrab."""
    if sys.platform == "win32":
        return WindowsGrab(user32())
    if sys.platform == "darwin":
        raise CannotGrab(WhyNot.NO_SYSTEM)
    return X11Grab(os.environ)


class Hotkeys:
    """Grabs `keys` (deed → name of the key) while `is_wanted`; with `grab` off it only tells the page its keys.

    Other programs keep their keys while no clerk is there to use them.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        *,
        grab: bool,
        is_wanted: Callable[[], bool],
        on_press: Callable[[str], None],
        on_change: Callable[[], None],
        open_desktop: Callable[[], Grab] = desktop,
    ) -> None:
        self._names = dict(keys)
        self._keys = [hotkey(name) for name in keys.values()]
        self._is_wanted = is_wanted
        self._on_press = on_press
        self._on_change = on_change
        self._open = open_desktop
        self._why: WhyNot | None = None
        self._missing: list[str] = []
        self._grabbed = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hotkeys", daemon=True) if grab else None

    @property
    def part(self) -> dict[str, Any]:
        """For the page. `why`: why none can be grabbed though the settings ask for it; `taken`: what another program
        has."""
        return {"keys": self._names, "grabbed": self._grabbed, "why": self._why, "taken": list(self._missing)}

    def start(self) -> None:
        if self._thread is not None:
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None and self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                grab = self._open()
                try:
                    self._serve(grab)
                finally:
                    grab.close()
            except CannotGrab as error:
                self._tell(error.why, [], grabbed=False)
                self._stop.wait(TRIES_EVERY_S)

    def _serve(self, grab: Grab) -> None:
        """Until the agent stops, or the desktop goes (CannotGrab)."""
        missing = list(self._keys)
        next_try = 0.0
        self._tell(None, [], grabbed=False)
        while not self._stop.is_set():
            if not self._is_wanted():
                if self._grabbed:
                    grab.release()
                    self._tell(None, [], grabbed=False)
                missing, next_try = list(self._keys), 0.0
            elif missing and time.monotonic() >= next_try:
                missing = [key for key in missing if not grab.take(key)]
                next_try = time.monotonic() + TRIES_EVERY_S
                self._tell(None, missing, grabbed=True)
            for key in grab.pressed(LOOKS_EVERY_S):
                LOG.info("hotkey", key=key.name)
                self._on_press(key.name)

    def _tell(self, why: WhyNot | None, missing: list[Hotkey], *, grabbed: bool) -> None:
        names = [key.name for key in missing]
        if (why, names, grabbed) == (self._why, self._missing, self._grabbed):
            return
        self._why, self._missing, self._grabbed = why, names, grabbed
        if why is not None or names:
            LOG.warning("hotkeys_not_grabbed", why=why, taken=names)
        self._on_change()
