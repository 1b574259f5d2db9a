"""Leases blocks of numbers while the server is there, so that the kiosk can go on when it is not."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Final, Protocol

import structlog
from pydantic import ValidationError

from contract.cards import HallCard
from contract.commands import LeaseNumbers
from contract.replies import Leased
from contract.words import Code
from kiosk.leased_journal import LeasedJournal
from terminal.cards import Cards
from terminal.connection import PASSING, Connection, Unreachable, new_key
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

RENEW_BELOW: Final = 25  # half of a block
LOOK_EVERY_S: Final = 20.0
AGAIN_AFTER_S: Final = 2.0


class Look(Protocol):
    """Called after each look; `fresh` when a block was leased."""

    def __call__(self, *, fresh: bool) -> None: ...


class Leasing:
    """`on_state` hears "ready", or "elsewhere" when another machine leases in this kiosk's name."""

    def __init__(
        self,
        instance: str,
        cards: Cards,
        connection: Connection,
        journal: LeasedJournal,
        *,
        is_connected: Callable[[], bool],
        on_look: Look,
        on_state: Callable[[str], None],
    ) -> None:
        self._instance = instance
        self._cards = cards
        self._connection = connection
        self._journal = journal
        self._is_connected = is_connected
        self._on_look = on_look
        self._on_state = on_state
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        self._cards.subscribe(lambda keys: self.look_again() if "hall" in keys else None)
        self._worker = steady(self._work, "leasing")

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        if self._worker is not None:
            self._worker.join(timeout=2)

    def look_again(self) -> None:
        """The server is back, a number was given, or a new day began."""
        self._woken.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            day = self._day()
            wants = day is not None and self._is_connected() and self._journal.left(day) < RENEW_BELOW
            done = self._lease(day) if wants and day is not None else True
            self._on_look(fresh=False)
            self._woken.wait(LOOK_EVERY_S if done else AGAIN_AFTER_S)

    def _day(self) -> date | None:
        hall = self._cards.card("hall", HallCard)
        return None if hall is None else date.fromisoformat(hall.day)

    def _lease(self, day: date) -> bool:
        """False when it is to be tried again soon."""
        asking = self._journal.asking
        if asking is None or asking["body"]["day"] != day.isoformat():
            body = LeaseNumbers(day=day, instance=self._instance, after=self._journal.highest(day))
            asking = {"key": new_key(), "body": body.model_dump(mode="json")}
        try:
            self._journal.ask(asking)
            answer = self._connection.post(LeaseNumbers.deed, asking["body"], key=asking["key"])
        except (OSError, Unreachable) as error:
            LOG.info("lease_waits", problem=str(error))
            return False
        refused = answer.refused
        if refused is not None and refused.code in PASSING:
            return False
        if refused is not None:
            self._journal.ask(None)
            LOG.warning("lease_refused", refused=refused.code)
            if refused.code in (Code.LEASED_ELSEWHERE, Code.SERIES_TAKEN):
                self._on_state("elsewhere")
            return True
        try:
            block = Leased.model_validate(answer.body)
        except ValidationError as error:
            LOG.error("lease_not_understood", problem=str(error))
            return True
        self._journal.lease(block)
        self._journal.ask(None)
        LOG.info("leased", first=block.first, last=block.last, day=answer.body["day"])
        self._on_state("ready")
        self._on_look(fresh=True)
        return self._journal.left(day) >= RENEW_BELOW
