"""Every deed of the table of rights in an order in which each can be done, and what its second press is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contract.words import Code as C
from server.domain.numbering import make_id
from server.identity.rights import By, Place
from tests.journeys.hall import PASSWORD

Body = Mapping[str, Any]
PATHS = {
    (Place.DESK, "desk_sign_in"): "desk/sign_in",
    (Place.DESK, "desk_sign_out"): "desk/sign_out",
    (Place.ACCOUNT, "set_password"): "account/first_password",
    (Place.DEVICE, "redeem_code"): "device/enrol",
}


@dataclass
class Known:
    """What the answers so far have named last."""

    codes: Mapping[str, str]  # one-time codes by whom they are for
    document: dict[str, Any]  # the hall's definition
    ticket: int = 0
    visit: int | None = None
    slip: int = 0
    revision: int = 0
    proofs: dict[int, str] = field(default_factory=dict)  # what stands in the links of the slips, by ticket

    def learn(self, reply: Mapping[str, Any]) -> None:
        self.ticket = reply.get("ticket") or self.ticket
        self.visit = reply.get("visit") or self.visit
        self.slip = reply.get("slip") or self.slip
        self.revision = reply.get("revision") or self.revision
        if reply.get("link"):
            self.proofs[self.ticket] = reply["link"].partition("#")[2]


@dataclass(frozen=True)
class Step:
    """`again`: the code that a second press under a new key gets; None where doing it again is as good as once.
    `when`: the refusal that ends by itself in a moment."""

    place: Place
    deed: str
    body: Callable[[Known], Body] = field(default=lambda known: {})
    again: C | None = None
    when: C | None = None

    @property
    def path(self) -> str:
        return PATHS.get((self.place, self.deed), f"{self.place}/{self.deed}")


def _said(**values: Any) -> Callable[[Known], Body]:
    return lambda known: values


def _in_hand(**values: Any) -> Callable[[Known], Body]:
    """A clerk's deed at window 101 about the visit named last."""
    return lambda known: {"window": "101", "visit": known.visit, **values}


def _nothing_in_hand(**values: Any) -> Callable[[Known], Body]:
    return lambda known: {"window": "101", "visit": None, **values}


def _ticket(**values: Any) -> Callable[[Known], Body]:
    return lambda known: {"ticket": known.ticket, **values}


def _call() -> Step:
    return Step(Place.WINDOW, "call_next", _nothing_in_hand(), C.STALE)


def _window(deed: str, body: Callable[[Known], Body], again: C | None = C.STALE, when: C | None = None) -> Step:
    return Step(Place.WINDOW, deed, body, again, when)


BEGUN = datetime.now(UTC)
TODAY = (BEGUN.astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(hours=4)).date().isoformat()
LEASED = {"day": TODAY, "number": 1, "first": 1, "last": 50, "line": "A", "taken_at": BEGUN.isoformat()}

