"""The finish of the visit in hand while the line is cut: on the disk at once, told to the server when it is back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from pydantic import ValidationError

from contract.cards import WorkCard
from contract.commands import Finish, RecordFinish
from contract.replies import Finished
from contract.words import Code
from terminal.cards import Cards
from terminal.outbox import Item, Outbox
from terminal.presses import Reply, refusal
from terminal.server_clock import ServerClock

LOG = structlog.get_logger(__name__)

SENT_WITHIN_S: Final = 5.0


class LateFinishes:
    """`invite(window, visit, seconds)`: the citizen may rate at this agent's own keypad."""

    def __init__(
        self, cards: Cards, clock: ServerClock, outbox: Outbox, *, invite: Callable[[str, int, int], None]
    ) -> None:
        self._cards = cards
        self._clock = clock
        self._outbox = outbox
        self._invite = invite

    def finish(self, window: str, body: dict[str, Any], pressed_at: datetime) -> Reply:
        """The clerk pressed "finish" for the visit that the last card shows in service."""
        card = self._cards.card(f"work/{window}", WorkCard)
        try:
            said = Finish.model_validate({**body, "window": window})
        except ValidationError as error:
            return refusal(Code.BAD_REQUEST, where=".".join(str(part) for part in error.errors()[0]["loc"]))
        if card is None or card.visit is None or card.ticket is None or card.visit.state != "serving":
            return refusal(Code.NO_SERVER)
        visit = card.visit.visit
        if said.visit != visit or self.visit(window) == visit:
            return refusal(Code.STALE)
        told = RecordFinish(
            window=window, visit=visit, staff_no=None if card.clerk is None else card.clerk.staff_no,
            outcome=said.outcome, items=said.items, finished_at=pressed_at, offset_ms=self._clock.offset_ms,
        )  # fmt: skip
        try:
            self._outbox.put(RecordFinish.deed, told.model_dump(mode="json"))
        except OSError as error:
            LOG.error("finish_not_kept", problem=str(error))
            return refusal(Code.DISK_FULL)
        LOG.warning("finished_without_server", window=window, visit=visit, outcome=said.outcome)
        seconds = card.visit.rate_within_s
        if seconds is not None:
            self._invite(window, visit, seconds)
        deadline = None if seconds is None else pressed_at + timedelta(seconds=seconds)
        finished = Finished(
            ticket=card.ticket.ticket, visit=visit, number=card.ticket.number, invited=seconds is not None,
            deadline=deadline,
        )  # fmt: skip
        return Reply(200, finished.model_dump(mode="json"))

    def visit(self, window: str) -> int | None:
        """The visit that was finished here and of which the server has not heard."""
        waiting = self._of(window)
        return int(waiting[-1].body["visit"]) if waiting else None

    def wait_until_told(self, window: str) -> bool:
        """The next deed is about what comes after: the server must have heard of the finish first."""
        waiting = self._of(window)
        return not waiting or self._outbox.wait_until_sent(waiting, SENT_WITHIN_S)

    def _of(self, window: str) -> tuple[Item, ...]:
        return tuple(item for item in self._outbox.waiting(RecordFinish.deed) if item.body["window"] == window)
