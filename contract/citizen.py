"""What a citizen's phone is told of its own ticket. Computed when asked, never a card; times are UTC, waits minutes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from contract.replies import Reply, Words
from contract.words import Code, Level, State


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CallOfTicket(_Part):
    """The call (or the visit it became): window, where that is, when, the how-manieth call of how many."""

    window: str
    floor: str
    place: Words
    at: datetime
    at_local: str
    calls: int
    most: int


class LastCall(_Part):
    """A call of the same zone a moment ago, as proof that the line moves."""

    number: str
    window: str
    at_local: str


class RatingOfVisit(_Part):
    """What may be rated of the ticket: its newest finished visit. `why_not` says why it may not be rated now.

    `level` is the level that counts, where there is one; `may_add_reasons` until they were given, once.
    """

    visit: int
    window: str
    service: Words
    day_local: str
    may_rate: bool
    why_not: Code | None
    level: Level | None
    may_add_reasons: bool
    reasons_given: bool


class TicketStatus(Reply):
    """All that a phone shows. `ahead` and `wait` only while waiting; `today` is false for a ticket of another day.

    `stamp` is another one whenever anything else but `revision` is: the page fetches itself anew then.
    """

    kind: Literal["ticket_status"] = "ticket_status"
    stamp: str = ""
    ticket: int
    number: str
    day: str
    today: bool
    state: State
    hall_name: Words
    supervision_phone: str
    service: Words
    department: Words | None
    priority: Words | None
    floor: str
    place: Words
    windows: list[str]
    ahead: int | None
    wait: tuple[int, int] | None
    call: CallOfTicket | None
    last_calls: list[LastCall]
    missed_rule: Words
    may_return: bool
    may_cancel: bool
    rating: RatingOfVisit | None
