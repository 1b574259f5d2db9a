"""Commands of every kind, drawn at random among those for which there is somebody at the moment.

`WEIGHTS` names each deed that somebody can give; turns of the day and of sessions, and ratings that never came, the
hall's clock gives by itself when much time passes.
"""

from datetime import date, timedelta

from contract import commands as c
from contract.options import options_of
from contract.words import (
    HoldKind,
    Level,
    NotRated,
    PassOnRank,
    Priority,
    SlipAfter,
    SlipOutcome,
    Via,
)
from contract.words import State as S
from server.domain.ticket import Ticket, Visit
from server.storage.hall_now import HallNow
from server.storage.orders import Actor
from tests.server.databases.register_deeds import Given, RegisterDeeds
from tests.server.hall_kit import AGENT, DEMO_WINDOWS, DESK, K1, K2, KEYPAD, at

WEIGHTS = {
    "take_number": 18, "call_next": 16, "start_service": 14, "finish": 12, "recall": 12, "hold": 8, "pass_on": 4,
    "miss": 5, "undo_call": 4, "resume": 6, "bring_back": 5, "return_missed": 5, "release": 2, "reroute": 2,
    "abandon": 1, "cancel": 1.5, "close_day": 2, "stop_line": 2, "lease_numbers": 1, "record_leased": 4,
    "record_finish": 3, "call_guide": 1, "attend_kiosk": 1, "sign_in": 16, "sign_out": 1, "pause_window": 1,
    "reopen_window": 2, "rate": 6, "not_rated": 4, "rate_later": 4, "add_reasons": 3, "announce_call": 3,
    "clock_set": 0.5, "record_slip": 6, "reprint_slip": 1, "report_device": 1, "load_hall": 0.4, "add_user": 1,
    "invite_user": 1, "set_password": 4, "disable_user": 1, "set_roles": 1.5, "desk_sign_in": 2,
    "desk_sign_out": 2, "enrol_device": 1, "pair_display": 1, "redeem_code": 4, "revoke_device": 0.5,
}  # fmt: skip
BY_THE_CLOCK = frozenset({"turn_of_day", "session_turn", "terminal_lost"})
_LINES = "AAAB"
_PHONE = Actor(Via.PHONE)


