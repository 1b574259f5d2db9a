"""One model per kind of card: what screens see, replaced whole, never patched. Null in a change means gone.

Times are ISO 8601 UTC strings; numbers of people are counts; waits are minutes [low, high]. `AUDIENCE` says who sees
which kind; each audience sees all of the one before it.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from contract.replies import Words
from contract.words import Audience, Doubt, HoldKind, WhyClosed, WindowState


class Card(BaseModel):
    """What all cards share."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ZoneOnHallCard(Card):
    """A zone of the hall, in the hall's order."""

    zone: str
    floor: str
    name: Words
    voice_zone: str  # where its calls are spoken
    languages: list[str] = []  # of the announcements, in their order


class HallCard(Card):
    """`hall`: the hall itself."""

    name: Words
    day: str
    timezone: str
    open: bool
    open_until: str | None  # local HH:MM of the present session's close
    opens_next: str | None  # local HH:MM, or YYYY-MM-DD HH:MM on another day
    numbers_from: str | None  # local HH:MM from which numbers are given for the next session
    day_closed: bool
    zones: list[ZoneOnHallCard]
    missed_rule: Words
    supervision_phone: str
    messages: list[Words]
    long_wait_minutes: int = 60  # from this wait on a kiosk asks before it takes a number; 0: never


class ServiceCard(Card):
    """`service/<prefix>`: what the hall file tells citizens of a service, beside its name."""

    prefix: str
    plain: Words | None  # the plain word under which care mode finds it
    bring: list[Words]  # what to bring


class LineCard(Card):
    """`line/<id>`: one line of people."""

    line: str
    prefix: str
    name: Words
    department: Words | None  # only where several departments answer the same service apart
    zones: list[str]
    windows: list[str]  # windows scheduled today that serve it
    open_windows: int
    waiting: int
    wait: tuple[int, int] | None
    open: bool
    why: WhyClosed | None
    again: str | None  # local HH:MM when numbers are given again today
    order: int
    real_name: str = "off"  # off, optional, or required: then a kiosk gives a number only to somebody's ID card
    # for a kiosk that is cut off from the server
    place: Words | None = None  # as it stands on the slip
    taking: list[tuple[str, str]] = []  # the day's spans (UTC) in which numbers are given by the hours; [] at any time


class Panel(Card):
    """The identity panel (三亮) of a window; empty fields are null, and so is what the hall's rules do not show."""

    staff_no: str
    name: str
    title: str | None
    party: bool
    honour: str | None
    promise: str | None


class WindowCard(Card):
    """`window/<no>`: what a window shows to the hall."""

    window: str
    zone: str
    floor: str
    department: Words
    services: list[Words]
    state: WindowState
    number: str | None
    service: Words | None
    since: str
    panel: Panel | None
    honour: str | None = None  # the window's own


class Call(Card):
    """One call on a board. `recall` 0 is the first call; `call` is unique in the hall and grows."""

    call: int
    number: str
    window: str
    time: str
    recall: int


class CallsCard(Card):
    """`calls/<zone>`: the last 60 s of calls and at least 8, newest first."""

    zone: str
    calls: list[Call]


class PrintsCard(Card):
    """`prints/<kiosk>`: slips that this kiosk is asked to print (reprints, numbers taken at the desk)."""

    kiosk: str
    slips: list[int]


class TicketInHand(Card):
    """What the clerk's work needs of the citizen."""

    ticket: int
    number: str
    line: str
    service: Words
    priority: Words | None
    taken_at: str
    returns: int
    reason: str  # why this one
    late: bool = False  # a kiosk gave it while the server was away


class VisitInHand(Card):
    """The visit at the window."""

    visit: int
    state: Literal["called", "serving"]
    called_at: str
    started_at: str | None
    recalls: int
    last_called_at: str | None = None
    rate_within_s: int | None = None  # how long its citizen will be asked to rate at the keypad; None: not asked
    announced: bool | None = None  # whether its last call was spoken; null where no page has spoken in its zone today


class AllowedDeed(Card):
    """A deed of the clerk. It becomes allowed or ends with time (UTC); `why`: the refusal code if not allowed now."""

    deed: str
    allowed: bool
    allowed_from: str | None = None
    until: str | None = None
    why: str | None = None  # a refusal code


class InvitationOnCard(Card):
    """A citizen is asked to rate; ended_by is null while it runs."""

    visit: int
    number: str
    invited_at: str
    deadline: str
    ended_at: str | None = None
    ended_by: str | None = None  # "press" | "deadline" | "next_citizen"


class ParkedTicket(Card):
    """A held or missed ticket that this window may take back."""

    ticket: int
    visit: int | None
    number: str
    service: Words
    window: str | None
    kind: HoldKind | None
    reason: str | None
    since: str
    can_return: bool = True


class NoVoice(Card):
    """Nobody speaks in this voice zone, where somebody is meant to."""

    zone: str
    why: Literal["absent", "blocked"]  # no page that may speak is there, or its browser lets no sound out


