"""A hall's definition: what the hall files say, as objects. It changes only by loading a new definition.

Texts stand in both languages as `(zh, en)`. Times of day are `datetime.time` in the hall's zone; minutes are minutes.
"""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.derived import derived


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str


class DayKind(StrEnum):
    """Which sessions a calendar day has; a 调休 Saturday is a workday."""

    WORKDAY = "workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    OFF = "off"


class ReturnRule(StrEnum):
    """Where a returning missed ticket stands (feature C5)."""

    PLACES = "places"
    TAIL = "tail"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Rules:
    """The hall's settings, with the defaults of domain.md 7."""

    day_turns_at: time = time(4, 0)
    numbers_from_minutes: int = 30  # minutes before a session opens from which numbers are given
    always_open: bool = False  # a demonstration hall: every window and service at any time
    return_rule: ReturnRule = ReturnRule.PLACES
    return_places: int = 3
    return_limit: int = 2
    return_same_half_day: bool = True
    recall_limit: int = 3
    recall_interval_s: int = 10
    undo_s: int = 10
    rate_within_s: int = 60
    supplement_days: int = 7  # within which a visit not rated at the counter may be rated by phone (补充评价)
    voice_languages: tuple[str, ...] = ("zh",)  # of the announcements, one after another
    voice_one: str = "yi"  # the digit 1 in Chinese: "yi" or "yao"
    voice_window: str = "cardinal"  # a window's number as a whole, or its "digits"
    voice_sentence: str = "business"  # or "window", "number_first"
    voice_repeat: int = 2  # how often a call is said
    voice_silent: bool = False  # screens only, in every session
    finish_on_call: bool = False  # call_next while serving finishes first
    call_order: str = "time"  # "time" or "list"
    priority_every: int = 3  # ordinary calls between two priority calls
    priority_cap_minutes: int = 15
    pass_on_rank: str = "original"
    inquiries_rateable: bool = True
    take_interval_s: int = 5  # between two takes at one kiosk
    person_limit: int = 2  # numbers a day with one ID card, where one was laid on the reader; 0: as many as wished
    pick_needs_reason: bool = True
    long_wait_minutes: int = 60  # from this wait on a kiosk asks before it takes a number; 0: never
    show_party: bool = False  # party marks and honours are for all to see only when the hall has a rule of its own
    show_honours: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone: screens and one voice queue."""

    code: str
    floor: str
    name: Text
    voice_zone: str
    capacity: int
    languages: tuple[str, ...] = ()  # of its announcements, in this order; empty: the hall's


@dataclass(frozen=True, slots=True)
class Department:
    """A department with windows in the hall."""

    code: str
    name: Text
    zone: str
    chief_representative: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its number prefix. `department` is "ALL" where several answer it apart (inquiry)."""

    prefix: str
    name: Text
    department: str
    kind: str  # 即办 承诺 联办 特办 咨询 领件 收费
    report_class: str
    minutes: int
    overdue_wait_minutes: int
    real_name: str  # off | optional | required
    booking: str  # "" | first | required
    lunch: bool
    saturday: bool
    then: tuple[str, ...]
    order: int
    plain: Text = Text("", "")  # the plain word under which care mode finds it
    bring: tuple[Text, ...] = ()  # what to bring

    @property
    def asks_desk(self) -> bool:
        """Whether a kiosk may not give its number: it needs the ID or a booking, so the desk does."""
        return self.real_name == "required" or self.booking == "required"

    @property
    def inquiry(self) -> bool:
        """An inquiry line comes after all others (tier 3)."""
        return self.kind == "咨询"


