"""A ticket, its visits and its slip: the life of a ticket in one table.

All times are epoch milliseconds (UTC). `python -m server.domain.ticket` prints the life as a diagram.
"""

from dataclasses import dataclass

from contract.words import (
    FINAL_STATES,
    Code,
    Doubt,
    HoldKind,
    Outcome,
    Priority,
    SlipAfter,
    SlipOutcome,
    State,
    Step,
    Via,
    VisitEnd,
)
from server.domain.errors import Refusal

LIFE: dict[State, dict[Step, State]] = {
    State.WAITING: {
        Step.CALL: State.CALLED,
        Step.CANCEL: State.CANCELLED,
        Step.ABANDON: State.ABANDONED,
        Step.REROUTE: State.WAITING,
        Step.CLOSE_DAY: State.ABANDONED,
        Step.TURN_OF_DAY: State.ABANDONED,
        Step.LATE_FINISH: State.DONE,
    },
    State.CALLED: {
        Step.RECALL: State.CALLED,
        Step.START: State.SERVING,
        Step.MISS: State.MISSED,
        Step.UNDO_CALL: State.WAITING,
        Step.RELEASE: State.WAITING,
        Step.CANCEL: State.CANCELLED,
        Step.TURN_OF_DAY: State.ABANDONED,
        Step.LATE_FINISH: State.DONE,
    },
    State.SERVING: {
        Step.FINISH: State.DONE,
        Step.PASS_ON: State.WAITING,
        Step.HOLD: State.HELD,
        Step.RELEASE: State.WAITING,
        Step.TURN_OF_DAY: State.ABANDONED,
    },
    State.HELD: {
        Step.RESUME: State.SERVING,
        Step.BRING_BACK: State.CALLED,
        Step.ABANDON: State.ABANDONED,
        Step.TURN_OF_DAY: State.ABANDONED,
        Step.LATE_FINISH: State.DONE,
    },
    State.MISSED: {
        Step.RETURN: State.WAITING,
        Step.BRING_BACK: State.CALLED,
        Step.ABANDON: State.ABANDONED,
        Step.CANCEL: State.CANCELLED,
        Step.CLOSE_DAY: State.ABANDONED,
        Step.TURN_OF_DAY: State.ABANDONED,
        Step.LATE_FINISH: State.DONE,
    },
    State.DONE: {},
    State.ABANDONED: {},
    State.CANCELLED: {},
}

STATE_WORDS = {
    State.WAITING: ("等候", "waiting"),
    State.CALLED: ("已呼叫", "called"),
    State.SERVING: ("办理中", "being served"),
    State.HELD: ("挂起", "on hold"),
    State.MISSED: ("过号", "missed"),
    State.DONE: ("已办结", "done"),
    State.ABANDONED: ("已弃号", "abandoned"),
    State.CANCELLED: ("已取消", "cancelled"),
}


@dataclass(slots=True)
class Ticket:
    """A citizen's number for one day. `standing` orders it in its line (nanosecond scale, see `line.py`)."""

    id: int
    day: str  # ISO date; decided once
    series: str
    number: int
    label: str
    line: str
    taken_ms: int
    standing: int
    via: Via
    state: State = State.WAITING
    priority: Priority | None = None
    priority_reason: str = ""
    language: str = "zh"
    kiosk: str = ""
    returns: int = 0
    transferred: bool = False
    only_window: str = ""
    missed_ms: int | None = None
    visit: int | None = None  # the open visit: called, serving or parked; after a miss the last one is closed
    received_ms: int | None = None  # a kiosk gave it while the server was away, which heard of it then
    told_ms: int | None = None  # the take time which that kiosk told
    doubts: tuple[Doubt, ...] = ()
    person: str = ""  # the day's keyed hash of an ID card's number, where one was laid on the reader
    revision: int = 0

    def take(self, step: Step) -> None:
        """Move along LIFE, or refuse. The only line that changes a state."""
        to = LIFE[self.state].get(step)
        if to is None:
            zh, en = STATE_WORDS[self.state]
            raise Refusal(Code.STEP_NOT_ALLOWED, number=self.label, state=zh, state_en=en)
        self.state = to

    def may(self, step: Step) -> bool:
        """Whether LIFE has this step from the present state."""
        return step in LIFE[self.state]

    @property
    def final(self) -> bool:
        """Nothing more can happen to it."""
        return self.state in FINAL_STATES


