"""Slips that the hall asks this kiosk to print: reprints, and numbers taken at the desk."""

import threading
from typing import Final

import structlog

from contract.cards import PrintsCard
from contract.replies import Issued
from kiosk.slips import Slips
from terminal.cards import Cards
from terminal.connection import Connection, Unreachable, new_key
from terminal.intents import Intents
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

TRY_AGAIN_S: Final = 5.0


class Reprints:
    """Each slip of `prints/<kiosk>` is fetched and printed once; the card drops it when its outcome is recorded."""

    def __init__(self, kiosk: str, cards: Cards, connection: Connection, intents: Intents, slips: Slips) -> None:
        self._key = f"prints/{kiosk}"
        self._cards = cards
        self._connection = connection
        self._intents = intents
        self._slips = slips
        self._taken_up: set[int] = {
            intent.body["slip"]
            for intent in intents.unfinished()
            if intent.deed == "print_slip" and intent.notes.get("begun")
        }
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        self._cards.subscribe(self._changed)
        self._worker = steady(self._work, "reprints")

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        if self._worker is not None:
            self._worker.join(timeout=2)

    def _changed(self, keys: frozenset[str]) -> None:
        if self._key in keys:
            self._woken.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            all_taken_up = self._take_up_new()
            self._woken.wait(None if all_taken_up else TRY_AGAIN_S)

    def _take_up_new(self) -> bool:
        """False when a slip could not be fetched and is to be tried again."""
        card = self._cards.card(self._key, PrintsCard)
        asked = set() if card is None else set(card.slips)
        self._taken_up &= asked
        done = True
        for slip in sorted(asked - self._taken_up):
            if self._slips.is_recorded(slip) or self._take_up(slip):
                self._taken_up.add(slip)
            else:
                done = False
        return done

    def _take_up(self, slip: int) -> bool:
        try:
            answer = self._connection.get(f"kiosk/slip/{slip}")
        except Unreachable:
            return False
        if answer.refused is not None:
            LOG.warning("slip_not_given", slip=slip, refused=answer.refused.code)
            return True
        key = new_key()
        try:
            self._intents.ask(key, "print_slip", {"slip": slip})
        except OSError as error:
            LOG.error("intent_not_kept", problem=str(error))
            return False
        self._slips.print(key, Issued.model_validate(answer.body), taken_here=False)
        return True
