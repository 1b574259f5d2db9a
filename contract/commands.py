"""Every command a terminal, a page or the command line can send, one model each.

A command is POSTed as JSON with a header `Idempotency-Key` (32 hex digits, 128 bit). Who sends it is never in the
body: the server knows it from the device token and the session. Where two people could act on one thing, the body
names the visit the sender was looking at (`visit`, null for "nothing in hand").
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contract.words import (
    DeviceKind,
    HoldKind,
    Level,
    NotRated,
    Outcome,
    PassOnRank,
    Priority,
    Role,
    SlipAfter,
    SlipOutcome,
)

MAX_ID = 2**53 - 1
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
WindowNo = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,8}$")]
LineId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]
# Text a person types: no control characters (NUL breaks databases and printers), at least one visible sign.
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Login = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.\-]{1,32}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Command(BaseModel):
    """What all commands share. `deed` is the file in `server/actions` and the last part of the path."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    deed: ClassVar[str]


# --- a ticket's life -------------------------------------------------------------------------------------------


class TakeNumber(Command):
    """Take a number in a line. Priority and its reason are for the desk only; `print_at` names a kiosk (desk only).
    `person`: the day's keyed hash of the number on the ID card that was laid on the kiosk's reader."""

    deed = "take_number"
    line: LineId
    priority: Priority | None = None
    reason: Text | None = None
    language: Annotated[str, StringConstraints(pattern="^(zh|en)$")] = "zh"
    print_at: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")] | None = None
    person: Digest | None = None


Instance = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[int, Field(ge=1, le=999_999)]


class LeaseNumbers(Command):
    """A kiosk leases a block of numbers, to give them while the server is away. `instance`: this installation of the
    agent; `after`: the highest number of `day` that it holds, 0 for none."""

    deed = "lease_numbers"
    day: date
    instance: Instance
    after: Annotated[int, Field(ge=0, le=999_999)]


class RecordLeased(Command):
    """A number was given from a leased block while the server was away. Sent again with what is known meanwhile.

    `first`, `last`: the block. `taken_at`: the server's time as the kiosk knew it; `offset_ms`: that clock minus the
    machine's own. `instead_of`: the ticket that the server gave for the same press, of which nobody was told.
    """

    deed = "record_leased"
    day: date
    number: Number
    first: Number
    last: Number
    line: LineId
    language: Annotated[str, StringConstraints(pattern="^(zh|en)$")] = "zh"
    taken_at: AwareDatetime
    offset_ms: int = 0
    outcome: SlipOutcome | None = None
    after: SlipAfter | None = None
    reason: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    substituted: Annotated[int, Field(ge=0, le=999)] = 0
    instead_of: Id | None = None

    @model_validator(mode="after")
    def _of_its_block(self) -> Self:
        if not self.first <= self.number <= self.last:
            raise ValueError("number outside its block")
        if self.after is not None and self.outcome in (None, SlipOutcome.PRINTED):
            raise ValueError("after without an outcome that needs it")
        return self


class AtWindow(Command):
    """A clerk's deed: the window, and the visit in hand that the clerk was looking at."""

    window: WindowNo
    visit: Id | None = None


class CallNext(AtWindow):
    """Call the next ticket. While serving it finishes the visit in hand first where the hall says so."""

    deed = "call_next"


class Recall(AtWindow):
    """Call the same ticket again."""

    deed = "recall"


class StartService(AtWindow):
    """The citizen has arrived."""

    deed = "start_service"


class Finish(AtWindow):
    """End the visit with its outcome and the number of items (件) done."""

    deed = "finish"
    outcome: Outcome = Outcome.FINISHED
    items: Annotated[int, Field(ge=1, le=99)] = 1


class RecordFinish(Command):
    """The visit in hand was finished while the server was away. `finished_at`: the server's time as the agent knew
    it."""

    deed = "record_finish"
    window: WindowNo
    visit: Id
    staff_no: Login | None = None
    outcome: Outcome = Outcome.FINISHED
    items: Annotated[int, Field(ge=1, le=99)] = 1
    finished_at: AwareDatetime
    offset_ms: int = 0


class PassOn(AtWindow):
    """Transfer the ticket in hand to another line, or to one window for it; it keeps its number."""

    deed = "pass_on"
    line: LineId
    to_window: WindowNo | None = None  # only that window may call it then
    rank: PassOnRank | None = None
    reason: Text | None = None


class Hold(AtWindow):
    """Park the visit in hand (挂起)."""

    deed = "hold"
    kind: HoldKind
    reason: Text | None = None


