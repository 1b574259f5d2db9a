"""The model's tickets: taking a number, and what may become of a ticket away from the windows."""

from typing import Any

from tests.promises.model import order
from tests.promises.model.words import (
    CHINA_MS,
    DAY,
    DAY_TURNS,
    GIVEN,
    LINES,
    MINUTE,
    NOON,
    SECOND,
    STEPS,
    USUAL,
    HallState,
    No,
    Ticket,
    Visit,
)

Answer = dict[str, Any]


class Tickets(HallState):
    """`of_old`: visits of earlier days; `given`: how many numbers of each line were given today."""

    def __init__(self, rules: dict[str, Any], now: int) -> None:
        super().__init__({**USUAL, **rules})
        self.now = now
        self.born = 0
        self.of_old: list[Visit] = []
        self._begin(self.business_day())

    def _begin(self, day: int) -> None:
        self.day, self.closed = day, False
        self.tickets, self.visits = [], []
        self.given = dict.fromkeys(LINES, 0)
        self.stopped: set[str] = set()
        self.last_take = -DAY
        for window in self.windows.values():
            window.update(clerk="", paused=None, visit=None)

    def business_day(self) -> int:
        """Days since 1970 in China; the day turns at four in the morning."""
        return (self.now + CHINA_MS - DAY_TURNS * MINUTE) // DAY

    def _minutes(self, at: int) -> int:
        """Minutes since midnight of the present day."""
        return (at + CHINA_MS - self.day * DAY) // MINUTE

    def numbers_are_given(self) -> bool:
        """By the hours."""
        workday = (self.day + 3) % 7 < 5  # day 0 was a Thursday
        minute = self._minutes(self.now)
        given = any(h * 60 + m <= minute < h2 * 60 + m2 for h, m, h2, m2 in GIVEN)
        return bool(self.rules["always_open"]) or (workday and given)

    def _move(self, ticket: Ticket, step: str) -> None:
        if step not in STEPS[ticket["state"]]:
            raise No("step_not_allowed")
        ticket["state"] = STEPS[ticket["state"]][step]

    def _known(self, number: str) -> Ticket:
        ticket = next((t for t in self.tickets if t["number"] == number), None)
        if ticket is None:
            raise No("ticket_unknown")
        return ticket

    def _found(self, number: str, step: str) -> Ticket:
        ticket = self._known(number)
        if step not in STEPS[ticket["state"]]:
            raise No("step_not_allowed")
        return ticket

    def _take_number(self, line: str, kiosk: bool, priority: str | None = None, reason: str | None = None) -> Answer:
        if line not in LINES:
            raise No("line_unknown")
        if kiosk and priority:
            raise No("ask_desk")
        if priority and not reason:
            raise No("reason_missing")
        if self.closed:
            raise No("day_closed")
        if line in self.stopped or not self.numbers_are_given():
            raise No("line_closed")
        soon = self.now < self.last_take + self.rules["take_interval_s"] * SECOND
        if kiosk and soon and not self.rules["always_open"]:
            raise No("too_soon")
        self.given[line] += 1
        ticket: Ticket = {
            "number": f"{line}{self.given[line]:03d}", "line": line, "state": "waiting", "taken": self.now,
            "born": self.born, "priority": priority, "returns": 0, "transferred": False, "only": "",
            "missed": None, "visit": None, "id": None,
        }  # fmt: skip
        ticket["standing"] = order.tail(self.tickets, line, order.tier(ticket, line), self._standing_now())
        self.tickets.append(ticket)
        if kiosk:
            self.last_take = self.now
        ahead = order.in_line(self.tickets, line).index(ticket)
        return {"kind": "issued", "number": ticket["number"], "ahead": ahead, "_ticket": ticket}

    def _standing_now(self) -> int:
        return self.now * order.ROOM + self.born * order.NEAR

    def _cancel(self, ticket: str) -> Answer:
        return self._give_up(ticket, "cancel", "cancelled")

    def _abandon(self, ticket: str) -> Answer:
        return self._give_up(ticket, "abandon", "abandoned")

    def _give_up(self, number: str, step: str, end: str) -> Answer:
        ticket = self._found(number, step)
        self._move(ticket, step)
        self._take_back(ticket, end)
        return self._done(ticket)

    def _reroute(self, ticket: str, line: str) -> Answer:
        found = self._found(ticket, "reroute")
        if line not in LINES:
            raise No("line_unknown")
        found.update(line=line, only="")
        return self._done(found)

    def _return_missed(self, ticket: str) -> Answer:
        found, rules = self._found(ticket, "return"), self.rules
        if rules["return_rule"] == "void" or found["returns"] >= rules["return_limit"]:
            raise No("return_limit")
        before_noon = [self._minutes(at) < NOON for at in (found["missed"], self.now)]
        if rules["return_same_half_day"] and not rules["always_open"] and before_noon[0] != before_noon[1]:
            raise No("return_too_late")
        own, now = order.tier(found, found["line"]), self._standing_now()
        if rules["return_rule"] == "tail":
            found["standing"] = order.tail(self.tickets, found["line"], own, now)
        else:
            found["standing"] = order.behind(self.tickets, found["line"], rules["return_places"], own, now)
        found["returns"] += 1
        self._move(found, "return")
        return self._done(found)

    def _release(self, ticket: str, visit: int) -> Answer:
        found = self._found(ticket, "release")
        if found["visit"]["id"] != visit:
            raise No("stale")
        self._move(found, "release")
        self._take_back(found, "released")
        return self._done(found)

    def _done(self, ticket: Ticket) -> Answer:
        return {"kind": "done", "number": ticket["number"], "state": ticket["state"]}

    def _end_visit(self, visit: Visit, end: str) -> None:
        visit.update(end=end, ended=self.now)
        visit["ticket"]["visit"] = None
        if end != "undone":
            visit["ticket"]["only"] = ""
        if self.windows[visit["window"]]["visit"] is visit:
            self.windows[visit["window"]]["visit"] = None

    def _take_back(self, ticket: Ticket, end: str) -> None:
        if ticket["visit"] is not None:
            self._end_visit(ticket["visit"], end)
