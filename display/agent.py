"""The display agent: boards and window screens from the box itself, also while the server is away.

It follows the hall's public cards, keeps the newest on its disk, and starts from them, marked as old as they are.
Portraits and the programme are kept beside them. A box that was enrolled may also speak in its zone.
"""

import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import gevent
import structlog
from pydantic import ValidationError

from contract.cards import Snapshot
from contract.words import Audience, Code
from display.box_files import BoxFiles
from display.box_relay import BoxRelay
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.data_dir import DataDir
from terminal.live import Live
from terminal.page_server import Page, PageServer
from terminal.presses import Reply, refusal
from terminal.program import write_page_file
from terminal.server_clock import ServerClock
from terminal.settings import ANY, CODE, TerminalSettings, open_settings, terminal_settings

LOG = structlog.get_logger(__name__)

BASE: Final = "/display/"
KEPT: Final = "cards.json"
FILES: Final = "files"  # below the data folder
PROGRAMME_EVERY_S: Final = 60.0
KEEP_EVERY_S: Final = 5.0
LOOK_EVERY_S: Final = 1.0


class DisplaySettings:
    """What stands in the settings file: `show` is "board" or "window"; `browser` names the program, "" finds one."""

    def __init__(self, file: Path) -> None:
        """Raises SettingsRefused with every mistake."""
        opened = open_settings(file)
        top = opened.top
        self.show = top.choice("show", ("board", "window"), "board")
        self.zones = top.texts("zones", (), like=CODE)
        voice = top.text("voice", "-", like=CODE)
        self.voice = "" if voice == "-" else voice
        self.window = top.text("window", "-", like=CODE) if self.show == "window" else ""
        self.lang = top.choice("lang", ("zh", "en"), "zh")
        browser = top.text("browser", "auto", like=ANY)
        self.browser = "" if browser == "auto" else browser
        self.terminal: TerminalSettings = terminal_settings(opened)
        if self.window == "-":
            top.mistake("缺少设置 window（窗口号）", "the setting window is missing (a window's number)")
        opened.finish()

    @property
    def page(self) -> str:
        """The page below `BASE`, with what it is to show."""
        if self.show == "window":
            return f"window.html?window={quote(self.window)}&lang={self.lang}"
        voice = f"&voice={quote(self.voice)}" if self.voice else ""
        return f"board.html?zone={quote(','.join(self.zones))}{voice}&lang={self.lang}"


class DisplayAgent:
    """Put together from its parts."""

    def __init__(self, settings: DisplaySettings, data: DataDir, token: str | None = None) -> None:
        own = settings.terminal
        self._settings = settings
        self._data = data
        self._cards = Cards()
        self._clock = ServerClock()
        self._connection = Connection(own.server, own.hall, "display", token, ca=own.ca)
        self._live = Live(self._connection, Audience.PUBLIC, self._cards, self._clock)
        self._files = BoxFiles(data.path(FILES), self._connection)
        relay = BoxRelay(self._files, self._connection, lambda: self._live.connected, enrolled=token is not None)
        self._heard: str | None = None  # server time of the last moment the server was known to be there
        self._kept: tuple[int | None, float] = (None, 0.0)  # revision on disk, and when it was put there (monotonic)
        self._page = Page(BASE, data.page_secret(BASE), "display", _no_deeds, self._part, relay=relay.answer)
        self._server = PageServer(
            [self._page],
            self._cards,
            own.page_port,
            hosts=own.hosts,
            origins=own.origins,
            frame_ancestors=own.frame_ancestors,
        )
        self._greenlets: list[gevent.Greenlet[[], None]] = []

    def start(self) -> None:
        """The page is there when this returns; the server may be away. Raises OSError when the port is taken."""
        self._remember()
        self._server.start()
        url = self._server.url(self._page).replace(f"{BASE}#", f"{BASE}{self._settings.page}#")
        write_page_file(self._data, self._server.port, url, {BASE: url})
        self._live.on_turn(self._page.part_changed)
        self._live.start()
        self._greenlets = [gevent.spawn(self._look), gevent.spawn(self._fetch)]

    def stop(self) -> None:
        """The newest cards stay on the disk."""
        gevent.killall(self._greenlets)
        self._keep(now=True)
        self._server.stop()
        self._connection.stop()
        self._live.stop()
        self._connection.close()

    def _look(self) -> None:
        """Note when the server was heard, and keep the newest cards."""
        while True:
            gevent.sleep(LOOK_EVERY_S)
            if self._live.connected:
                self._heard = self._clock.now().isoformat()
                self._page.part_changed()
            self._keep(now=False)

    def _fetch(self) -> None:
        """Have the programme on the disk before a page asks for it."""
        while True:
            if self._live.connected:
                try:
                    self._files.refresh_programme()
                except Exception:
                    LOG.exception("programme_not_fetched")
            gevent.sleep(PROGRAMME_EVERY_S if self._live.connected else LOOK_EVERY_S)

    def _keep(self, *, now: bool) -> None:
        revision, at = self._kept
        if self._cards.revision in (None, -1) or self._heard is None:
            return
        if not now and (self._cards.revision == revision or time.monotonic() - at < KEEP_EVERY_S):
            return
        snapshot = Snapshot(
            hall=self._settings.terminal.hall,
            revision=self._cards.revision or 0,
            time=self._heard,
            cards=dict(self._cards.all()),
        )
        try:
            self._data.write_private(KEPT, snapshot.model_dump())
            self._kept = (self._cards.revision, time.monotonic())
        except OSError as error:
            LOG.warning("cards_not_kept", problem=str(error))

    def _remember(self) -> None:
        """Begin with the cards on the disk. Their revision is not believed: the first connection fetches all anew."""
        kept = self._data.read(KEPT)
        if kept is None:
            return
        try:
            snapshot = Snapshot.model_validate(kept)
            datetime.fromisoformat(snapshot.time)
        except (ValidationError, ValueError) as error:
            LOG.warning("kept_cards_not_understood", problem=str(error))
            return
        if snapshot.hall == self._settings.terminal.hall:
            self._cards.replace(snapshot.model_copy(update={"revision": -1}))
            self._heard = snapshot.time

    def _part(self) -> dict[str, Any]:
        return {
            "connected": self._live.connected,
            "heard": self._heard,
            "offset_ms": self._clock.offset_ms,
            "hall": self._settings.terminal.hall,
        }


def _no_deeds(deed: str, body: dict[str, Any], key: str) -> Reply:
    """A display shows; nothing is done on it."""
    return refusal(Code.NOT_FOUND, final=True)