class Resume(AtWindow):
    """Go on with a held ticket whose citizen stands there; `visit` is the visit in hand, i.e. null."""

    deed = "resume"
    ticket: Id


class Miss(AtWindow):
    """Nobody came (过号)."""

    deed = "miss"


class BringBack(AtWindow):
    """Call a held or missed ticket again at this window."""

    deed = "bring_back"
    ticket: Id
    reason: Text | None = None


class UndoCall(AtWindow):
    """Take back a call within ten seconds; the ticket keeps its place."""

    deed = "undo_call"


class ReturnMissed(Command):
    """A missed ticket's citizen came back: it stands in its line again (rule C5)."""

    deed = "return_missed"
    ticket: Id


class Release(Command):
    """The floor manager frees a ticket from a dead window; it keeps its place."""

    deed = "release"
    ticket: Id
    visit: Id
    reason: Text


class Reroute(Command):
    """A guide corrects the service of a waiting ticket."""

    deed = "reroute"
    ticket: Id
    line: LineId
    reason: Text | None = None


class Abandon(Command):
    """The floor manager gives a ticket up (弃号)."""

    deed = "abandon"
    ticket: Id
    reason: Text


class Cancel(Command):
    """The citizen no longer wants to be served."""

    deed = "cancel"
    ticket: Id
    reason: Text | None = None


class CloseDay(Command):
    """End the day by hand; refused while a ticket is called, serving or held."""

    deed = "close_day"


class StopLine(Command):
    """Stop or resume taking numbers for a line."""

    deed = "stop_line"
    line: LineId
    stopped: bool
    reason: Text | None = None


# --- help at a kiosk ------------------------------------------------------------------------------------------------


class CallGuide(Command):
    """A citizen at this kiosk asks for a guide. A kiosk has one open request: pressing again changes nothing."""

    deed = "call_guide"


class AttendKiosk(Command):
    """Somebody of the staff sees to the citizen who asked at a kiosk; `request` is the one they were looking at."""

    deed = "attend_kiosk"
    request: Id


# --- a window ----------------------------------------------------------------------------------------------------


class SignIn(Command):
    """A clerk sits down at a window. The password is checked before this command is made."""

    deed = "sign_in"
    window: WindowNo
    staff_no: Login


class SignOut(Command):
    """The clerk leaves the window; refused while a ticket is called or serving there."""

    deed = "sign_out"
    window: WindowNo


class PauseWindow(Command):
    """暂停服务, with its reason."""

    deed = "pause_window"
    window: WindowNo
    reason: Text | None = None


class ReopenWindow(Command):
    """Go on after a pause."""

    deed = "reopen_window"
    window: WindowNo


# --- ratings and slips --------------------------------------------------------------------------------------------


class Rate(Command):
    """A key was pressed on the keypad. `pressed_at`: server time as the agent knows it, UTC."""

    deed = "rate"
    visit: Id
    level: Level
    pressed_at: AwareDatetime


class NotRatedAtCounter(Command):
    """The invitation ended without a press, and why."""

    deed = "not_rated"
    visit: Id
    reason: NotRated


class RateLater(Command):
    """A visit that was not rated at the counter is rated from the phone (补充评价), once and within some days."""

    deed = "rate_later"
    ticket: Id
    visit: Id
    level: Level


class AddReasons(Command):
    """Why the visit was rated so: options of the national list for its level, own words, or both; once."""

    deed = "add_reasons"
    ticket: Id
    visit: Id
    codes: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]], Field(max_length=8)
    ] = []
    text: (
        Annotated[
            str,
            StringConstraints(min_length=1, max_length=150, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$"),
        ]
        | None
    ) = None


class RecordSlip(Command):
    """What became of the paper. `outcome` once; `after` (shown, withdrawn) may follow a slip that was not printed."""

    deed = "record_slip"
    slip: Id
    outcome: SlipOutcome | None = None
    after: SlipAfter | None = None
    reason: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    substituted: Annotated[int, Field(ge=0, le=999)] = 0

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.outcome is None and self.after is None:
            raise ValueError("outcome or after")
        return self


class ReprintSlip(Command):
    """Print a ticket's slip again (补打) at the named kiosk; same number."""

    deed = "reprint_slip"
    ticket: Id
    print_at: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]
    reason: Text | None = None


