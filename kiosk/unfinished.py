"""What an earlier life of this kiosk, or an answer that never came, left open: told to the server, never printed."""

import threading
from collections.abc import Callable
from typing import Final

import structlog

from contract.replies import Issued
from contract.words import SlipAfter, SlipOutcome
from kiosk.leased_journal import Given, LeasedJournal
from kiosk.slips import Became, Slips
from terminal.connection import PASSING, Connection, Unreachable
from terminal.intents import Intent, Intents
from terminal.pauses import Pauses
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0


class Unfinished:
    """The intents of before the start, and those of now that were not confirmed."""

    def __init__(
        self,
        connection: Connection,
        intents: Intents,
        slips: Slips,
        journal: LeasedJournal,
        *,
        is_connected: Callable[[], bool],
        on_instead: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._intents = intents
        self._slips = slips
        self._journal = journal
        self._is_connected = is_connected
        self._on_instead = on_instead
        self._why = {intent.key: "agent_died" for intent in intents.unfinished()}
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    def of_before(self) -> list[Intent]:
        """What an earlier life of this kiosk did not finish."""
        return [intent for intent in self._intents.unfinished() if self._why.get(intent.key) == "agent_died"]

    def start(self) -> None:
        self._worker = steady(self._work, "unfinished")

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        if self._worker is not None:
            self._worker.join(timeout=2)

    def add(self, key: str) -> None:
        """The server did not confirm it; whoever asked has been told so."""
        self._why[key] = "not_confirmed"
        self._woken.set()

    def look_again(self) -> None:
        """The server is back."""
        self._woken.set()

    def withdraw_leased(self) -> None:
        """Numbers given without the server whose paper an earlier life of this kiosk did not see through."""
        for one in self._journal.given():
            if "outcome" not in one.notes:
                outcome = SlipOutcome.UNKNOWN if one.notes.get("begun") else SlipOutcome.FAILED
                LOG.warning("slip_withdrawn", number=one.said["number"], outcome=outcome, reason="agent_died")
                self._slips.note(one, Became(outcome, SlipAfter.WITHDRAWN, "agent_died"))

    def _work(self) -> None:
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not self._stopping.is_set():
            self._woken.clear()
            if self._is_connected() and self._settle_all():
                pauses.succeeded()
                self._woken.wait()
            else:
                self._woken.wait(pauses.next())

    def _settle_all(self) -> bool:
        """True when nothing is left open."""
        return all([self._settle(intent) for intent in self._intents.unfinished() if intent.key in self._why])

    def _settle(self, intent: Intent) -> bool:
        if intent.deed == "print_slip":
            self._settle_reprint(intent)
            return True
        reason = self._why[intent.key]
        if intent.notes.get("begun"):
            self._withdraw(intent, intent.notes["slip"], SlipOutcome.UNKNOWN, reason)
            return True
        try:
            # If the number was never given, nobody waits for it: it must not be given now.
            answer = self._connection.post(intent.deed, intent.body, key=intent.key, headers={"X-Only-Known": "true"})
        except Unreachable:
            return False
        refused = answer.refused
        if refused is not None and refused.code in PASSING:
            return False
        if refused is not None:
            LOG.info("unfinished_refused", key=intent.key, refused=refused.code)
            self._intents.end(intent.key)
            return True
        issued, instead = Issued.model_validate(answer.body), self._journal.of_press(intent.key)
        if instead is not None:
            self._take_out(instead, issued)
        self._withdraw(intent, issued.slip, SlipOutcome.FAILED, reason)
        return True

    def _take_out(self, instead: Given, issued: Issued) -> None:
        """Whoever pressed holds a number of the leased block: the server's own is not theirs."""
        LOG.warning("number_taken_out", number=issued.number, instead=instead.said["number"])
        self._journal.note(instead, instead_of=issued.ticket)
        self._on_instead()

    def _withdraw(self, intent: Intent, slip: int, outcome: SlipOutcome, reason: str) -> None:
        """Never printed for somebody who has left; staff see it."""
        LOG.warning("slip_withdrawn", key=intent.key, slip=slip, outcome=outcome, reason=reason)
        if not self._slips.is_recorded(slip):
            self._slips.record(slip, Became(outcome, SlipAfter.WITHDRAWN, reason))
        self._intents.end(intent.key)

    def _settle_reprint(self, intent: Intent) -> None:
        """Begun: paper may have come out. Not begun: the kiosk's card still asks for it."""
        slip = intent.body["slip"]
        if intent.notes.get("begun") and not self._slips.is_recorded(slip):
            self._slips.record(slip, Became(SlipOutcome.UNKNOWN, reason="agent_died"))
        self._intents.end(intent.key)
