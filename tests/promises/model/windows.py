"""The model's windows: what a clerk may do there, and what comes of it."""

from tests.promises.model import order
from tests.promises.model.tickets import Answer, Tickets
from tests.promises.model.words import CLERKS, LINES, SECOND, STEPS, WINDOWS, No, Ticket, Visit, Window

STEP_OF = {"start_service": "start", "finish": "finish", "miss": "miss", "hold": "hold", "pass_on": "pass_on"}


class Windows(Tickets):
    """Four windows and their clerks."""

    def why_not(self, deed: str, window: str, seen: int | None) -> str | None:
        """The code with which a key of the window's page would be refused now, or None."""
        try:
            if deed in STEP_OF:
                self._in_hand(window, seen, STEP_OF[deed])
            elif deed in ("call_next", "recall", "undo_call"):
                getattr(self, f"_may_{deed}")(window, seen)
            else:
                getattr(self, f"_may_{deed}")(window)
        except No as no:
            return no.code
        return None

    @staticmethod
    def _owes(visit: Visit) -> bool:
        """Finished, rateable, no counter record yet."""
        return bool(visit["owing"] and visit["record"] is None)

    def owing(self) -> list[Visit]:
        """All that still owe theirs, of whatever day."""
        return [visit for visit in self.of_old + self.visits if self._owes(visit)]

    def _clerk_at(self, window: str) -> Window:
        if window not in self.windows:
            raise No("window_unknown")
        if not self.windows[window]["clerk"]:
            raise No("not_signed_in")
        return self.windows[window]

    def _looking(self, window: str, seen: int | None) -> Window:
        """The clerk looked at what is true now."""
        here = self._clerk_at(window)
        if (here["visit"] and here["visit"]["id"]) != seen:
            raise No("stale")
        return here

    def _in_hand(self, window: str, seen: int | None, step: str) -> Visit:
        visit: Visit | None = self._looking(window, seen)["visit"]
        if visit is None:
            raise No("visit_unknown")
        if step not in STEPS[visit["ticket"]["state"]]:
            raise No("step_not_allowed")
        return visit

    def _need_free(self, window: str) -> None:
        here = self._clerk_at(window)
        if here["visit"] is not None:
            raise No("start_or_missed" if here["visit"]["ticket"]["state"] == "called" else "finish_first")
        if here["paused"] is not None:
            raise No("window_paused")

    def _begin_visit(self, ticket: Ticket, window: str, reason: str) -> Visit:
        visit: Visit = {
            "ticket": ticket, "line": ticket["line"], "window": window, "called": self.now, "last_call": self.now,
            "recalls": 0, "reason": reason, "started": None, "ended": None, "end": None, "held": None, "items": 0,
            "clerk": self.windows[window]["clerk"], "owing": False, "invited": None, "asked_until": 0,
            "record": None, "later": None, "id": None, "day": self.day,
        }  # fmt: skip
        self.visits.append(visit)
        ticket["visit"] = self.windows[window]["visit"] = visit
        return visit

    def _may_call_next(self, window: str, visit: int | None) -> Visit | None:
        """The visit that is finished first."""
        in_hand: Visit | None = self._looking(window, visit)["visit"]
        if in_hand and in_hand["ticket"]["state"] == "serving" and self.rules["finish_on_call"]:
            return in_hand
        self._need_free(window)
        if order.next_for(window, self) is None:
            raise No("nobody_waiting")
        return None

    def _call_next(self, window: str, visit: int | None) -> Answer:
        finished = self._may_call_next(window, visit)
        chosen = order.next_for(window, self)
        if finished is not None:
            self._finish_visit(finished, 1)
        if chosen is None:
            assert finished is not None
            return {"kind": "nobody_waiting", "finished": finished["id"]}
        ticket, reason = chosen
        self._move(ticket, "call")
        called = self._begin_visit(ticket, window, reason)
        told = {"kind": "called", "number": ticket["number"], "reason": reason, "_visit": called}
        return {**told, "finished": finished and finished["id"]}

    def _may_recall(self, window: str, visit: int | None) -> Visit:
        found = self._in_hand(window, visit, "recall")
        if found["recalls"] >= self.rules["recall_limit"]:
            raise No("recall_limit")
        if self.now < found["last_call"] + self.rules["recall_interval_s"] * SECOND:
            raise No("recall_too_soon")
        return found

    def _recall(self, window: str, visit: int | None) -> Answer:
        found = self._may_recall(window, visit)
        found["recalls"] += 1
        found["last_call"] = self.now
        return self._done(found["ticket"])

    def _start_service(self, window: str, visit: int | None) -> Answer:
        found = self._in_hand(window, visit, "start")
        self._move(found["ticket"], "start")
        self._start(found)
        return self._done(found["ticket"])

    def _start(self, visit: Visit) -> None:
        """Nobody rates for the person before any more."""
        visit["started"] = self.now if visit["started"] is None else visit["started"]
        for other in self.of_old + self.visits:
            if other["window"] == visit["window"] and self._owes(other):
                other["asked_until"] = min(other["asked_until"], self.now)

    def _finish(self, window: str, visit: int | None, items: int) -> Answer:
        found = self._in_hand(window, visit, "finish")
        self._finish_visit(found, items)
        return {"kind": "finished", "number": found["ticket"]["number"], "invited": found["invited"] is not None}

    def _finish_visit(self, visit: Visit, items: int) -> None:
        window = visit["window"]
        visit.update(items=items, clerk=self.windows[window]["clerk"])
        self._move(visit["ticket"], "finish")
        self._end_visit(visit, "finished")
        if LINES[visit["line"]][2] and not self.rules["inquiries_rateable"]:
            return
        visit["owing"] = True
        if WINDOWS[window][3]:
            visit.update(invited=self.now, asked_until=self.now + self.rules["rate_within_s"] * SECOND)
        else:
            visit["record"] = (None, "no_keypad")

    def _miss(self, window: str, visit: int | None) -> Answer:
        found = self._in_hand(window, visit, "miss")
        self._move(found["ticket"], "miss")
        found["ticket"]["missed"] = self.now
        self._end_visit(found, "missed")
        return self._done(found["ticket"])

    def _may_undo_call(self, window: str, visit: int | None) -> Visit:
        found = self._in_hand(window, visit, "undo_call")
        if self.now > found["called"] + self.rules["undo_s"] * SECOND:
            raise No("undo_too_late")
        return found

    def _undo_call(self, window: str, visit: int | None) -> Answer:
        found = self._may_undo_call(window, visit)
        self._move(found["ticket"], "undo_call")
        self._end_visit(found, "undone")
        return self._done(found["ticket"])

    def _hold(self, window: str, visit: int | None, kind: str) -> Answer:
        found = self._in_hand(window, visit, "hold")
        self._move(found["ticket"], "hold")
        found["held"] = kind
        self.windows[window]["visit"] = None
        return self._done(found["ticket"])

    def _taken_back(self, window: str, seen: int | None, number: str, step: str) -> Ticket:
        """A held or missed ticket that the window may have."""
        self._looking(window, seen)
        self._need_free(window)
        ticket = self._found(number, step)
        parked: Visit | None = ticket["visit"]
        serves = window in LINES[ticket["line"]][0]
        if parked is None and not serves and not ticket["transferred"]:
            raise No("cannot_serve")
        if parked is not None and parked["window"] != window:
            if parked["held"] == "with_papers":
                raise No("held_elsewhere")
            if not serves:
                raise No("cannot_serve")
        return ticket

    def _resume(self, window: str, visit: int | None, ticket: str) -> Answer:
        found = self._taken_back(window, visit, ticket, "resume")
        parked: Visit = found["visit"]
        self._move(found, "resume")
        if parked["window"] == window:
            self.windows[window]["visit"] = parked
        else:
            self._end_visit(parked, "handed_over")
            parked = self._begin_visit(found, window, "resumed")
        self._start(parked)
        return {"kind": "called", "number": found["number"], "reason": parked["reason"], "_visit": parked}

    def _bring_back(self, window: str, visit: int | None, ticket: str) -> Answer:
        found = self._taken_back(window, visit, ticket, "bring_back")
        reason = f"brought_back_{found['state']}"
        self._move(found, "bring_back")
        self._take_back(found, "handed_over")
        begun = self._begin_visit(found, window, reason)
        return {"kind": "called", "number": found["number"], "reason": reason, "_visit": begun}

    def _pass_on(
        self, window: str, visit: int | None, line: str, to_window: str | None = None, rank: str | None = None
    ) -> Answer:
        found = self._in_hand(window, visit, "pass_on")
        if line not in LINES:
            raise No("line_unknown")
        if to_window is not None:
            if to_window not in WINDOWS:
                raise No("window_unknown")
            if not order.receives(to_window, line):
                raise No("cannot_serve")
        ticket = found["ticket"]
        place = rank or self.rules["pass_on_rank"]
        if place != "original":
            where = order.front if place == "front" else order.tail
            ticket["standing"] = where(self.tickets, line, order.tier(ticket, line), self._standing_now())
        self._move(ticket, "pass_on")
        self._end_visit(found, "passed_on")
        ticket.update(line=line, transferred=True, only=to_window or "")
        return self._done(ticket)

    def _may_pause_window(self, window: str) -> None:
        self._need_free(window)

    def _pause_window(self, window: str) -> Answer:
        self._may_pause_window(window)
        self.windows[window]["paused"] = self.now
        return {"kind": "done"}

    def _may_reopen_window(self, window: str) -> None:
        if self._clerk_at(window)["paused"] is None:
            raise No("not_paused")

    def _reopen_window(self, window: str) -> Answer:
        self._may_reopen_window(window)
        self.windows[window]["paused"] = None
        return {"kind": "done"}

    def _sign_in(self, window: str, staff_no: str) -> Answer:
        if window not in self.windows:
            raise No("window_unknown")
        if staff_no not in CLERKS:
            raise No("user_unknown")
        if self.windows[window]["clerk"] not in ("", staff_no):
            raise No("window_taken")
        if any(w["clerk"] == staff_no for no, w in self.windows.items() if no != window):
            raise No("clerk_elsewhere")
        self.windows[window]["clerk"] = staff_no
        return {"kind": "signed_in", "staff_no": staff_no, "window": window}

    def _may_sign_out(self, window: str) -> None:
        if self._clerk_at(window)["visit"] is not None:
            raise No("window_busy")

    def _sign_out(self, window: str) -> Answer:
        self._may_sign_out(window)
        self.windows[window].update(clerk="", paused=None)
        return {"kind": "done"}
