"""What a kiosk reads besides touches: the QR code of a slip, and ID cards for services that ask for one.

Of a card nothing is kept but the day's keyed hash of its number, for half a minute; name and birth are dropped at once.
"""

import queue
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import structlog

from drivers.card_reader import CardReader
from drivers.code_reader import CodeReader, serial_scanner, wedge_scanner
from drivers.id_card import Identity
from kiosk.settings import CardReaderSettings, ScannerSettings
from terminal.connection import Connection, Unreachable, new_key
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

CARD_STANDS_S: Final = 30.0
REFUSED_STANDS_S: Final = 8.0
LOOK_EVERY_S: Final = 1.0
_LINK: Final = re.compile(r"https?://[^/?#\s]+(?:/[^?#\s]*)?/([0-9A-Za-z\-]{1,20})/ticket/([0-9]{1,16})(?:\?[^#\s]*)?#(\S{8,100})")


def ticket_in(code: str, hall: str) -> tuple[int, str] | None:
    """The ticket and its proof in the link of a slip of this hall; None for any other code."""
    found = _LINK.fullmatch(code)
    return (int(found[2]), found[3]) if found is not None and found[1] == hall else None


class Readers:
    """`tell` says something once to the page; `on_change` hears that `part` changed; `on_states` how they are."""

    def __init__(
        self,
        scanner: ScannerSettings | None,
        card_reader: CardReaderSettings | None,
        connection: Connection,
        *,
        day: Callable[[], str | None],
        is_connected: Callable[[], bool],
        tell: Callable[[dict[str, Any]], None],
        on_change: Callable[[], None],
        on_states: Callable[[dict[str, str]], None],
    ) -> None:
        self._connection = connection
        self._day = day
        self._is_connected = is_connected
        self._tell = tell
        self._on_change = on_change
        self._on_states = on_states
        self._codes: queue.Queue[str] = queue.Queue(maxsize=4)
        self._scanner = None if scanner is None else _scanner_of(scanner, self._scanned)
        self._cards = (
            None
            if card_reader is None
            else CardReader(card_reader.port, self._key_now, self._card_read, self._card_refused, baud=card_reader.baud)
        )
        self._key: tuple[str, bytes] | None = None  # of which day
        self._person: tuple[str, float] | None = None  # hash, and until when
        self._refused_until = 0.0
        self._states: dict[str, str] = {}
        self._shown: str | None = None
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None
        self._asker: threading.Thread | None = None

    def start(self) -> None:
        if self._scanner is None and self._cards is None:
            return
        for reader in (self._scanner, self._cards):
            if reader is not None:
                reader.start()
        self._worker = steady(self._look, "readers")
        self._asker = steady(self._answer_codes, "scanned codes")

    def stop(self) -> None:
        self._stopping.set()
        for reader in (self._scanner, self._cards):
            if reader is not None:
                reader.stop()
        for thread in (self._worker, self._asker):
            if thread is not None:
                thread.join(timeout=2)

    def person(self) -> str | None:
        """Whose card was laid on the reader a moment ago."""
        held = self._person
        return held[0] if held is not None and time.monotonic() < held[1] else None

    def forget_person(self) -> None:
        """The number was taken, or whoever stood there has gone."""
        self._person, self._refused_until = None, 0.0
        self._show()

    def part(self) -> dict[str, Any]:
        """For the page. `card`: None, `read`, or `refused`."""
        return {"states": dict(self._states), "card": self._card_now()}

    def _card_now(self) -> str | None:
        if self.person() is not None:
            return "read"
        return "refused" if time.monotonic() < self._refused_until else None

    def _scanned(self, code: str) -> None:
        try:
            self._codes.put_nowait(code)
        except queue.Full:
            LOG.info("code_not_looked_at")

    def _card_read(self, identity: Identity) -> None:
        LOG.info("card_read")
        self._person = (identity.number_hash, time.monotonic() + CARD_STANDS_S)
        self._refused_until = 0.0
        self._show()

    def _card_refused(self, why: str) -> None:
        LOG.info("card_refused", why=why)
        self._person = None
        self._refused_until = time.monotonic() + REFUSED_STANDS_S
        self._show()

    def _show(self) -> None:
        now = self._card_now()
        if now != self._shown:
            self._shown = now
            self._on_change()

    def _key_now(self) -> bytes | None:
        key, day = self._key, self._day()
        return key[1] if key is not None and key[0] == day else None

    def _look(self) -> None:
        while not self._stopping.is_set():
            if self._cards is not None and self._is_connected() and self._key_now() is None:
                self._fetch_key()
            readers = {"scanner": self._scanner, "idcard": self._cards}
            states = {name: one.device_state.value for name, one in readers.items() if one is not None}
            if states != self._states:
                self._states = states
                LOG.info("readers", **states)
                self._on_states(states)
                self._on_change()
            self._show()
            self._stopping.wait(LOOK_EVERY_S)

    def _fetch_key(self) -> None:
        try:
            answer = self._connection.get("kiosk/person_key")
            if answer.refused is None:
                self._key = (answer.body["day"], bytes.fromhex(answer.body["key"]))
        except (Unreachable, KeyError, ValueError) as error:
            LOG.debug("no_person_key", problem=type(error).__name__)

    def _answer_codes(self) -> None:
        while not self._stopping.is_set():
            try:
                code = self._codes.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                continue
            self._tell({"scanned": self._status_of(code)})

    def _status_of(self, code: str) -> dict[str, Any]:
        """How the ticket stands, a refusal, or that it is no slip of this hall."""
        found = ticket_in(code, self._connection.hall)
        if found is None:
            LOG.info("code_of_no_slip")
            return {"kind": "no_slip"}
        if not self._is_connected():
            return {"kind": "no_server"}
        try:
            return self._connection.post(
                "status", {"ticket": found[0]}, key=new_key(), headers={"X-Ticket-Proof": found[1]}, place="citizen"
            ).body
        except Unreachable:
            return {"kind": "no_server"}


def _scanner_of(settings: ScannerSettings, on_code: Callable[[str], None]) -> CodeReader:
    if settings.kind == "keyboard":
        return wedge_scanner(settings.port, on_code, grab=settings.grab)
    return serial_scanner(settings.port, on_code, baud=settings.baud)
