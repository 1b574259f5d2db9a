"""The working day of a hall in memory: tickets, visits, windows, lines. Only the writer holds one.

Every change goes through a method here, so that what must be written and which cards must be made anew is known.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import date

from contract.words import NotRated, State, Step, VisitEnd, WindowState
from server.domain.hall import Hall
from server.domain.hours import scheduled
from server.domain.indicators import RECENT_MS
from server.domain.line import Next, Queue, callable_lines, next_for
from server.domain.numbering import Series
from server.domain.ticket import Slip, Ticket, Visit


@dataclass(slots=True)
class WindowNow:
    """A window at this moment. `visit` is the visit in hand (called or serving), never a parked one."""

    no: str
    clerk: str = ""
    session: int | None = None
    paused_ms: int | None = None
    paused_reason: str = ""
    visit: int | None = None
    since_ms: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True)
class CounterRecord:
    """The one record of a rateable visit at the counter: a level, or why there is none."""

    visit: int
    level: int | None
    reason: NotRated | None
    at_ms: int
    window: str
    clerk: str


@dataclass(frozen=True, slots=True)
class BoardCall:
    """A call as boards show it; `id` is the revision that made it."""

    id: int
    number: str
    window: str
    zone: str
    at_ms: int
    recall: int


@dataclass(slots=True)
class Changed:
    """What a batch touched: rows to write, and cards to make anew."""

    tickets: dict[int, Ticket] = field(default_factory=dict)
    visits: dict[int, Visit] = field(default_factory=dict)
    slips: dict[int, Slip] = field(default_factory=dict)
    windows: dict[str, WindowNow] = field(default_factory=dict)
    records: list[CounterRecord] = field(default_factory=list)
    lines: set[str] = field(default_factory=set)
    stops: set[str] = field(default_factory=set)
    steps: list[tuple[int, Step | None, State]] = field(default_factory=list)
    calls: bool = False
    devices: bool = False
    prints: bool = False


@dataclass(slots=True)
class Touched:
    """Which cards must be made anew since the last time they were made."""

    lines: set[str] = field(default_factory=set)
    windows: set[str] = field(default_factory=set)
    calls: bool = False
    devices: bool = False
    prints: bool = False
    everything: bool = False

    def add(self, changed: Changed) -> None:
        """What a batch changed."""
        self.lines |= changed.lines
        self.windows |= changed.windows.keys()
        self.calls |= changed.calls
        self.devices |= changed.devices or bool(changed.visits)
        self.prints |= changed.prints


class Day:
    """One hall's day. `revision` is the one being made while an action runs."""

    def __init__(self, hall: Hall, day: date, hall_no: int, revision: int) -> None:
        self.hall = hall
        self.day = day
        self.hall_no = hall_no
        self.revision = revision
        self.closed_ms: int | None = None
        self.tickets: dict[int, Ticket] = {}
        self.visits: dict[int, Visit] = {}
        self.slips: dict[int, Slip] = {}
        self.pending: dict[int, Visit] = {}  # finished, rateable, no counter record yet (earlier days included)
        self.records: dict[int, CounterRecord] = {}
        self.windows: dict[str, WindowNow] = {no: WindowNow(no) for no in hall.windows}
        self.queues: dict[str, Queue] = {line.id: Queue(line) for line in hall.lines.values()}
        self.stopped: dict[str, bool] = {}
        self.series = Series()
        self.calls: deque[BoardCall] = deque(maxlen=400)
        self.recent: dict[str, deque[tuple[int, int]]] = {}  # line -> (ended, handling ms)
        self.counts: Counter[State] = Counter()
        self.called_today = 0
        self.last_take: dict[str, int] = {}
        self.changed = Changed()
        self.touched = Touched(everything=True)

    # --- finding -------------------------------------------------------------------------------------------------

    def in_hand(self, no: str) -> Visit | None:
        """The visit in hand at a window."""
        visit = self.windows[no].visit
        return self.visits[visit] if visit is not None else None

    def ticket_of(self, visit: Visit) -> Ticket:
        """The ticket of a visit of this day."""
        return self.tickets[visit.ticket]

    def state_of(self, no: str) -> WindowState:
        """What the window shows: derived, never stored."""
        window = self.windows[no]
        visit = self.in_hand(no)
        if visit is not None:
            called = self.ticket_of(visit).state is State.CALLED
            return WindowState.CALLED if called else WindowState.SERVING
        if not window.clerk:
            return WindowState.CLOSED
        return WindowState.PAUSED if window.paused_ms is not None else WindowState.FREE

    def open_windows(self, line: str) -> int:
        """How many windows serve the line now: signed in and not paused."""
        found = (self.windows[no] for no in self.hall.lines[line].windows)
        return sum(1 for window in found if window.clerk and window.paused_ms is None)

    def windows_for_wait(self, line: str) -> int:
        """Windows a wait is divided by: the open ones, or before anybody sat down those on duty today."""
        return self.open_windows(line) or len(scheduled(self.hall, self.hall.lines[line], self.day))

    def next_for(self, no: str) -> Next | None:
        """Who is next at a window and why."""
        window = self.hall.windows[no]
        waiting = [line for line in callable_lines(self.hall, window) if self.queues[line].places]
        return next_for(self.hall, window, self.queues, {line: self.open_windows(line) for line in waiting})

    def recent_handling(self, line: str, now_ms: int) -> list[int]:
        """Handling times (ms) of the line's visits that ended in the last 90 minutes."""
        return [took for ended, took in self.recent.get(line, ()) if ended >= now_ms - RECENT_MS]

    def parked_at(self, no: str) -> list[Visit]:
        """Visits parked at a window."""
        held = (t for t in self.tickets.values() if t.state is State.HELD and t.visit is not None)
        return [v for v in (self.visits[t.visit] for t in held if t.visit) if v.window == no]

    def of_state(self, state: State) -> list[Ticket]:
        """All tickets of a state, oldest first."""
        return [t for t in self.tickets.values() if t.state is state]

    # --- changing ------------------------------------------------------------------------------------------------

    def add_ticket(self, ticket: Ticket) -> None:
        """A number was given."""
        self.tickets[ticket.id] = ticket
        self.counts[ticket.state] += 1
        self.changed.steps.append((ticket.id, None, ticket.state))
        self.save(ticket)
        self.stand(ticket)

    def move(self, ticket: Ticket, step: Step) -> None:
        """Take a step of the life; the ticket leaves its line if it stood in one."""
        before, line = ticket.state, ticket.line
        ticket.take(step)
        if before is State.WAITING:
            self.queues[line].remove(ticket)
            self.changed.lines.add(line)
        self.counts[before] -= 1
        self.counts[ticket.state] += 1
        self.changed.steps.append((ticket.id, step, ticket.state))
        if State.HELD in (before, ticket.state) or State.MISSED in (before, ticket.state):
            self.changed.lines.add(line)
        self.save(ticket)

    def stand(self, ticket: Ticket) -> None:
        """A waiting ticket stands in its line, where its standing says."""
        self.queues[ticket.line].add(ticket)
        self.changed.lines.add(ticket.line)

    def begin_visit(self, visit: Visit) -> None:
        """A ticket was called to a window."""
        self.visits[visit.id] = visit
        self.tickets[visit.ticket].visit = visit.id
        self.put_in_hand(visit)

    def put_in_hand(self, visit: Visit) -> None:
        """The visit is what the window works on now."""
        window = self.windows[visit.window]
        window.visit, window.since_ms = visit.id, max(visit.last_call_ms, visit.started_ms or 0)
        self.save_visit(visit)
        self.save_window(window)

    def let_go(self, visit: Visit, now_ms: int) -> None:
        """The window has nothing in hand any more."""
        window = self.windows.get(visit.window)
        if window is not None and window.visit == visit.id:
            window.visit, window.since_ms = None, now_ms
            self.save_window(window)
        self.save_visit(visit)

    def end_visit(self, visit: Visit, end: VisitEnd, now_ms: int) -> None:
        """Close a leg and free its window and ticket."""
        visit.close(end, now_ms)
        self.tickets[visit.ticket].visit = None
        took = visit.handling_ms
        if end is VisitEnd.FINISHED and took is not None:
            self.remember_handling(visit.line, now_ms, took)
            self.changed.lines.add(visit.line)
        self.let_go(visit, now_ms)

    def remember_handling(self, line: str, ended_ms: int, took_ms: int) -> None:
        """A visit's handling time, for the wait estimate of its line."""
        self.recent.setdefault(line, deque(maxlen=200)).append((ended_ms, took_ms))

    def board_call(self, visit: Visit, now_ms: int) -> None:
        """Show a call (or recall) on the boards of the window's zone."""
        self.calls.appendleft(
            BoardCall(visit.call, visit.label, visit.window, self.hall.windows[visit.window].zone, now_ms, visit.recalls)
        )
        self.changed.calls = True

    def end_invitations(self, no: str, by: str, now_ms: int) -> None:
        """Nobody is asked to rate the person before any more."""
        for visit in self.pending.values():
            if visit.window == no and visit.invitation_ended_ms is None:
                visit.end_invitation(by, now_ms)
                self.save_visit(visit)

    def record(self, record: CounterRecord) -> None:
        """A visit got its counter record."""
        self.records[record.visit] = record
        visit = self.pending.pop(record.visit, None)
        if visit is not None:
            visit.end_invitation("press" if record.level else "deadline", record.at_ms)
            self.save_visit(visit)
        self.changed.records.append(record)

    def save(self, ticket: Ticket) -> None:
        """Mark a ticket to be written."""
        ticket.revision = self.revision
        self.changed.tickets[ticket.id] = ticket

    def save_visit(self, visit: Visit) -> None:
        """Mark a visit to be written; its window's cards change with it."""
        visit.revision = self.revision
        self.changed.visits[visit.id] = visit
        if visit.window in self.windows:
            self.save_window(self.windows[visit.window])

    def save_window(self, window: WindowNow) -> None:
        """Mark a window to be written."""
        window.revision = self.revision
        self.changed.windows[window.no] = window

    def save_slip(self, slip: Slip) -> None:
        """Mark a slip to be written."""
        slip.revision = self.revision
        self.slips[slip.id] = slip
        self.changed.slips[slip.id] = slip
        self.changed.devices = True
        self.changed.prints = True

    def written(self) -> None:
        """Everything changed stands on the disk's way; only the cards remain to be made."""
        self.touched.add(self.changed)
        self.changed = Changed()
