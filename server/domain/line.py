"""Who is next and why: one pure function over the waiting tickets of a window's lines (feature C1).

A ticket's place in its line is `(tier, standing, id)`. Standing is on a nanosecond scale: the take time in
milliseconds times 10^6 plus a part that makes it unique, so that a returning ticket fits between two others.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from contract.words import Priority
from server.domain.derived import derived
from server.domain.hall import Hall, Line, Window
from server.domain.ticket import Ticket

# Why a ticket is next; calls for other reasons (picked, brought back) do not count for the balance of priority.
CHOSEN = frozenset({"green_channel", "inquiry", "priority_turn", "oldest", "returned", "transferred", "sent_here"})
_NS = 1_000_000
_STEP = 1_000
Place = tuple[int, int, int]


def standing_of(taken_ms: int, revision: int) -> int:
    """The standing of a ticket taken now: its time, made unique by the revision."""
    return taken_ms * _NS + revision % (_NS // _STEP) * _STEP


def tier_of(ticket: Ticket, line: Line) -> int:
    """0 green channel, 2 ordinary and priority, 3 inquiry (1 is for bookings)."""
    if ticket.priority is Priority.GREEN_CHANNEL:
        return 0
    return 3 if line.service.inquiry else 2


@dataclass(slots=True)
class Queue:
    """One line's waiting tickets in order, and the recent history that balances priority against ordinary waiting."""

    line: Line
    places: list[Place] = field(default_factory=list)
    with_priority: list[Place] = field(default_factory=list)  # those of them with a priority class
    transferred: list[Place] = field(default_factory=list)  # those of them that came from another line
    sent_to: Counter[str] = field(default_factory=Counter)  # how many only one window may take
    tickets: dict[int, Ticket] = field(default_factory=dict)
    ordinary_since_priority: int = 0
    priority_called: list[int] = field(default_factory=list)  # when the priority tickets called today were taken

    def add(self, ticket: Ticket) -> None:
        """A ticket stands in the line."""
        place = self._place(ticket)
        for places in self._lists(ticket):
            insort(places, place)
        if ticket.only_window:
            self.sent_to[ticket.only_window] += 1
        self.tickets[ticket.id] = ticket

    def remove(self, ticket: Ticket) -> None:
        """A ticket leaves the line. What its place depends on must be as it was when it was added."""
        place = self._place(ticket)
        for places in self._lists(ticket):
            index = bisect_left(places, place)
            if index == len(places) or places[index] != place:
                raise LookupError(f"{ticket.label} does not stand in line {self.line.id}")
            del places[index]
        if ticket.only_window:
            self.sent_to[ticket.only_window] -= 1
        del self.tickets[ticket.id]

    def _place(self, ticket: Ticket) -> Place:
        return tier_of(ticket, self.line), ticket.standing, ticket.id

    def _lists(self, ticket: Ticket) -> list[list[Place]]:
        """All lists the ticket stands in."""
        lists = [self.places]
        if ticket.priority is not None:
            lists.append(self.with_priority)
        if ticket.transferred:
            lists.append(self.transferred)
        return lists

    def for_window(self, window: Window) -> Iterator[Ticket]:
        """The tickets that the window may take, in order; looks only where there can be some."""
        if window.no not in self.line.windows:
            places: Iterable[Place] = self.transferred
        elif window.only_for:
            places = sorted({*self.with_priority, *self.transferred})
        else:
            places = self.places
        return (t for t in map(self.tickets.__getitem__, (p[2] for p in places)) if may_take(window, t, self.line))

    def count_for(self, window: Window) -> int:
        """How many the window may take."""
        if window.only_for or window.no not in self.line.windows:
            return sum(1 for _ in self.for_window(window))
        return len(self.places) - self.sent_to.total() + self.sent_to[window.no]

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Ticket]:
        return (self.tickets[place[2]] for place in self.places)

    def ahead_of(self, ticket: Ticket) -> int:
        """How many stand before a ticket of this line."""
        return bisect_left(self.places, self._place(ticket))

    def called(self, ticket: Ticket) -> None:
        """Remember a call for the balance of priority."""
        if tier_of(ticket, self.line) != 2:
            return
        if ticket.priority is None:
            self.ordinary_since_priority += 1
        else:
            self.ordinary_since_priority = 0
            self.priority_called.append(standing_of(ticket.taken_ms, 0))

    def forget_history(self) -> None:
        """Start counting calls anew."""
        self.ordinary_since_priority = 0
        self.priority_called = []

    def _tier(self, tier: int) -> tuple[int, int]:
        """Where the places of a tier begin and end."""
        return bisect_left(self.places, (tier, 0, 0)), bisect_left(self.places, (tier + 1, 0, 0))

    def standing_last(self, tier: int, at: int) -> int:
        """A standing behind everybody of the tier, `at` or later: the hall's time may stand still."""
        first, last = self._tier(tier)
        return max(at, self.places[last - 1][1] + _STEP) if last > first else at

    def standing_behind(self, kth: int, tier: int, otherwise: int) -> int:
        """A standing right behind the K-th waiting ticket, as near as the tier comes; `otherwise` if it is empty."""
        first, last = self._tier(tier)
        standings = [place[1] for place in self.places[first:last]]
        if not standings:
            return otherwise
        index = min(kth, last) - first - 1
        if index < 0:  # the K-th stands in an earlier tier
            return standings[0] - _STEP
        while index + 1 < len(standings) and standings[index + 1] - standings[index] < 2:
            index += 1  # no room between two that stand on one nanosecond: behind the next
        if index + 1 == len(standings):
            return standings[index] + _STEP
        return (standings[index] + standings[index + 1]) // 2

    def standing_front(self, otherwise: int) -> int:
        """A standing before everybody in the line, with room for others between; `otherwise` if it is empty."""
        return min((place[1] for place in self.places), default=otherwise + _STEP) - _STEP