KIOSK = [
    Step(Place.KIOSK, "lease_numbers", _said(day=TODAY, instance="1" * 32, after=0), C.LEASED_ELSEWHERE),
    Step(Place.KIOSK, "record_leased", _said(**LEASED)),
    *[Step(Place.KIOSK, "take_number", _said(line="A"))] * 3,
    Step(Place.KIOSK, "record_slip", lambda k: {"slip": k.slip, "outcome": "printed"}, C.SLIP_SETTLED),
    Step(Place.KIOSK, "report_device", _said(health={"printer": "ready"})),
]
CLERK = [
    _window("sign_in", _said(window="101", staff_no="1003", password=PASSWORD), again=None),
    _call(),
    _window("recall", _in_hand(), C.RECALL_LIMIT, when=C.RECALL_TOO_SOON),
    _window("undo_call", _in_hand()),
    _call(),
    _window("start_service", _in_hand(), C.STEP_NOT_ALLOWED),
    _window("hold", _in_hand(kind="without_papers")),
    _window("resume", lambda k: {"window": "101", "visit": None, "ticket": k.ticket}),
    _window("pass_on", _in_hand(line="B")),
    _call(),
    _window("miss", _in_hand()),
    _window("return_missed", _ticket(), C.STEP_NOT_ALLOWED),
    _call(),
    _window("miss", _in_hand()),
    _window("bring_back", lambda k: {"window": "101", "visit": None, "ticket": k.ticket}),
    _window("start_service", _in_hand(), C.STEP_NOT_ALLOWED),
    _window("finish", _in_hand()),
    _window("record_finish", _in_hand(finished_at=BEGUN.isoformat()), again=None),
    _window(
        "rate",
        lambda k: {"visit": k.visit, "level": 4, "pressed_at": datetime.now(UTC).isoformat()},
        C.ALREADY_RATED,
    ),
    _call(),
    _window("start_service", _in_hand(), C.STEP_NOT_ALLOWED),
    _window("finish", _in_hand()),
    _window("not_rated", lambda k: {"visit": k.visit, "reason": "no_press"}, C.ALREADY_RATED),
    Step(Place.CITIZEN, "rate_later", lambda k: {"ticket": k.ticket, "visit": k.visit, "level": 2}, C.ALREADY_RATED),
    Step(
        Place.CITIZEN,
        "add_reasons",
        lambda k: {"ticket": k.ticket, "visit": k.visit, "codes": ["207"]},
        C.REASONS_GIVEN,
    ),
    _window("report_device", _said(health={"keypad/101": "ready"}), again=None),
    _window("pause_window", _said(window="101", reason="就餐"), C.WINDOW_PAUSED),
    _window("reopen_window", _said(window="101"), C.NOT_PAUSED),
    _call(),
]
DESK = [
    Step(Place.DESK, "desk_sign_in", _said(login="1001", password=PASSWORD)),
    Step(Place.KIOSK, "call_guide"),
    Step(Place.DESK, "attend_kiosk", lambda k: {"request": make_id(1, k.revision)}, C.REQUEST_OVER),
    Step(Place.DESK, "release", lambda k: {"ticket": k.ticket, "visit": k.visit, "reason": "测试"}, C.STEP_NOT_ALLOWED),
    Step(Place.DESK, "take_number", _said(line="A", priority="LN", reason="老年人")),
    Step(Place.DESK, "reroute", _ticket(line="B")),
    Step(Place.DESK, "reprint_slip", _ticket(print_at="K1")),
    Step(Place.DESK, "cancel", _ticket(), C.STEP_NOT_ALLOWED),
    Step(Place.KIOSK, "take_number", _said(line="A")),
    Step(Place.CITIZEN, "cancel", _ticket(), C.STEP_NOT_ALLOWED),
    _call(),
    _window("miss", _in_hand()),
    Step(Place.DESK, "return_missed", _ticket(), C.STEP_NOT_ALLOWED),
    Step(Place.DESK, "abandon", _ticket(reason="测试"), C.STEP_NOT_ALLOWED),
    Step(Place.DESK, "stop_line", _said(line="B", stopped=True)),
    Step(Place.DESK, "pair_display", lambda k: {"code": k.codes["S1"], "name": "S1", "zone": "A"}, C.CODE_INVALID),
    Step(Place.DESK, "close_day", again=C.DAY_CLOSED),
    Step(Place.DESK, "desk_sign_out", again=C.NOT_SIGNED_IN),
    _window("sign_out", _said(window="101"), C.NOT_SIGNED_IN),
]
ADMINISTRATOR = [
    Step(Place.ADMIN, "load_hall", lambda k: {"document": k.document}),
    Step(Place.ADMIN, "add_user", _said(login="new", name="新人", roles=["clerk"]), C.USER_EXISTS),
    Step(Place.ADMIN, "invite_user", _said(login="new")),
    Step(Place.ADMIN, "set_roles", _said(login="new", roles=["guide"])),
    Step(Place.ADMIN, "disable_user", _said(login="new")),
    Step(Place.ADMIN, "enrol_device", _said(kind="kiosk", name="K9", windows=[], zone="A")),
    Step(Place.ADMIN, "pair_display", lambda k: {"code": k.codes["S2"], "name": "S2"}, C.CODE_INVALID),
    Step(Place.ADMIN, "revoke_device", _said(name="K9")),
    Step(
        Place.ACCOUNT,
        "set_password",
        lambda k: {"login": "1021", "code": k.codes["1021"], "password": PASSWORD},
        C.CODE_INVALID,
    ),
    Step(Place.DEVICE, "redeem_code", lambda k: {"code": k.codes["K2"]}, C.CODE_INVALID),
]
STEPS = [*KIOSK, *CLERK, *DESK, *ADMINISTRATOR]