class ReportDevice(Command):
    """How an agent's devices are, sent when it changed: e.g. {"printer": "paper_out"} or {"keypad/101": "silent"}."""

    deed = "report_device"
    health: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z]{1,16}(/[0-9A-Za-z\-]{1,8})?$")],
        Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    ] = Field(max_length=400)


# --- given by the server itself, under natural keys ----------------------------------------------------------------


class SessionTurn(Command):
    """Something that changes by the clock alone: a session opens, stops taking, closes."""

    deed = "session_turn"
    day: date
    session: str
    what: str


class TurnOfDay(Command):
    """The day ends for one open ticket (`ticket`), or, with null, the new day begins."""

    deed = "turn_of_day"
    day: date
    ticket: Id | None = None


class TerminalLost(Command):
    """72 h without a word from the agent that owes a counter record."""

    deed = "terminal_lost"
    visit: Id


class AnnounceCall(Command):
    """The page that speaks in the call's voice zone said that people heard the call. Given by the server for it."""

    deed = "announce_call"
    call: Id


class ClockSet(Command):
    """Somebody set the clock of the server's machine, by so many seconds (negative: back).

    `ahead_s`: how far the hall's time, which never runs back, is ahead of that clock now.
    """

    deed = "clock_set"
    by_s: int
    ahead_s: Annotated[int, Field(ge=0)]


# --- administration ------------------------------------------------------------------------------------------------


class LoadHall(Command):
    """Put a checked hall definition (the document of `server/halls`) in force."""

    deed = "load_hall"
    document: dict[str, Any]


class AddUser(Command):
    """Add a person; the first password comes by invitation."""

    deed = "add_user"
    login: Login
    name: Text
    roles: Annotated[list[Role], Field(min_length=1, max_length=8)]


class InviteUser(Command):
    """Give a one-time code for the first password; `reset` forgets the old one and ends all sessions."""

    deed = "invite_user"
    login: Login
    code_hash: Digest
    reset: bool = False


class SetPassword(Command):
    """Choose the first password with a one-time code. Only hashes arrive here."""

    deed = "set_password"
    login: Login
    code_hash: Digest
    password_hash: Annotated[str, StringConstraints(max_length=300)]


class DisableUser(Command):
    """Shut a person out; sessions end at once."""

    deed = "disable_user"
    login: Login
    disabled: bool = True


class SetRoles(Command):
    """Replace a person's roles."""

    deed = "set_roles"
    login: Login
    roles: Annotated[list[Role], Field(min_length=1, max_length=8)]


class DeskSignIn(Command):
    """Guide, floor manager or manager signs in on a server page (password checked before)."""

    deed = "desk_sign_in"
    login: Login


class DeskSignOut(Command):
    """End the session it is sent with."""

    deed = "desk_sign_out"


class EnrolDevice(Command):
    """Make a six-character code (10 min, once) for an agent. `windows` or `zone` scope it."""

    deed = "enrol_device"
    kind: DeviceKind
    name: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]
    windows: Annotated[list[WindowNo], Field(max_length=200)] = []
    zone: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,8}$")] | None = None
    code_hash: Digest


class RedeemCode(Command):
    """An agent trades its enrolment code for its token. Only hashes arrive here."""

    deed = "redeem_code"
    code_hash: Digest
    token_hash: Digest


class PairDisplay(Command):
    """A manager lets in a display that showed its code. Without a zone it sees what managers see."""

    deed = "pair_display"
    name: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]
    zone: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,8}$")] | None = None
    code_hash: Digest


class RevokeDevice(Command):
    """The device's token is worth nothing from now on."""

    deed = "revoke_device"
    name: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]


COMMANDS: dict[str, type[Command]] = {
    c.deed: c
    for c in (
        TakeNumber, CallNext, Recall, StartService, Finish, PassOn, Hold, Resume, Miss, BringBack, UndoCall,
        ReturnMissed, Release, Reroute, Abandon, Cancel, CloseDay, StopLine, CallGuide, AttendKiosk,
        SignIn, SignOut, PauseWindow, ReopenWindow,
        Rate, NotRatedAtCounter, RecordSlip, ReprintSlip, ReportDevice, SessionTurn, TurnOfDay,
        TerminalLost, AnnounceCall, ClockSet,
        LoadHall, AddUser, InviteUser, SetPassword, DisableUser, SetRoles, DeskSignIn,
        DeskSignOut, EnrolDevice, PairDisplay, RedeemCode, RevokeDevice, RateLater, AddReasons,
        LeaseNumbers, RecordLeased, RecordFinish,
    )
}  # fmt: skip