class WorkCard(Card):
    """`work/<window>`: what a window's agent, page and devices need."""

    window: str
    clerk: Panel | None
    state: WindowState
    paused_reason: str | None
    paused_since: str | None
    ticket: TicketInHand | None
    visit: VisitInHand | None
    deeds: list[AllowedDeed]
    invitation: InvitationOnCard | None
    pending: list[InvitationOnCard]  # finished visits whose counter record the window's agent owes
    waiting: int  # people this window could call now
    next_numbers: list[str]
    held: list[ParkedTicket]
    missed: list[ParkedTicket]
    pass_on_to: list[str]  # lines
    keypad: bool
    no_voice: NoVoice | None = None
    # the clerk's own day; ratings are never among it
    finished_today: int
    items_today: int = 0
    mean_handling_s: int | None = None


class QueuedTicket(Card):
    """One place in a line."""

    ticket: int
    number: str
    priority: Words | None
    since: str
    returned: int
    transferred: bool
    late: bool = False  # a kiosk gave it while the server was away


class QueueCard(Card):
    """`queue/<line>`: the line as staff see it, in the order of calling as far as it does not depend on the window."""

    line: str
    numbers: list[QueuedTicket]
    held: list[ParkedTicket]
    missed: list[ParkedTicket]
    overdue_minutes: int  # from this wait on a ticket of the line has waited too long


class TicketAtWork(Card):
    """An open visit: what stops the closing of the day, and what a floor manager may release."""

    ticket: int
    visit: int
    number: str
    window: str
    state: str
    since: str


class DeviceOnCard(Card):
    """One enrolled device and what it last said of its parts."""

    device: str
    kind: str
    windows: list[str]
    zone: str | None
    health: dict[str, str]
    since: str | None


class SlipTrouble(Card):
    """A slip that is not sure to be paper in a hand."""

    slip: int
    ticket: int
    number: str
    kiosk: str | None
    outcome: str | None
    after: str | None
    reason: str | None


class GuideRequestOnCard(Card):
    """A citizen at a kiosk asked for a guide, and nobody has seen to it yet."""

    request: int
    kiosk: str
    zone: str | None
    since: str


class DoubtfulNumber(Card):
    """A number that a kiosk gave while the server was away, and what staff should know of it."""

    ticket: int
    number: str
    line: str
    kiosk: str
    doubts: list[Doubt]
    since: str


class DevicesCard(Card):
    """`devices`: device health, slips to look after, tickets at work, citizens who asked for a guide, doubtful
    numbers that wait."""

    devices: list[DeviceOnCard]
    slips: list[SlipTrouble]
    at_work: list[TicketAtWork]
    requests: list[GuideRequestOnCard] = []
    doubtful: list[DoubtfulNumber] = []


class TodayCard(Card):
    """`today`: the day's totals (manager)."""

    taken: int
    called: int
    serving: int
    waiting: int
    held: int
    done: int
    missed: int
    abandoned: int
    cancelled: int
    rateable: int
    rated: int
    not_rated: int
    pending: int
    levels: dict[str, int]
    people_called: int  # tickets called so far; the next two are about their waits, not about who waits now
    called_wait_average_s: int | None
    called_wait_p90_s: int | None  # nine of ten did not wait longer
    capacity: int  # of all zones; 0 where the hall does not say


class Hour(Card):
    """One hour of the day: numbers taken, and tickets called for the first time."""

    start: str
    taken: int
    called: int


class HoursCard(Card):
    """`hours` (manager): the day hour by hour, from the first with a number to the last."""

    hours: list[Hour]


class AlertsCard(Card):
    """`alerts` (manager)."""

    alerts: list[Words]


AUDIENCE: dict[str, Audience] = {
    "hall": Audience.PUBLIC,
    "line": Audience.PUBLIC,
    "service": Audience.PUBLIC,
    "window": Audience.PUBLIC,
    "calls": Audience.PUBLIC,
    "prints": Audience.PUBLIC,
    "work": Audience.STAFF,
    "queue": Audience.STAFF,
    "devices": Audience.STAFF,
    "today": Audience.MANAGER,
    "hours": Audience.MANAGER,
    "alerts": Audience.MANAGER,
}

CARDS: dict[str, type[Card]] = {
    "hall": HallCard,
    "line": LineCard,
    "service": ServiceCard,
    "window": WindowCard,
    "calls": CallsCard,
    "prints": PrintsCard,
    "work": WorkCard,
    "queue": QueueCard,
    "devices": DevicesCard,
    "today": TodayCard,
    "hours": HoursCard,
    "alerts": AlertsCard,
}


class Change(BaseModel):
    """A message `change`: cards by key, null = gone. `previous`: the last revision this audience was told of."""

    hall: str
    previous: int
    revision: int
    cards: dict[str, dict[str, object] | None]


class Beat(BaseModel):
    """A Socket.IO message `beat` every 2 s: the head this audience was told of, and the server's time (UTC, ISO)."""

    hall: str
    revision: int
    time: str


class Snapshot(BaseModel):
    """GET /<hall>/snapshot/<audience>: all cards of the audience at `revision`."""

    hall: str
    revision: int
    time: str
    cards: dict[str, dict[str, object]]