class EveryDeed(RegisterDeeds):
    """Draws the next command. `now` is what the hall is; `now_ms` its clock."""

    def draw(self, now: HallNow, now_ms: int) -> Given:
        """A command that may well be refused, but mostly is not."""
        self.now, self.day, self.now_ms = now, now.day, now_ms
        while True:
            (deed,) = self.rng.choices([*WEIGHTS], [*WEIGHTS.values()])
            found: Given | None = getattr(self, f"_{deed}")()
            if found is not None:
                return found

    def _line(self) -> str:
        return self.rng.choice(_LINES)

    def _window(self, *states: S) -> str | None:
        """A window that has such a ticket in hand; with none: one that is free."""
        day = self.day

        def fits(no: str) -> bool:
            visit = day.in_hand(no)
            if visit is None:
                return not states and day.windows[no].open
            return day.ticket_of(visit).state in states

        return self._one(no for no in DEMO_WINDOWS if no in day.windows and fits(no))

    def _ticket(self, *states: S) -> Ticket | None:
        return self._one(self.day.all_of(*states))

    def _visits(self) -> list[Visit]:
        day = self.day
        return [*day.visits.values(), *day.cut_short.values(), *day.pending.values()]

    # --- a ticket's life -------------------------------------------------------------------------------------------

    def _take_number(self) -> Given:
        if self.rng.random() < 0.5:
            return c.TakeNumber(line=self._line()), self.rng.choice([K1, K2])
        priority = self.rng.choice([None, None, Priority.ELDERLY, Priority.GREEN_CHANNEL])
        print_at = self.rng.choice([None, "K1"])
        return c.TakeNumber(line=self._line(), priority=priority, reason="ok", print_at=print_at), DESK

    def _at_window(self, command: type[c.AtWindow], /, *states: S, **more: object) -> Given | None:
        no = self._window(*states)
        return None if no is None else (command(window=no, visit=self.day.windows[no].visit, **more), AGENT)

    def _call_next(self) -> Given | None:
        return self._at_window(c.CallNext)

    def _recall(self) -> Given | None:
        return self._at_window(c.Recall, S.CALLED)

    def _start_service(self) -> Given | None:
        return self._at_window(c.StartService, S.CALLED)

    def _finish(self) -> Given | None:
        return self._at_window(c.Finish, S.SERVING, items=self.rng.randint(1, 3))

    def _hold(self) -> Given | None:
        return self._at_window(c.Hold, S.SERVING, kind=self.rng.choice([*HoldKind]))

    def _pass_on(self) -> Given | None:
        to = self.rng.choice([None, None, *DEMO_WINDOWS])
        return self._at_window(
            c.PassOn, S.SERVING, line=self._line(), to_window=to, rank=self.rng.choice([None, *PassOnRank])
        )

    def _miss(self) -> Given | None:
        return self._at_window(c.Miss, S.CALLED)

    def _undo_call(self) -> Given | None:
        return self._at_window(c.UndoCall, S.CALLED)

    def _resume(self) -> Given | None:
        """Mostly where it is parked, if somebody is free there."""
        ticket = self._ticket(S.HELD)
        if ticket is None:
            return None
        no = self.day.visits[ticket.visit or 0].window
        if self.day.in_hand(no) is None and self.day.windows[no].open and self.rng.random() < 0.7:
            return c.Resume(window=no, ticket=ticket.id), AGENT
        return self._at_window(c.Resume, ticket=ticket.id)

    def _bring_back(self) -> Given | None:
        ticket = self._ticket(S.HELD, S.MISSED)
        return self._at_window(c.BringBack, ticket=ticket.id) if ticket else None

    def _return_missed(self) -> Given | None:
        ticket = self._ticket(S.MISSED)
        return (c.ReturnMissed(ticket=ticket.id), DESK) if ticket else None

    def _release(self) -> Given | None:
        ticket = self._ticket(S.CALLED, S.SERVING)
        return (c.Release(ticket=ticket.id, visit=ticket.visit or 0, reason="ok"), DESK) if ticket else None

    def _reroute(self) -> Given | None:
        ticket = self._ticket(S.WAITING)
        return (c.Reroute(ticket=ticket.id, line=self._line()), DESK) if ticket else None

    def _abandon(self) -> Given | None:
        ticket = self._ticket(S.WAITING, S.HELD, S.MISSED)
        return (c.Abandon(ticket=ticket.id, reason="ok"), DESK) if ticket else None

    def _cancel(self) -> Given | None:
        ticket = self._ticket(S.WAITING, S.CALLED, S.MISSED)
        return (c.Cancel(ticket=ticket.id), DESK) if ticket else None

    def _close_day(self) -> Given | None:
        at_work = self.day.all_of(S.CALLED, S.SERVING, S.HELD)
        return None if at_work else (c.CloseDay(), DESK)

    def _stop_line(self) -> Given:
        return c.StopLine(line=self._line(), stopped=self.rng.random() < 0.3), DESK

    # --- while the line was cut ------------------------------------------------------------------------------------

    def _lease_numbers(self) -> Given:
        kiosk = self.rng.choice([K1, K2])
        known = self.now.register.devices[kiosk.device or ""].instance
        after = max((b.last for b in self.day.leased.blocks.values() if b.kiosk == kiosk.kiosk), default=0)
        return c.LeaseNumbers(day=self.day.day, instance=known or self._digest()[:32], after=after), kiosk

    def _record_leased(self) -> Given:
        """Of today or of an earlier day; told for the first time, or again with what became of the paper."""
        kiosk = self.rng.choice([K1, K2])
        of: date = self.day.day - timedelta(days=self.rng.choice([0, 0, 0, 1, 2]))
        number = self.rng.randint(1, 100) + (0 if of == self.day.day else 900)
        first = (number - 1) // 50 * 50 + 1
        series = f"{kiosk.kiosk}-"
        given = self.day.leased.given.get((of.isoformat(), series, number))
        told_ms = given.told_ms if given else self.now_ms - self.rng.randint(0, 3_600_000)
        outcome = self.rng.choice([None, SlipOutcome.PRINTED, SlipOutcome.FAILED])
        unneeded = self.rng.random() < 0.2 and self._ticket(S.WAITING)
        return c.RecordLeased(
            day=of, number=number, first=first, last=first + 49, line=self._line(), taken_at=at(told_ms),
            outcome=outcome, instead_of=unneeded.id if unneeded else None,
        ), kiosk  # fmt: skip

    def _record_finish(self) -> Given | None:
        """Mostly of a visit that was not finished: it still lasts, was freed, or was ended by the turn of the day."""
        visit = self._one(v for v in self._visits() if v.started_ms is not None and (not v.rateable or v.end is None))
        if visit is None or visit.window not in DEMO_WINDOWS:
            return None
        told_ms = (visit.ended_ms or self.now_ms) - self.rng.randint(0, 60_000)
        return c.RecordFinish(
            window=visit.window, visit=visit.id, staff_no=visit.clerk, finished_at=at(told_ms)
        ), AGENT

    # --- ratings ---------------------------------------------------------------------------------------------------

    def _rate(self) -> Given | None:
        visit = self._one(self.day.pending.values())
        if visit is None:
            return None
        pressed = min(self.now_ms, visit.deadline_ms or self.now_ms, visit.invitation_ended_ms or self.now_ms)
        return c.Rate(visit=visit.id, level=self.rng.choice([*Level]), pressed_at=at(pressed)), KEYPAD

    def _not_rated(self) -> Given | None:
        visit = self._one(self.day.pending.values())
        return (c.NotRatedAtCounter(visit=visit.id, reason=NotRated.NO_PRESS), KEYPAD) if visit else None

    def _rate_later(self) -> Given | None:
        rated = self._one(one for one in self.day.rated.values() if one.level is None)
        if rated is None:
            return None
        return c.RateLater(ticket=rated.ticket, visit=rated.visit, level=self.rng.choice([*Level])), _PHONE

    def _add_reasons(self) -> Given | None:
        rated = self._one(one for one in self.day.rated.values() if one.level is not None and not one.reasons)
        if rated is None:
            return None
        codes = [option.code for option in options_of(rated.level or 5)][:2]
        return c.AddReasons(ticket=rated.ticket, visit=rated.visit, codes=codes), _PHONE

    # --- screens, slips, staff at windows --------------------------------------------------------------------------

    def _announce_call(self) -> Given | None:
        call = self._one(list(self.day.board)[:5])
        return (c.AnnounceCall(call=call.id), Actor(Via.SERVER)) if call else None

    def _record_slip(self) -> Given | None:
        slip = self._one(s for s in self.day.slips.values() if s.outcome is None and s.kiosk in ("K1", "K2"))
        if slip is None:
            return None
        outcome = self.rng.choice([*SlipOutcome])
        after = SlipAfter.SHOWN if outcome is SlipOutcome.FAILED and self.rng.random() < 0.5 else None
        return c.RecordSlip(slip=slip.id, outcome=outcome, after=after), K1 if slip.kiosk == "K1" else K2

    def _reprint_slip(self) -> Given | None:
        ticket = self._ticket(S.WAITING)
        return (c.ReprintSlip(ticket=ticket.id, print_at="K1"), DESK) if ticket else None

    def _call_guide(self) -> Given:
        return c.CallGuide(), self.rng.choice([K1, K2])

    def _attend_kiosk(self) -> Given | None:
        request = self._one(one for one in self.day.requests.values() if one.open)
        return (c.AttendKiosk(request=request.id), DESK) if request else None

    def _sign_in(self) -> Given | None:
        no = self._one(no for no in DEMO_WINDOWS if no in self.day.windows and not self.day.windows[no].clerk)
        return None if no is None else (c.SignIn(window=no, staff_no=self.day.hall.windows[no].a_clerk), AGENT)

    def _sign_out(self) -> Given | None:
        no = self._window()
        return None if no is None else (c.SignOut(window=no), AGENT)

    def _pause_window(self) -> Given | None:
        no = self._window()
        return None if no is None else (c.PauseWindow(window=no), AGENT)

    def _reopen_window(self) -> Given | None:
        no = self._one(window.no for window in self.day.windows.values() if window.paused_ms is not None)
        return None if no is None else (c.ReopenWindow(window=no), AGENT)

    def _clock_set(self) -> Given:
        return c.ClockSet(by_s=self.rng.randint(60, 600), ahead_s=self.rng.choice([0, 30])), Actor(Via.SERVER)
