"""The screen's browser: a Chromium that shows the agent's page full screen, and is started again when it goes."""

import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import structlog

from terminal.data_dir import DataDir
from terminal.pauses import Pauses

LOG = structlog.get_logger(__name__)

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "msedge", "microsoft-edge")
FLAGS: Final = (
    "--kiosk",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-session-crashed-bubble",
    "--disable-features=Translate",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--autoplay-policy=no-user-gesture-required",  # the voice of a board speaks without a touch
)
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
WELL_AFTER_S: Final = 60.0  # what ran so long was no failed start: pauses begin anew
ENDS_WITHIN_S: Final = 5.0

BROWSER = click.option(
    "--browser",
    is_flag=False,
    flag_value="",
    help="全屏打开页面，可写浏览器程序 · Show the page full screen, in this browser or the first found.",
)


class NoBrowser(Exception):
    """No Chromium was found, or not the one that was named."""


def find_browser(named: str) -> str:
    """The program to run: `named`, a name or a path, or the first known one there is. Raises NoBrowser."""
    for name in (named,) if named else NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    tried = named or ", ".join(NAMES)
    raise NoBrowser(f"找不到浏览器：{tried} / no browser found: {tried}")


class ScreenBrowser:
    """Runs from `start` to `stop`. `profile`: a folder of its own, so that nobody's windows are disturbed."""

    def __init__(self, program: str, profile: Path, more: Sequence[str] = ()) -> None:
        self._program = program
        self._profile = profile
        self._more = tuple(more)
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: threading.Thread | None = None
        self._url = ""

    def start(self, url: str) -> None:
        """`url` may hold a secret: it is given to the browser alone and never logged."""
        self._url = url
        self._watch = threading.Thread(target=self._run, name="browser", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """Close the browser and do not start it again."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        if self._watch is not None:
            self._watch.join(timeout=ENDS_WITHIN_S)
        if process is not None and process.poll() is None:
            process.kill()

    def _run(self) -> None:
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        command = [self._program, *FLAGS, *self._more, f"--user-data-dir={self._profile}", self._url]
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                LOG.info("browser_started", pid=self._process.pid)
                if self._stopping.is_set():
                    self._process.terminate()
                code = self._process.wait()
            except OSError as error:
                code = error.errno or -1
            if self._stopping.is_set():
                return
            if time.monotonic() - began >= WELL_AFTER_S:
                pauses.succeeded()
            pause = pauses.next()
            LOG.warning("browser_ended", code=code, again_in_s=round(pause, 1))
            self._stopping.wait(pause)


def screen_of(named: str | None, data: DataDir) -> ScreenBrowser | None:
    """The browser for an agent's page: None unless asked for; "" is the first that is found. Raises NoBrowser."""
    return None if named is None else ScreenBrowser(find_browser(named), data.path("browser"))
