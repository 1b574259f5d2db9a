"""What the model knows of the small hall, and the life of a ticket: written down from the design, not from our code."""

from typing import Any

Ticket = dict[str, Any]
Visit = dict[str, Any]
Window = dict[str, Any]

LIFE = {
    "waiting": "call:called cancel:cancelled abandon:abandoned reroute:waiting close_day:abandoned",
    "called": "recall:called start:serving miss:missed undo_call:waiting release:waiting cancel:cancelled",
    "serving": "finish:done pass_on:waiting hold:held release:waiting",
    "held": "resume:serving bring_back:called abandon:abandoned",
    "missed": "return:waiting bring_back:called abandon:abandoned cancel:cancelled close_day:abandoned",
    "done": "",
    "abandoned": "",
    "cancelled": "",
}
TURN = {state: f"{steps} turn:abandoned" if steps else "" for state, steps in LIFE.items()}  # by itself, at night
STEPS = {state: dict(pair.split(":") for pair in steps.split()) for state, steps in TURN.items()}
LINES = {  # windows that call it, minutes a visit is expected to take, whether it is an inquiry
    "A": (("1", "2", "3"), 5, False),
    "B": (("1", "2"), 10, False),
    "Z": (("2", "4"), 3, True),
}
WINDOWS = {  # its lines in its order, lines it receives by transfer, for whom only, whether it has a keypad
    "1": ("AB", "", "", True),
    "2": ("BAZ", "", "", True),
    "3": ("A", "B", "LN", True),
    "4": ("Z", "*", "", False),  # of any line, but only those sent to it by name
}
CLERKS = ("c1", "c2", "c3", "c4")
USUAL: dict[str, Any] = {
    "return_rule": "places",
    "return_places": 3,
    "return_limit": 2,
    "return_same_half_day": True,
    "recall_limit": 3,
    "recall_interval_s": 10,
    "undo_s": 10,
    "rate_within_s": 60,
    "supplement_days": 7,
    "finish_on_call": False,
    "call_order": "time",
    "priority_every": 3,
    "priority_cap_minutes": 15,
    "pass_on_rank": "original",
    "inquiries_rateable": True,
    "take_interval_s": 5,
    "always_open": False,
}
GIVEN = ((8, 45, 11, 45), (13, 15, 16, 45))  # numbers are given on workdays from, until
NOON, DAY_TURNS = 12 * 60, 4 * 60  # minutes; the morning session ends at twelve
CHINA_MS = 8 * 3_600_000
SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000
SLACK_MS = 2_000  # clocks of terminal and server agree so well
LOST_MS = 3 * DAY
CHOSEN = ("green_channel", "inquiry", "priority_turn", "oldest", "returned", "transferred", "sent_here")


class No(Exception):
    """Not done, with its code; nothing was changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class HallState:
    """What the rules look at: plain lists and dicts of the present day."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self.rules = rules
        self.tickets: list[Ticket] = []
        self.visits: list[Visit] = []
        self.windows: dict[str, Window] = {no: {"clerk": "", "paused": None, "visit": None} for no in WINDOWS}
