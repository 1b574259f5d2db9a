"""What a batch of commands changed in a day: the rows to write, and the cards to make anew."""

from dataclasses import dataclass, field

from contract.words import State, Step
from server.domain.counter_record import CounterRecord
from server.domain.guide import GuideRequest
from server.domain.later_rating import LaterRating, Reasons
from server.domain.leasing import Block
from server.domain.ticket import Slip, Ticket, Visit
from server.domain.window_now import WindowNow


@dataclass(slots=True)
class Changed:
    """What a batch touched: rows to write, and cards to make anew."""

    tickets: dict[int, Ticket] = field(default_factory=dict)
    visits: dict[int, Visit] = field(default_factory=dict)
    slips: dict[int, Slip] = field(default_factory=dict)
    requests: dict[int, GuideRequest] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    windows: dict[str, WindowNow] = field(default_factory=dict)
    records: list[CounterRecord] = field(default_factory=list)
    later: list[LaterRating] = field(default_factory=list)
    reasons: list[Reasons] = field(default_factory=list)
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