@dataclass(frozen=True, slots=True)
class Next:
    """The next ticket for a window and why."""

    ticket: Ticket
    reason: str


@derived
def callable_lines(hall: Hall, window: Window) -> tuple[str, ...]:
    """The lines a window calls, in its own order; then those it receives by transfer."""
    own = [line.id for prefix in window.services for line in hall.lines.values() if _own(line, prefix, window)]
    if "ALL" in window.by_transfer:
        others = [line.id for line in hall.lines.values()]
    else:
        others = [line.id for line in hall.lines.values() if line.service.prefix in window.by_transfer]
    return (*own, *(line for line in others if line not in own))


def _own(line: Line, prefix: str, window: Window) -> bool:
    return line.service.prefix == prefix and window.no in line.windows


def may_take(window: Window, ticket: Ticket, line: Line) -> bool:
    """Whether the window admits this ticket: `only_for`, `by_transfer`, and tickets sent to one window."""
    if ticket.only_window:
        return ticket.only_window == window.no
    if window.only_for and (ticket.priority is None or ticket.priority.value != window.only_for):
        return False
    if window.no in line.windows:
        return True
    return ticket.transferred and line.service.prefix in window.by_transfer


def _turn_of_priority(queue: Queue, hall: Hall, front: Ticket | None, open_windows: int) -> bool:
    """Whether a priority ticket goes before the first ordinary one (`front`), within the cap of feature B8.

    Each priority ticket called before an ordinary one that stood earlier costs it one handling time, shared by the
    open windows; the sum may not exceed the cap.
    """
    if front is None:
        return True
    if queue.ordinary_since_priority < hall.rules.priority_every:
        return False
    overtakes = sum(1 for standing in queue.priority_called if standing > front.standing) + 1
    return overtakes * queue.line.service.minutes / max(1, open_windows) <= hall.rules.priority_cap_minutes


def _head(queue: Queue, window: Window, hall: Hall, open_windows: int) -> tuple[tuple[int, int, int], Next] | None:
    """The line's next ticket for the window with the key it is compared by, or None."""
    first = next(queue.for_window(window), None)
    if first is None:
        return None
    if tier_of(first, queue.line) == 0:
        return (0, first.standing, first.id), Next(first, "green_channel")
    if tier_of(first, queue.line) == 3:
        return (3, first.standing, first.id), Next(first, "inquiry")
    ordinary = next((t for t in queue.for_window(window) if t.priority is None), None)
    urgent = (queue.tickets[place[2]] for place in queue.with_priority)
    priority = next((t for t in urgent if may_take(window, t, queue.line)), None)
    if priority is not None and _turn_of_priority(queue, hall, ordinary, open_windows):
        standing = min(priority.standing, ordinary.standing if ordinary else priority.standing)
        return (2, standing, priority.id), Next(priority, "priority_turn")
    chosen = ordinary or first
    return (2, chosen.standing, chosen.id), Next(chosen, _ordinary_reason(chosen))


def _ordinary_reason(ticket: Ticket) -> str:
    if ticket.only_window:
        return "sent_here"
    if ticket.returns:
        return "returned"
    return "transferred" if ticket.transferred else "oldest"


def next_for(hall: Hall, window: Window, queues: Mapping[str, Queue], open_windows: Mapping[str, int]) -> Next | None:
    """The next ticket for a window: least (tier, standing, place of the line in its list, ticket id).

    `open_windows`: how many windows serve each line now. With `call_order = "list"` the place goes before standing.
    """
    best: tuple[tuple[int, ...], Next] | None = None
    for place, line in enumerate(callable_lines(hall, window)):
        queue = queues.get(line)
        if queue is None or not queue.places:
            continue
        found = _head(queue, window, hall, open_windows.get(line, 1))
        if found is None:
            continue
        (tier, standing, ticket_id), chosen = found
        by_list = hall.rules.call_order == "list"
        key = (tier, place, standing, ticket_id) if by_list else (tier, standing, place, ticket_id)
        if best is None or key < best[0]:
            best = (key, chosen)
    return best[1] if best else None