@dataclass(frozen=True, slots=True)
class Window:
    """A window: where it is, which services it calls and in which order."""

    no: str
    zone: str
    department: str
    types: tuple[str, ...]
    services: tuple[str, ...]
    by_transfer: tuple[str, ...]  # prefixes, or ("ALL",)
    only_for: str  # priority class admitted, or ""
    a_clerk: str
    b_clerk: str
    honour: str
    sunday_booked: bool
    lunch_duty: bool
    saturday: bool

    def __hash__(self) -> int:
        return hash(self.no)

    @property
    def staffed(self) -> bool:
        """Somebody is meant to sit there."""
        return bool(self.a_clerk or self.b_clerk)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the window staff, as the identity panel shows them."""

    staff_no: str
    name: str
    department: str
    party: bool
    title: str
    roles: tuple[str, ...]
    honour: str
    promise: str
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A stretch of opening hours. Empty tuples mean all windows or all services."""

    code: str
    kind: DayKind
    opens: time
    closes: time
    windows: tuple[str, ...]
    services: tuple[str, ...]
    stop_taking: time | None
    stop_taking_for: tuple[str, ...]
    booked_only: bool
    staff_leave: time | None
    doors_close: time | None
    numbers_from: time  # the hour from which numbers are given
    silent: bool = False  # calls are shown, not spoken

    def has_window(self, no: str) -> bool:
        """Whether the window is on duty in this session."""
        return not self.windows or no in self.windows

    def has_service(self, prefix: str) -> bool:
        """Whether the service is given in this session."""
        return not self.services or prefix in self.services


@dataclass(frozen=True, slots=True)
class Device:
    """A device of the hall as devices.csv names it; port paths belong to the agent's own settings."""

    code: str
    kind: str  # kiosk | printer | keypad | pad | strip | board
    zone: str
    window: str
    profile: str  # printer kind or driver profile
    line: str  # name of the serial line; the agent's settings say which port that is
    address: int | None  # on that line
    agent: str  # the enrolled agent that looks after it


@dataclass(frozen=True, slots=True)
class Hall:
    """One hall's whole definition."""

    code: str
    name: Text
    timezone: ZoneInfo
    rules: Rules
    supervision_phone: str
    missed_rule: Text
    zones: dict[str, Zone]
    departments: dict[str, Department]
    services: dict[str, Service]
    windows: dict[str, Window]
    staff: dict[str, Person]
    sessions: tuple[Session, ...]
    calendar: dict[date, DayKind] = field(default_factory=dict)
    devices: tuple[Device, ...] = ()
    messages: tuple[Text, ...] = ()
    lines: dict[str, "Line"] = field(default_factory=dict)
    answers: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)  # see derived.py

    @derived
    def admits_everybody(self, line: str) -> bool:
        """Whether a staffed window of the line takes any citizen; else it only takes those of a priority class."""
        windows = (self.windows[no] for no in self.lines[line].windows)
        return any(window.staffed and not window.only_for for window in windows)

    @derived
    def has_keypad(self, window: str) -> bool:
        """Whether a rating keypad stands at the window; without one it is "QR only"."""
        return any(d.kind == "keypad" and d.window == window for d in self.devices)


@dataclass(frozen=True, slots=True)
class Line:
    """Where people wait: a service, or, where several departments answer it apart, a service and a department."""

    id: str
    service: Service
    department: str | None  # set only where the service is answered apart
    windows: tuple[str, ...]  # windows that call it, in the hall's order
    order: int

    def __hash__(self) -> int:
        return hash(self.id)


PRIORITY_WORDS = {
    "LN": Text("老年人", "Elderly"),
    "JR": Text("军人", "Soldier"),
    "CJ": Text("残疾人", "Disabled"),
    "YF": Text("孕妇、抱婴", "Pregnant or with infant"),
    "YX": Text("爱心", "Care"),
    "GC": Text("绿色通道", "Green channel"),
}


def lines_of(services: dict[str, Service], windows: dict[str, Window]) -> dict[str, Line]:
    """Derive the lines: `A`, or `Z-RS` where each department answers for itself. Order: services, then departments."""
    lines: dict[str, Line] = {}
    for service in sorted(services.values(), key=lambda s: s.order):
        serving = [w for w in windows.values() if service.prefix in w.services]
        if service.department != "ALL":
            lines[service.prefix] = Line(service.prefix, service, None, tuple(w.no for w in serving), len(lines))
            continue
        for department in dict.fromkeys(w.department for w in serving):
            own = tuple(w.no for w in serving if w.department == department)
            line = f"{service.prefix}-{department}"
            lines[line] = Line(line, service, department, own, len(lines))
    return lines
