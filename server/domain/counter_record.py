"""The record that every rateable visit gets at the counter, once."""

from dataclasses import dataclass

from contract.words import NotRated


@dataclass(frozen=True, slots=True)
class CounterRecord:
    """The one record of a rateable visit at the counter: a level, or why there is none."""

    visit: int
    level: int | None
    reason: NotRated | None
    at_ms: int
    window: str
    clerk: str
    revision: int = 0  # of the command that recorded it
