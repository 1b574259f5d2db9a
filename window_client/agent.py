"""The window agent: for each window a page, and the devices on the lines that it owns."""

from dataclasses import asdict
from functools import partial
from typing import Any

import structlog

from contract.cards import WorkCard
from contract.words import Audience
from drivers.bus import DeviceKind, PadAction, PadKey
from drivers.profiles.loader import Profiles
from terminal.cards import Cards
from terminal.connection import Connection, new_key
from terminal.data_dir import DataDir
from terminal.device_reports import DeviceReports
from terminal.enrol import Enrolment, EnrolRefused
from terminal.intents import Intents
from terminal.live import Live
from terminal.outbox import Outbox
from terminal.page_server import Page, PageServer
from terminal.program import write_page_file
from terminal.server_clock import ServerClock
from window_client.clerk import Clerk
from window_client.devices import DeviceOfHall, Devices, States, tell
from window_client.displays import Displays
from window_client.hotkeys import Hotkeys
from window_client.late_finishes import LateFinishes
from window_client.pads import deed_of
from window_client.ratings import Ratings
from window_client.settings import HotkeySettings, WindowSettings

LOG = structlog.get_logger(__name__)

KINDS = ("keypad", "strip", "pad")
AWAY = ("unplugged", "fault", "taken", "offline")


