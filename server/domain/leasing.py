"""Numbers leased to a kiosk in advance, to give while the server is away: its series, its blocks, their use."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from server.domain.hall import Hall
from server.domain.hours import to_ms
from server.domain.numbering import label

BLOCK = 50
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers `first` to `last` of the kiosk's own series, for one business day (ISO date)."""

    day: str
    series: str
    first: int
    last: int
    kiosk: str
    leased_ms: int
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """A number that a kiosk gave by itself: its ticket, and the take time that the kiosk told (epoch ms)."""

    ticket: int
    told_ms: int


class LeasedNumbers:
    """The blocks of the present day, and the numbers given from blocks of any day."""

    def __init__(self) -> None:
        self.blocks: dict[tuple[str, int], Block] = {}  # by series and first number
        self.given: dict[tuple[str, str, int], Given] = {}  # by day, series and number

    def last(self, series: str) -> int:
        """The highest number of the series that is leased today."""
        return max((block.last for (own, _), block in self.blocks.items() if own == series), default=0)

    def know(self, block: Block) -> None:
        """A block of the present day, new or loaded."""
        self.blocks[block.series, block.first] = block

    def unused(self, day: str) -> list[str]:
        """The present day's leased numbers that nobody got, as runs."""
        found = []
        for series in sorted({series for series, _ in self.blocks}):
            own = [block for (its, _), block in self.blocks.items() if its == series]
            given = [number for (that, its, number) in self.given if (that, its) == (day, series)]
            found += [run_text(series, run) for run in unused(own, given)]
        return found


def kiosk_series(kiosk: str) -> str:
    """`K3` numbers its tickets `K3-001`, `kiosk-12` as `K12-001`: what the name begins with, and its figures.

    It ends with a dash, so that it is never the prefix of a service.
    """
    signs = "".join(re.findall(r"[0-9A-Z]", kiosk.upper()))
    if len(signs) <= _SHORT:
        return f"{signs or 'K'}-"
    figures = "".join(re.findall(r"[0-9]", signs))[1 - _SHORT :]
    return f"{signs[0]}{figures}-" if figures else f"{signs[:_SHORT]}-"


def until_ms(hall: Hall, day: date) -> int:
    """When a business day ends, and every lease of it."""
    return to_ms(hall, day + timedelta(days=1), hall.rules.day_turns_at)


def day_begins_ms(hall: Hall, day: date) -> int:
    """When a business day begins."""
    return to_ms(hall, day, hall.rules.day_turns_at)


def unused(blocks: Iterable[Block], given: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of numbers of the blocks (of one series and day) that nobody got."""
    left = sorted({number for block in blocks for number in range(block.first, block.last + 1)} - set(given))
    runs: list[tuple[int, int]] = []
    for number in left:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def run_text(series: str, run: tuple[int, int]) -> str:
    """`K3-008–K3-050`, `K3-050`."""
    first, last = run
    return label(series, first) if first == last else f"{label(series, first)}–{label(series, last)}"