# Out of order, by the state of window 101: deed, body, code. <visit> is the one in hand.
OutOfOrder = tuple[str, dict[str, Any], C]
OUT_OF_ORDER: dict[str, list[OutOfOrder]] = {
    "free": [
        *[
            (f"window/{deed}", {"visit": None, **more}, C.VISIT_UNKNOWN)
            for deed, more in (
                ("recall", {}),
                ("start_service", {}),
                ("finish", {}),
                ("miss", {}),
                ("undo_call", {}),
                ("hold", {"kind": "waiting"}),
                ("pass_on", {"line": "B"}),
            )
        ],
        ("window/call_next", {"visit": 1}, C.STALE),
        ("window/resume", {"visit": None, "ticket": 1}, C.TICKET_UNKNOWN),
        ("window/resume", {"visit": None, "ticket": "<waiting>"}, C.STEP_NOT_ALLOWED),
        ("window/bring_back", {"visit": None, "ticket": "<waiting>"}, C.STEP_NOT_ALLOWED),
        ("window/return_missed", {"ticket": "<waiting>"}, C.STEP_NOT_ALLOWED),
        ("window/reopen_window", {}, C.NOT_PAUSED),
        ("window/rate", {"visit": 1, "level": 5, "pressed_at": "<now>"}, C.VISIT_UNKNOWN),
        ("window/not_rated", {"visit": 1, "reason": "no_press"}, C.VISIT_UNKNOWN),
        ("kiosk/take_number", {"line": "NONE"}, C.LINE_UNKNOWN),
        ("kiosk/take_number", {"line": "A", "priority": "LN", "reason": "自己说的"}, C.ASK_DESK),
        ("kiosk/record_slip", {"slip": 1, "outcome": "printed"}, C.SLIP_UNKNOWN),
        ("desk/take_number", {"line": "A", "priority": "LN"}, C.REASON_MISSING),
        ("desk/release", {"ticket": "<waiting>", "visit": 1, "reason": "测试"}, C.STEP_NOT_ALLOWED),
        ("desk/reprint_slip", {"ticket": "<waiting>", "print_at": "K8"}, C.DEVICE_UNKNOWN),
        ("desk/stop_line", {"line": "NONE", "stopped": True}, C.LINE_UNKNOWN),
    ],
    "called": [
        ("window/call_next", {"visit": "<visit>"}, C.START_OR_MISSED),
        ("window/call_next", {"visit": None}, C.STALE),
        ("window/finish", {"visit": "<visit>"}, C.STEP_NOT_ALLOWED),
        ("window/hold", {"visit": "<visit>", "kind": "waiting"}, C.STEP_NOT_ALLOWED),
        ("window/pass_on", {"visit": "<visit>", "line": "B"}, C.STEP_NOT_ALLOWED),
        ("window/bring_back", {"visit": "<visit>", "ticket": "<waiting>"}, C.START_OR_MISSED),
        ("window/pause_window", {}, C.START_OR_MISSED),
        ("window/sign_out", {}, C.WINDOW_BUSY),
        ("window/rate", {"visit": "<visit>", "level": 5, "pressed_at": "<now>"}, C.NOT_RATEABLE),
        ("desk/release", {"ticket": "<in hand>", "visit": 1, "reason": "测试"}, C.STALE),
        ("desk/reroute", {"ticket": "<in hand>", "line": "B"}, C.STEP_NOT_ALLOWED),
        ("desk/abandon", {"ticket": "<in hand>", "reason": "测试"}, C.STEP_NOT_ALLOWED),
        ("desk/close_day", {}, C.DAY_NOT_EMPTY),
    ],
    "serving": [
        ("window/call_next", {"visit": "<visit>"}, C.FINISH_FIRST),
        ("window/start_service", {"visit": "<visit>"}, C.STEP_NOT_ALLOWED),
        ("window/recall", {"visit": "<visit>"}, C.STEP_NOT_ALLOWED),
        ("window/miss", {"visit": "<visit>"}, C.STEP_NOT_ALLOWED),
        ("window/undo_call", {"visit": "<visit>"}, C.STEP_NOT_ALLOWED),
        ("window/finish", {"visit": None}, C.STALE),
        ("window/pass_on", {"visit": "<visit>", "line": "NONE"}, C.LINE_UNKNOWN),
        ("window/pass_on", {"visit": "<visit>", "line": "A", "to_window": "107"}, C.CANNOT_SERVE),
        ("window/pause_window", {}, C.FINISH_FIRST),
        ("window/sign_out", {}, C.WINDOW_BUSY),
        ("window/not_rated", {"visit": "<visit>", "reason": "no_press"}, C.NOT_RATEABLE),
        ("desk/cancel", {"ticket": "<in hand>"}, C.STEP_NOT_ALLOWED),
        ("desk/return_missed", {"ticket": "<in hand>"}, C.STEP_NOT_ALLOWED),
        ("desk/close_day", {}, C.DAY_NOT_EMPTY),
    ],
    "finished": [
        ("window/rate", {"visit": "<visit>", "level": 5, "pressed_at": "<an hour ago>"}, C.RATED_TOO_LATE),
        ("window/rate", {"visit": "<visit>", "level": 5, "pressed_at": "<in an hour>"}, C.RATED_TOO_LATE),
        ("window/finish", {"visit": "<visit>"}, C.STALE),
        ("desk/abandon", {"ticket": "<in hand>", "reason": "测试"}, C.STEP_NOT_ALLOWED),
        ("desk/reprint_slip", {"ticket": "<in hand>", "print_at": "K1"}, C.STEP_NOT_ALLOWED),
    ],
    "paused": [
        ("window/call_next", {"visit": None}, C.WINDOW_PAUSED),
        ("window/pause_window", {}, C.WINDOW_PAUSED),
        ("window/bring_back", {"visit": None, "ticket": "<waiting>"}, C.WINDOW_PAUSED),
    ],
}

