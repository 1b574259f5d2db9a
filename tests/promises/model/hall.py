"""The model: every deed of the hall in plain Python, from the design alone. It decides; nobody stores anything.

`do(deed, ...)` gives what must be answered, or raises No with the code. Tickets and visits get the ids that the server
gave them from `side_by_side.py`.
"""

from typing import Any

from tests.promises.model.tickets import Answer
from tests.promises.model.windows import Windows
from tests.promises.model.words import DAY, LINES, LOST_MS, SLACK_MS, STEPS, No, Visit


class Hall(Windows):
    """One hall: its day, and its ratings."""

    def do(self, deed: str, **said: Any) -> Answer:
        """What must be answered."""
        self.born += 1
        answer: Answer = getattr(self, f"_{deed}")(**said)
        return answer

    def time_passes(self, ms: int) -> None:
        """What the clock alone does: the day turns, and 72 h after a visit nobody is asked any more."""
        self.now += ms
        if self.business_day() > self.day:
            for ticket in self.tickets:
                if "turn" in STEPS[ticket["state"]]:
                    self._move(ticket, "turn")
                    self._take_back(ticket, "abandoned")
            self.of_old += self.visits
            self._begin(self.business_day())
        for visit in self.of_old + self.visits:
            if self._owes(visit) and self.now >= visit["ended"] + LOST_MS:
                visit["record"] = (None, "terminal_lost")

    def _stop_line(self, line: str, stopped: bool) -> Answer:
        if line not in LINES:
            raise No("line_unknown")
        (self.stopped.add if stopped else self.stopped.discard)(line)
        return {"kind": "done"}

    def _close_day(self) -> Answer:
        if self.closed:
            raise No("day_closed")
        if any(t["state"] in ("called", "serving", "held") for t in self.tickets):
            raise No("day_not_empty")
        for ticket in self.tickets:
            if ticket["state"] in ("waiting", "missed"):
                self._move(ticket, "close_day")
        self.closed = True
        return {"kind": "done"}

    def owing(self) -> list[Visit]:
        """All that still owe theirs, of whatever day."""
        return [visit for visit in self.of_old + self.visits if self._owes(visit)]

    def _visit(self, number: int) -> Visit | None:
        return next((v for v in self.of_old + self.visits if v["id"] == number), None)

    def _need_owing(self, number: int) -> Visit:
        visit = self._visit(number)
        if visit is None or (visit["day"] != self.day and not visit["owing"]):
            raise No("visit_unknown")
        if visit["record"] is not None:
            raise No("already_rated")
        if not visit["owing"]:
            raise No("not_rateable")
        return visit

    def _rate(self, visit: int, level: int, pressed: int) -> Answer:
        found = self._need_owing(visit)
        until = min(found["asked_until"], self.now) + SLACK_MS
        if not found["invited"] - SLACK_MS <= pressed <= until:
            raise No("rated_too_late")
        found["record"] = (level, None)
        return {"kind": "done", "visit": visit}

    def _not_rated(self, visit: int, reason: str) -> Answer:
        self._need_owing(visit)["record"] = (None, reason)
        return {"kind": "done", "visit": visit}

    def _rate_later(self, visit: int, level: int) -> Answer:
        found = self._visit(visit)
        if found is None or (found["day"] != self.day and not found["owing"]):
            raise No("visit_unknown")
        if not found["owing"]:
            raise No("not_rateable")
        if found["record"] is None:
            raise No("rating_pending")
        if found["record"][0] is not None or found["later"] is not None:
            raise No("already_rated")
        if self.now > found["ended"] + self.rules["supplement_days"] * DAY:
            raise No("supplement_too_late")
        found["later"] = level
        return {"kind": "done", "visit": visit}