class WindowAgent:
    """Put together from its parts. Raises EnrolRefused when its settings name windows it is not enrolled for."""

    def __init__(self, settings: WindowSettings, data: DataDir, enrolment: Enrolment, *, pages: bool) -> None:
        foreign = set(settings.windows) - enrolment.windows
        if foreign:
            names = ", ".join(sorted(foreign))
            raise EnrolRefused(f"登记不包括这些窗口：{names} / not enrolled for these windows: {names}")
        own = settings.terminal
        self._own = own
        self._data = data
        self._windows = settings.windows
        self._cards = Cards()
        self._clock = ServerClock()
        self._connection = Connection(own.server, own.hall, "window", enrolment.token, ca=own.ca)
        self._outbox = Outbox(data.path("outbox.jsonl"), self._connection)
        self._live = Live(self._connection, Audience.STAFF, self._cards, self._clock, outbox=lambda: len(self._outbox))
        self._intents = Intents(data.path("intents.jsonl"))
        self._reports = DeviceReports(self._connection)
        self._late = LateFinishes(
            self._cards,
            self._clock,
            self._outbox,
            invite=lambda window, visit, seconds: self._ratings.finished_here(window, visit, seconds),
        )
        self._clerks = {window: self._clerk(window) for window in self._windows}
        self._pages = {window: self._page(window) for window in self._windows} if pages else {}
        self._devices = Devices(
            self._connection,
            settings.lines,
            self._windows,
            Profiles(settings.profiles),
            on_press=lambda press: self._ratings.pressed(press),
            on_key=self._key_pressed,
            on_found=self._devices_found,
            on_states=self._states_changed,
            on_heard=self._all_parts_changed,
        )
        self._hotkeys = self._grabbing(settings.hotkeys)
        self._displays = Displays(self._windows, self._cards, self._devices)
        self._ratings = Ratings(
            self._cards,
            self._clock,
            self._outbox,
            invite=lambda no: tell(self._devices.bus(DeviceKind.KEYPAD, no), lambda bus: bus.invite(no)),
            cancel=lambda no: tell(self._devices.bus(DeviceKind.KEYPAD, no), lambda bus: bus.cancel_invitation(no)),
            on_change=self._part_changed,
        )
        self._server: PageServer | None = self._page_server() if pages else None

    def _clerk(self, window: str) -> Clerk:
        return Clerk(
            window,
            self._cards,
            self._connection,
            self._intents,
            self._late,
            now=self._clock.now,
            is_connected=lambda: self._live.connected,
            on_not_confirmed=self._live.refresh,
            on_change=partial(self._part_changed, window),
        )

    def _page(self, window: str) -> Page:
        base = f"/w/{window}/"
        return Page(
            base,
            self._data.page_secret(base),
            "window_client",
            self._clerks[window].do,
            partial(self._part, window),
            lambda key: not key.startswith("work/") or key == f"work/{window}",
        )

    def _grabbing(self, settings: HotkeySettings) -> Hotkeys:
        """The keys of the desktop belong to the first window, and only while its clerk has the page open."""
        window = self._windows[0]
        page = self._pages.get(window)
        return Hotkeys(
            settings.keys,
            grab=settings.grab and page is not None,
            is_wanted=lambda: page is not None and page.is_open and self._clerks[window].signed_in,
            on_press=lambda key: None if page is None else page.tell({"hotkey": {"key": key, "press": new_key()}}),
            on_change=partial(self._part_changed, window),
        )

    def _page_server(self) -> PageServer:
        own = self._own
        return PageServer(
            self._pages.values(),
            self._cards,
            own.page_port,
            hosts=own.hosts,
            origins=own.origins,
            frame_ancestors=own.frame_ancestors,
        )

    def start(self) -> None:
        """The pages are there when this returns; the server may be away. Raises OSError when the port is taken."""
        for intent in self._intents.unfinished():
            # The cards tell what came of it; the clerk signs in again and goes on from there.
            LOG.warning("asked_before_the_restart", deed=intent.deed, key=intent.key, **intent.body)
            self._intents.end(intent.key)
        if self._server is not None:
            self._server.start()
            urls = {window: self._server.url(page) for window, page in self._pages.items()}
            write_page_file(self._data, self._server.port, urls[self._windows[0]], urls)
        self._cards.subscribe(self._cards_changed)
        self._outbox.on_change(self._all_parts_changed)
        self._live.on_turn(self._line_turned)
        self._outbox.on_change(self._live.outbox_changed)
        self._reports.start()
        self._outbox.start()
        self._ratings.start()
        self._devices.start()
        self._hotkeys.start()
        self._live.start()

    def stop(self) -> None:
        """What is not sent stays on the disk."""
        self._hotkeys.stop()
        if self._server is not None:
            self._server.stop()
        self._connection.stop()
        self._live.stop()
        self._displays.stop()
        self._devices.stop()
        self._ratings.stop()
        self._reports.stop()
        self._outbox.stop()
        self._intents.close()
        self._connection.close()

    def _line_turned(self) -> None:
        if self._live.connected:
            self._outbox.nudge()
            self._devices.look_again()
            self._reports.tell_again()
        self._displays.line_turned(connected=self._live.connected)
        self._all_parts_changed()

    def _cards_changed(self, keys: frozenset[str]) -> None:
        for window in self._windows:
            if f"work/{window}" in keys:
                self._clerks[window].card_changed()
        self._displays.show(keys)

    def _key_pressed(self, key: PadKey) -> None:
        """A key of a call pad. It may take its time: the pad's next keys wait for it."""
        card = self._cards.card(f"work/{key.window}", WorkCard)
        clerk = self._clerks.get(key.window)
        found = None if card is None or clerk is None else deed_of(key, card)
        ok = False
        if found is None or clerk is None:
            LOG.info("pad_key_without_deed", window=key.window, action=key.action, digits=key.digits)
        else:
            invites = key.action is PadAction.INVITE
            if invites:
                self._ratings.woken(key.window)
            reply = clerk.do_by_pad(found[0], found[1], new_key())
            ok = reply.status == 200
            if invites:
                self._ratings.woken_for(key.window, done=ok)
            LOG.info("pad_key", window=key.window, deed=found[0], ok=ok, code=reply.body.get("code"))
        tell(self._devices.bus(DeviceKind.PAD, key.window), lambda bus: bus.answer(key.window, ok=ok))

    def _devices_found(self, found: tuple[DeviceOfHall, ...]) -> None:
        self._ratings.look_after(one.window for one in found if one.kind == DeviceKind.KEYPAD)
        self._displays.show()

    def _states_changed(self, states: States) -> None:
        for name, state in states.items():
            kind, _, window = name.partition("/")
            if kind == DeviceKind.KEYPAD:
                self._ratings.keypad(window, there=state not in AWAY)
        self._reports.report_all(states)
        self._all_parts_changed()

    def _all_parts_changed(self) -> None:
        for window in self._windows:
            self._part_changed(window)

    def _part_changed(self, window: str) -> None:
        page = self._pages.get(window)
        if page is not None:
            page.part_changed()

    def _part(self, window: str) -> dict[str, Any]:
        since = self._live.since
        states, heard = self._devices.states, self._devices.heard
        return {
            "connected": self._live.connected,
            "since": None if since is None else since.isoformat(),
            "offset_ms": self._clock.offset_ms,
            "hall": self._own.hall,
            "server": self._own.server,
            "window": window,
            "signed_in": self._clerks[window].signed_in,
            "devices": {kind: states.get(f"{kind}/{window}", "none") for kind in KINDS},
            "heard": {kind: asdict(found) for kind in KINDS if (found := heard.get(f"{kind}/{window}"))},
            "outbox": len(self._outbox),
            "finished_late": self._late.visit(window),
            "keypad_asks": self._ratings.asks(window),
            "hotkeys": self._hotkeys.part,
        }
