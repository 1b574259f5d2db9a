"""What each citizen means to do, drawn from a seed: the same seed gives the same crowd."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from contract.words import Priority
from demo.cast import Cast


class Fate(StrEnum):
    """How a ticket's way goes."""

    SERVED = "served"
    GONE = "gone"  # is missed and does not come back
    BACK = "back"  # is missed and comes back
    CANCELS = "cancels"
    HELD = "held"  # fetches papers in the middle
    PASSED_ON = "passed_on"  # needs another line


# Shares of all tickets; the rest is served straight on.
SHARES = {Fate.GONE: 0.03, Fate.BACK: 0.03, Fate.CANCELS: 0.035, Fate.HELD: 0.03, Fate.PASSED_ON: 0.04}
RATED = 0.65  # of those who are asked
LEVELS = {5: 0.50, 4: 0.25, 3: 0.12, 2: 0.08, 1: 0.05}
AT_DESK = 0.06
WITH_PRIORITY = 0.5  # of those at the desk
IN_ENGLISH = 0.1


@dataclass(frozen=True, slots=True)
class Intention:
    """`level` None: leaves without pressing a key. `place`: a kiosk, or "desk". `then`: the line after a transfer."""

    citizen: int
    fate: Fate
    level: int | None
    place: str
    line: str
    then: str
    language: str
    priority: Priority | None


def crowd(cast: Cast, count: int, seed: int) -> list[Intention]:
    """Exactly `count` citizens in whom every share is kept, even of a small crowd."""
    dice = random.Random(seed)
    fates = [fate for fate, share in SHARES.items() for _ in range(ceil(share * count))][:count]
    fates += [Fate.SERVED] * (count - len(fates))
    dice.shuffle(fates)
    levels = _levels(sum(fate not in (Fate.GONE, Fate.CANCELS) for fate in fates), dice)
    return [_intention(cast, at, fate, levels, dice) for at, fate in enumerate(fates, 1)]


def passers_by(cast: Cast, seed: int) -> Iterator[Intention]:
    """One crowd after another."""
    for round_ in range(1_000_000):
        yield from crowd(cast, 100, seed + round_)


def _levels(count: int, dice: random.Random) -> list[int | None]:
    """A level for each who presses, every level present as far as there are enough, and None for the silent."""
    rated = ceil(RATED * count)
    present = list(LEVELS)[:rated]
    drawn = dice.choices(list(LEVELS), list(LEVELS.values()), k=rated - len(present))
    levels: list[int | None] = [*present, *drawn, *[None] * (count - rated)]
    dice.shuffle(levels)
    return levels


def _intention(cast: Cast, citizen: int, fate: Fate, levels: list[int | None], dice: random.Random) -> Intention:
    at_desk = dice.random() < AT_DESK
    line = _line(cast, dice)
    others = [one for one in _lines(cast) if one != line]
    priority = dice.choice(list(Priority)) if at_desk and dice.random() < WITH_PRIORITY else None
    return Intention(
        citizen=citizen,
        fate=fate,
        level=None if fate in (Fate.GONE, Fate.CANCELS) else levels.pop(),
        place="desk" if at_desk else dice.choice(cast.kiosks).name,
        line=line,
        then=dice.choice(others or [line]),
        language="en" if dice.random() < IN_ENGLISH else "zh",
        priority=priority,
    )


def _lines(cast: Cast) -> Sequence[str]:
    """Lines for which a kiosk gives numbers and which a window of the hall calls."""
    hall = cast.hall
    return [
        line.id
        for line in hall.lines.values()
        if line.windows and not line.service.asks_desk and hall.admits_everybody(line.id)
    ]


def _line(cast: Cast, dice: random.Random) -> str:
    """Windows get about the same work: a line weighs its windows, each shared among the lines it serves."""
    lines = [cast.hall.lines[one] for one in _lines(cast)]
    served = {no: sum(no in line.windows for line in lines) for no in cast.hall.windows}
    weights = [sum(1 / served[no] for no in line.windows) for line in lines]
    return dice.choices(lines, weights)[0].id
