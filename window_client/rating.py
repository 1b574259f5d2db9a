"""The life of an invitation to rate at one window: pure, with every moment given in monotonic seconds.

The server's card says which visits owe a counter record and which citizen is asked now. The first press in time, the
deadline, or the next citizen ends an invitation; each visit gets exactly one record. What is recorded is decided here,
but it counts only once `kept` was called, that is, once it is on the disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Final, Literal

from contract.words import Level, NotRated

# A press made in the last moment may still be on its way over the line when the deadline passes.
GRACE_S: Final = 0.5
# After the answer to the call pad's key, until the card that invites.
CARD_FOLLOWS_S: Final = 2.0

WhyStray = Literal["no_invitation", "too_late", "twice"]


@dataclass(frozen=True, slots=True)
class Owed:
    """A visit of the card whose counter record is owed. `seconds_left` until its deadline, negative when it passed.
    `ended_by`: the card's word, None while it runs."""

    visit: int
    seconds_left: float
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Rated:
    """A press that counts, made at `at`."""

    visit: int
    level: Level
    at: float


@dataclass(frozen=True, slots=True)
class Silence:
    """A visit that ended without a press."""

    visit: int
    reason: NotRated


@dataclass(frozen=True, slots=True)
class Stray:
    """A press that counts for nobody."""

    why: WhyStray


@dataclass(frozen=True, slots=True)
class Early:
    """A press on a keypad that was woken and whose invitation may still follow: nobody can say yet whom it is for."""


@dataclass(slots=True)
class _Invitation:
    visit: int
    deadline: float
    ended_by: str | None
    began: float | None = None  # when the keypad was started for it
    keypad_was_there: bool = False  # at some time while it was asked
    kept: bool = False
    found_late: bool = False  # the server did not take the press


class Rating:
    """One window's invitations. `kept_already`: visits whose record was found on the disk at the start."""

    def __init__(self, kept_already: Iterable[int] = ()) -> None:
        self._kept_already = frozenset(kept_already)
        self._known: dict[int, _Invitation] = {}
        self._running: int | None = None
        self._last_kept: _Invitation | None = None
        self._keypad_is_there = False
        self._woken_until = -inf

    def card(self, current: int | None, owed: Iterable[Owed], now: float) -> None:
        """What the card says now; `current` is the visit whose citizen is asked."""
        listed = {one.visit: one for one in owed}
        self._known = {visit: one for visit, one in self._known.items() if visit in listed}
        for visit, one in listed.items():
            known = self._known.get(visit)
            if known is None:
                known = self._known[visit] = _Invitation(visit, now + one.seconds_left, one.ended_by)
                known.kept = visit in self._kept_already
            known.ended_by = one.ended_by
        found = None if current is None else self._known.get(current)
        runs = found is not None and not found.kept and not self._is_over(found, now) and now < found.deadline
        self._running = found.visit if found is not None and runs else None

    def to_ask(self, now: float) -> int | None:
        """The visit for which the keypad has to be awake now."""
        running = self._the_running()
        return None if running is None or now >= running.deadline else running.visit

    def began(self, visit: int, at: float) -> None:
        """The keypad was started for it."""
        self._woken_until = -inf
        known = self._known.get(visit)
        if known is not None and known.began is None:
            known.began = at
            known.keypad_was_there = self._keypad_is_there

    def woken(self, until: float) -> None:
        """The call pad's key has woken the keypad by itself, and its deed is being done, until then at most."""
        self._woken_until = until

    def woken_for(self, now: float, *, done: bool) -> None:
        """What came of the deed. The card that invites may be here already, or follows."""
        if now < self._woken_until:
            self._woken_until = now + CARD_FOLLOWS_S if done else -inf

    def keypad(self, *, there: bool) -> None:
        """Whether the keypad's line is there."""
        self._keypad_is_there = there
        running = self._the_running()
        if there and running is not None and running.began is not None:
            running.keypad_was_there = True

    def press(self, level: Level, at: float) -> Rated | Stray | Early:
        """What a press made at `at` is. It counts once `kept` was called."""
        found = self._rated(level, at)
        return Early() if isinstance(found, Stray) and at < self._woken_until else found

    def _rated(self, level: Level, at: float) -> Rated | Stray:
        running = self._the_running()
        if running is not None and running.began is not None and at >= running.began:
            return Rated(running.visit, level, at) if at <= running.deadline else Stray("too_late")
        last = self._last_kept
        if last is not None and last.began is not None and last.began <= at <= last.deadline:
            return Stray("twice")
        return Stray("no_invitation")

    def silences(self, now: float) -> list[Silence]:
        """The visits that have ended without a press, oldest first."""
        found = (one for one in self._known.values() if not one.kept and self._is_over(one, now))
        return [Silence(one.visit, _reason(one)) for one in sorted(found, key=lambda one: one.visit)]

    def kept(self, visit: int) -> None:
        """Its record is on the disk."""
        known = self._known.get(visit)
        if known is None:
            return
        known.kept = True
        if self._running == visit:
            self._running = None
            self._last_kept = known

    def refused_as_late(self, visit: int) -> None:
        """The server did not take the press: its clock was past the end. So nobody has rated."""
        known = self._known.get(visit)
        if known is not None and known.kept:
            known.kept = False
            known.found_late = True

    def next_look(self, now: float) -> float | None:
        """When time alone may change something, None if never."""
        ends = [one.deadline + GRACE_S for one in self._known.values() if not one.kept and not self._is_over(one, now)]
        return min(ends, default=None)

    def _the_running(self) -> _Invitation | None:
        return None if self._running is None else self._known.get(self._running)

    def _is_over(self, one: _Invitation, now: float) -> bool:
        return one.found_late or one.ended_by is not None or now >= one.deadline + GRACE_S


def _reason(one: _Invitation) -> NotRated:
    """Away: this agent did not run, or its line was down, for the whole invitation; nobody could have pressed."""
    if not one.found_late and (one.began is None or not one.keypad_was_there):
        return NotRated.KEYPAD_AWAY
    return NotRated.NEXT_CITIZEN if one.ended_by == "next_citizen" else NotRated.NO_PRESS
