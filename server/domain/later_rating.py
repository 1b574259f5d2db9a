"""Ratings after the counter (补充评价): who may still rate, until when; and who may add reasons.

A later rating stands beside a counter record that says "not rated", never over it. All times are epoch milliseconds.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from sys import intern

from contract.words import Code
from server.domain.hall import Hall
from server.domain.hours import business_day

DAY_MS = 86_400_000
REASONS_AFTER_MS = DAY_MS  # a rating given in the last minute may still get its reasons


@dataclass(frozen=True, slots=True)
class LaterRating:
    """A level given after the counter, through another channel."""

    visit: int
    channel: str
    level: int
    at_ms: int
    window: str
    clerk: str
    revision: int = 0  # of the command that recorded it


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why somebody rated as they did: codes of the national list, and own words (which the journal never holds)."""

    visit: int
    level: int
    codes: tuple[str, ...]
    text: str
    at_ms: int
    revision: int = 0


@dataclass(slots=True)
class RatedVisit:
    """A finished visit of the last days that has its counter record: which level counts, and what may still come.

    `level`: the counter's, else the later one; None while there is only "not rated".
    """

    visit: int
    ticket: int
    window: str
    clerk: str
    ended_ms: int
    level: int | None
    reasons: bool = False

    def __post_init__(self) -> None:
        # A large hall may keep fifty thousand. Loaded from rows, each brings strings of its own: a third of the memory.
        self.window, self.clerk = intern(self.window), intern(self.clerk)

    def why_not_rate(self, days: int, now_ms: int) -> Code | None:
        """Why it may not be rated now, or None."""
        if self.level is not None:
            return Code.ALREADY_RATED
        return Code.SUPPLEMENT_TOO_LATE if now_ms > self.ended_ms + days * DAY_MS else None

    def why_no_reasons(self, days: int, now_ms: int) -> Code | None:
        """Why no reasons may be added now, or None."""
        if self.level is None:
            return Code.NOT_RATED_YET
        if self.reasons:
            return Code.REASONS_GIVEN
        late = now_ms > self.ended_ms + days * DAY_MS + REASONS_AFTER_MS
        return Code.SUPPLEMENT_TOO_LATE if late else None


def remembered_since(hall: Hall, today: date) -> date:
    """The first business day whose visits may still get something: two more than the hall's rule, for reasons that
    follow a rating of the last minute."""
    return today - timedelta(days=hall.rules.supplement_days + 2)


def remembered(hall: Hall, ended_ms: int, today: date) -> bool:
    """Whether a visit that ended then may still get something."""
    return business_day(hall, ended_ms) >= remembered_since(hall, today)