# Nobody at all; somebody of another hall; somebody of this hall in another place.
STRANGERS: dict[By, dict[str, tuple[int, C]]] = {
    By.DEVICE: {
        "nobody": (401, C.NOT_ENROLLED),
        "other_hall": (403, C.WRONG_HALL),
        "other_device": (403, C.WRONG_PLACE),
    },
    By.CLERK: {
        "nobody": (401, C.NOT_ENROLLED),
        "other_hall": (403, C.WRONG_HALL),
        "other_device": (403, C.WRONG_PLACE),
        "device_alone": (401, C.NOT_SIGNED_IN),
        "desk_at_device": (403, C.WRONG_PLACE),
    },
    By.PASSWORD_AT_DEVICE: {
        "nobody": (401, C.NOT_ENROLLED),
        "other_hall": (403, C.WRONG_HALL),
        "other_device": (403, C.WRONG_PLACE),
    },
    By.SESSION: {
        "nobody": (401, C.NOT_SIGNED_IN),
        "other_hall": (403, C.WRONG_HALL),
        "clerk": (403, C.WRONG_PLACE),
    },
    By.LOCAL: {"nobody": (403, C.WRONG_ROLE), "clerk": (403, C.WRONG_ROLE), "desk": (403, C.WRONG_ROLE)},
    By.TICKET: {
        "nobody": (401, C.TICKET_PROOF),
        "other_ticket": (401, C.TICKET_PROOF),
        "clerk": (401, C.TICKET_PROOF),
        "desk": (401, C.TICKET_PROOF),
    },
    By.PASSWORD: {},
    By.CODE: {},
}
