"""The counter of a window: where a citizen and a clerk meet. What they tell each other is not the system's business."""

import queue
import threading
from dataclasses import dataclass, field
from enum import StrEnum


class Told(StrEnum):
    """What the clerk says to the citizen."""

    STARTED = "started"
    FINISHED = "finished"  # please rate
    PASSED_ON = "passed_on"
    HELD = "held"  # fetch the papers and come back here


@dataclass(eq=False, slots=True)
class Visitor:
    """A citizen at a counter. `starts_before`: how often the keypad had started when the clerk was about to finish."""

    number: str
    ticket: int
    needs_papers: bool
    needs_line: str | None
    told: "queue.Queue[tuple[Told, int]]" = field(default_factory=queue.Queue)
    starts_before: int = 0


class Counter:
    """One visitor stands there; others may come back from a hold and wait beside."""

    def __init__(self, window: str) -> None:
        self.window = window
        self._changed = threading.Condition()
        self._here: dict[str, Visitor] = {}
        self._back: dict[int, Visitor] = {}
        self._rating: set[str] = set()
        self._closed = False

    def close(self) -> None:
        """Whoever waits here is let go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def step_up(self, visitor: Visitor) -> None:
        """Stand there with one's number."""
        with self._changed:
            self._here[visitor.number] = visitor
            self._changed.notify_all()

    def leave(self, visitor: Visitor) -> None:
        """Walk away."""
        with self._changed:
            self._here.pop(visitor.number, None)
            self._back.pop(visitor.ticket, None)
            self._rating.discard(visitor.number)
            self._changed.notify_all()

    def come_back(self, visitor: Visitor) -> None:
        """Stand there again with the papers."""
        with self._changed:
            self._back[visitor.ticket] = visitor
            self._changed.notify_all()

    def wait_for(self, number: str, within_s: float) -> Visitor | None:
        """Who holds the number, if they come in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or number in self._here, within_s)
            return self._here.get(number)

    def who_came_back(self) -> list[int]:
        """Tickets of those who stand there again."""
        with self._changed:
            return list(self._back)

    def goes_on(self, ticket: int) -> None:
        """The clerk took them up again."""
        with self._changed:
            visitor = self._back.pop(ticket, None)
            if visitor is not None:
                self._here[visitor.number] = visitor

    def begins_rating(self, visitor: Visitor) -> None:
        """The next citizen has to wait a moment."""
        with self._changed:
            self._rating.add(visitor.number)

    def stays(self, visitor: Visitor) -> None:
        """The clerk did not finish after all."""
        with self._changed:
            self._rating.discard(visitor.number)
            self._changed.notify_all()

    def wait_clear(self, within_s: float) -> bool:
        """Until nobody stands at the keypad."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or not self._rating, within_s)