@dataclass(slots=True)
class Visit:
    """One leg of a ticket at one window. Parked while its ticket is held."""

    id: int
    ticket: int
    label: str
    line: str
    window: str
    clerk: str
    called_ms: int
    reason: str  # why this ticket was next
    call: int  # id of its last call, for the boards
    last_call_ms: int
    recalls: int = 0
    started_ms: int | None = None
    ended_ms: int | None = None
    end: VisitEnd | None = None
    outcome: Outcome | None = None
    items: int = 0
    hold_kind: HoldKind | None = None
    hold_reason: str = ""
    held_ms: int | None = None  # parked since
    held_total_ms: int = 0
    rateable: bool = False
    invited_ms: int | None = None
    deadline_ms: int | None = None
    invitation_ended_ms: int | None = None
    invitation_ended_by: str = ""
    announced: int | None = None  # the newest of its calls that was spoken
    received_ms: int | None = None  # it was finished while the line was cut; the server heard of it then
    revision: int = 0

    def close(self, end: VisitEnd, now_ms: int) -> None:
        """End the leg."""
        if self.held_ms is not None:
            self.unpark(now_ms)
        self.end, self.ended_ms = end, now_ms

    def park(self, kind: HoldKind, reason: str, now_ms: int) -> None:
        """The citizen steps aside; the visit waits for them."""
        self.hold_kind, self.hold_reason, self.held_ms = kind, reason, now_ms

    def unpark(self, now_ms: int) -> None:
        """The hold is over; its time is left out of the handling time."""
        self.held_total_ms += max(0, now_ms - (self.held_ms or now_ms))
        self.held_ms = None

    def end_invitation(self, by: str, now_ms: int) -> None:
        """Nobody is asked any more; the first reason stands."""
        if self.invited_ms is not None and self.invitation_ended_ms is None:
            self.invitation_ended_ms, self.invitation_ended_by = now_ms, by

    @property
    def handling_ms(self) -> int | None:
        """Time at the window, without holds; None while it lasts or if it never started."""
        if self.started_ms is None or self.ended_ms is None:
            return None
        return max(0, self.ended_ms - self.started_ms - self.held_total_ms)


@dataclass(slots=True)
class Slip:
    """A ticket's paper: reserved with the number, then one outcome, then perhaps what was done about it."""

    id: int
    ticket: int
    label: str
    kiosk: str
    reprint: bool
    outcome: SlipOutcome | None = None
    after: SlipAfter | None = None
    reason: str = ""
    substituted: int = 0
    revision: int = 0

    def record(self, outcome: SlipOutcome | None, after: SlipAfter | None, reason: str, substituted: int) -> None:
        """Note the outcome once, and once what came after anything but `printed`."""
        if outcome is not None and self.outcome is not None:
            raise Refusal(Code.SLIP_SETTLED)
        came = outcome or self.outcome
        if after is not None and (came in (None, SlipOutcome.PRINTED) or self.after is not None):
            raise Refusal(Code.SLIP_SETTLED)
        if outcome is not None:
            self.outcome, self.reason, self.substituted = outcome, reason, substituted
        self.after = after or self.after

    @property
    def trouble(self) -> bool:
        """Whether staff should look: not sure to be paper in a hand, and nothing done about it yet."""
        return self.outcome in (SlipOutcome.UNKNOWN, SlipOutcome.FAILED) and self.after is not SlipAfter.REPRINTED


def life_diagram() -> str:
    """LIFE as the text that stands in ARCHITECTURE.md."""
    lines = []
    for state, steps in LIFE.items():
        lines.append(f"{state.value}" if steps else f"{state.value}  (final)")
        lines.extend(f"  {step.value:<12} -> {to.value}" for step, to in steps.items())
    return "\n".join(lines)


if __name__ == "__main__":
    print(life_diagram())
