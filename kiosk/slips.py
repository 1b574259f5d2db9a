"""A slip's life at the kiosk: printed, its outcome kept for the server, and shown on the screen where paper failed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from contract.cards import HallCard
from contract.commands import RecordSlip
from contract.replies import Issued
from contract.words import SlipAfter, SlipOutcome
from drivers.printers.ticket_printer import PrintResult
from kiosk.leased_journal import Given, LeasedJournal
from kiosk.printing import Job, Printing
from kiosk.slip import slip
from kiosk.slip_content import content_of
from terminal.cards import Cards
from terminal.intents import Intents
from terminal.outbox import Outbox

LOG = structlog.get_logger(__name__)

MOST_SUBSTITUTED = 999


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a slip's paper."""

    outcome: SlipOutcome
    after: SlipAfter | None = None
    reason: str | None = None
    substituted: int = 0


class Slips:
    """`last` is the slip of the number that was taken here last, as the page is told."""

    def __init__(
        self,
        kiosk: str,
        cards: Cards,
        intents: Intents,
        outbox: Outbox,
        printing: Printing,
        journal: LeasedJournal,
        *,
        screen_is_open: Callable[[], bool],
        on_change: Callable[[], None],
        on_noted: Callable[[], None],
    ) -> None:
        self._kiosk = kiosk
        self._cards = cards
        self._intents = intents
        self._outbox = outbox
        self._printing = printing
        self._screen_is_open = screen_is_open
        self._journal = journal
        self._on_change = on_change
        self._on_noted = on_noted
        self._lock = threading.Lock()
        self.last: dict[str, Any] | None = None

    def print(self, key: str, issued: Issued, *, taken_here: bool) -> None:
        """Print what was asked for under `key`. `taken_here`: somebody stands at the screen."""

        def ended(became: Became) -> None:
            self.record(issued.slip, became)
            self._intents.end(key)

        self._print(
            issued,
            begins=lambda: self._intents.note(key, begun=True, slip=issued.slip),
            ended=ended,
            taken_here=taken_here,
        )

    def print_leased(self, one: Given, issued: Issued) -> None:
        """Print a number given without the server; its journal keeps what becomes of the paper."""
        self._print(
            issued,
            begins=lambda: self._journal.note(one, begun=True),
            ended=lambda became: self.note(one, became),
            taken_here=True,
        )

    def _print(
        self, issued: Issued, *, begins: Callable[[], None], ended: Callable[[Became], None], taken_here: bool
    ) -> None:
        if taken_here:
            with self._lock:
                self.last = {
                    "slip": issued.slip,
                    "ticket": issued.ticket,
                    "number": issued.number,
                    "outcome": None,
                    "after": None,
                    "reason": None,
                }
            self._on_change()
        hall = self._cards.card("hall", HallCard)
        content = content_of(issued, kiosk=self._kiosk, hotline=None if hall is None else hall.supervision_phone)

        def came(result: PrintResult | None) -> None:
            became = self._became(result, taken_here=taken_here)
            ended(became)
            self._show(issued.slip, became, taken_here=taken_here)

        self._printing.print(Job(slip(content), begins=begins, ended=came))

    def _became(self, result: PrintResult | None, *, taken_here: bool) -> Became:
        outcome = SlipOutcome.FAILED if result is None else SlipOutcome(result.outcome.value)
        reason = "no_printer" if result is None else None if result.reason is None else result.reason.value
        paper_is_sure = outcome in (SlipOutcome.PRINTED, SlipOutcome.SENT)
        after = SlipAfter.SHOWN if taken_here and not paper_is_sure and self._screen_is_open() else None
        substituted = 0 if result is None else min(len(result.substituted), MOST_SUBSTITUTED)
        return Became(outcome, after, reason, substituted)

    def _show(self, number: int, became: Became, *, taken_here: bool) -> None:
        after = became.after and became.after.value
        with self._lock:
            if taken_here and self.last is not None and self.last["slip"] == number:
                self.last = {
                    **self.last, "outcome": became.outcome.value, "after": after, "reason": became.reason
                }  # fmt: skip
        self._on_change()

    def note(self, one: Given, became: Became) -> None:
        """Keep what became of the paper of a number given without the server."""
        LOG.info("slip", number=one.said["number"], outcome=became.outcome, after=became.after, reason=became.reason)
        try:
            self._journal.note(
                one, outcome=became.outcome.value, after=became.after and became.after.value, reason=became.reason,
                substituted=became.substituted,
            )  # fmt: skip
        except OSError as error:
            LOG.error("slip_not_kept", problem=str(error))
        self._on_noted()

    def record(self, number: int, became: Became) -> None:
        """Keep for the server what became of the slip."""
        said = RecordSlip(
            slip=number, outcome=became.outcome, after=became.after, reason=became.reason,
            substituted=became.substituted,
        )  # fmt: skip
        LOG.info("slip", slip=number, outcome=became.outcome, after=became.after, reason=became.reason)
        try:
            self._outbox.put("record_slip", said.model_dump(mode="json"))
        except OSError as error:
            LOG.error("slip_not_kept", slip=number, problem=str(error))

    def is_recorded(self, number: int) -> bool:
        """Whether its outcome waits to be sent."""
        return any(item.body["slip"] == number for item in self._outbox.waiting("record_slip"))
