"""Sequences of deeds, drawn at random: the whole life of tickets, with kills, repeats and lost replies in between."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.promises.model.hall import Hall
from tests.promises.model.side_by_side import SideBySide
from tests.promises.model.small_hall import CLERKS, NOBODY, RULES, WINDOWS, small_hall
from tests.promises.model.words import DAY, MINUTE, SECOND, STEPS, Visit

TROUBLES = ("reply lost", "at once", "killed before", "killed after")
LUCK = (*TROUBLES[:2] * 2, *TROUBLES[2:], *[""] * 34)
LINES = "AABBZA"
ANY_LINE = "ABZABZABZABZQ"
# How far the clock goes at once: mostly a little, sometimes to another part of the day or to another day.
STRIDES = (1, 1, 2, 4, 5, 9, 10, 11, 11, 15, 30, 59, 61, 70, 200, 400, 900, 1_500, 2_700)
FAR = ("12:10", "13:40", "16:50", "tomorrow", "in three days")
LONGEST_MS = 12 * DAY  # what a sequence takes; in the time a citizen may still rate later begins to end
MISFIT, STALE = 13, 17  # of twenty draws: something that does not fit; a page that shows what is over
NO_ID = 2**50
# How often each deed is drawn among those for which there is somebody at the moment.
WEIGHTS = {
    "take_at_kiosk": 3, "take_at_desk": 5, "call_next": 10, "start": 10, "finish": 7, "hold": 4, "resume": 5,
    "bring_back": 3, "pass_on": 5, "miss": 6, "come_back": 6, "undo_call": 2, "recall": 5, "release": 1, "give_up": 1,
    "reroute": 1, "pause": 1, "reopen": 2, "leave": 1, "sign_in": 1, "own_clerk_signs_in": 5, "stop_line": 1,
    "close_day": 1, "rate": 5, "not_rated": 2, "rate_later": 3, "time_passes": 8, "much_time_passes": 1, "kill": 1,
}  # fmt: skip
ONE_OF = st.integers(0, 119)  # drawn evenly; of a wider range small ones would be drawn most
Draw = Callable[[st.SearchStrategy[Any]], Any]


class LifeOfTickets(RuleBasedStateMachine):
    """The real hall beside the model. One rule, so that no sequence goes without one of the deeds."""

    model: type[Hall] = Hall
    came: ClassVar[Counter[str]] = Counter()  # of all sequences: "miss: done", "recall: recall_limit", ...

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.steps = 0

    def teardown(self) -> None:
        """The end of a sequence: what must hold whatever happened."""
        with self.stack:
            if self.steps:
                self.both.check()

    @initialize(rules=st.sampled_from(sorted(RULES)), sat=st.integers(1, 15), waiting=st.text(LINES, max_size=8))
    def morning(self, rules: str, sat: int, waiting: str) -> None:
        """Some clerks sit down, some people wait."""
        hall = self.stack.enter_context(small_hall(rules))
        self.both = SideBySide(hall, self.model(RULES[rules], hall.now_ms))
        self.hall = self.both.model
        self.began = hall.now_ms
        for index, no in enumerate(WINDOWS):
            if sat >> index & 1:
                self.give("sign_in", window=no, staff_no=CLERKS[index])
        for line in waiting:
            self.both.time_passes(6 * SECOND)
            self.give("take_number", line=line, kiosk=True)

    @rule(data=st.data(), which=ONE_OF, any_=ONE_OF)
    def step(self, data: st.DataObject, which: int, any_: int) -> None:
        """One of the deeds that fit now; one in twenty is any deed."""
        self.steps += 1
        fits = [deed for deed in WEIGHTS for _ in range(WEIGHTS[deed]) if any_ % 20 == MISFIT or self.fits(deed)]
        getattr(self, fits[which % len(fits)])(data.draw)

    @invariant()
    def equal(self) -> None:
        """After each step."""
        if self.steps:
            self.both.compare()

    # --- what fits -------------------------------------------------------------------------------------------------

    def fits(self, deed: str) -> bool:
        """Whether there is somebody for whom the deed can be done, as far as the states say."""
        states = {t["state"] for t in self.hall.tickets}
        if deed in ("start", "miss", "undo_call", "recall"):
            return "called" in states
        if deed in ("finish", "hold", "pass_on"):
            return "serving" in states
        if deed in ("resume", "bring_back", "come_back", "call_next"):
            needed = {"resume": ("held",), "bring_back": ("held", "missed"), "come_back": ("missed",)}
            return bool(states & {*needed.get(deed, ("waiting",))})
        if deed == "close_day":
            return not states & {"called", "serving", "held"} and self.steps > 25
        if deed == "reopen":
            return any(w["paused"] is not None for w in self.hall.windows.values())
        if deed == "own_clerk_signs_in":
            return not all(w["clerk"] for w in self.hall.windows.values())
        if deed in ("rate", "not_rated"):
            return bool(self.hall.owing())
        return deed != "rate_later" or bool(self._unrated())

    def _unrated(self) -> list[Visit]:
        visits = self.hall.of_old + self.hall.visits
        return [v for v in visits if v["record"] and not v["record"][0] and v["later"] is None]

    def number(self, draw: Draw, step: str) -> str:
        """A ticket whose life has the step, if there is one; now and then any ticket, or none."""
        chosen, odd = draw(ONE_OF), draw(ONE_OF) % 20
        fits = [t["number"] for t in self.hall.tickets if step in STEPS[t["state"]]]
        if not fits or odd == MISFIT:
            fits = [*(t["number"] for t in self.hall.tickets), "X999"]
        return str(fits[chosen % len(fits)])

    def window(self, draw: Draw, *states: str) -> dict[str, Any]:
        """A window whose ticket is in the state (or that is free), and the visit that its clerk looks at."""

        def state(no: str) -> str:
            here = self.hall.windows[no]
            return here["visit"]["ticket"]["state"] if here["visit"] else "free" if here["clerk"] else ""

        chosen, odd = draw(ONE_OF), draw(ONE_OF) % 20
        fits = [no for no in WINDOWS if state(no) in states]
        if not fits or odd == MISFIT:
            fits = [*WINDOWS, "9"]
        no = fits[chosen % len(fits)]
        visit = self.hall.windows[no]["visit"] if no in WINDOWS else None
        return {"window": no, "visit": NO_ID if odd == STALE else visit and visit["id"]}

    def visit(self, draw: Draw, fits: list[Visit]) -> int:
        """One of these visits, mostly; else any."""
        chosen, odd = draw(ONE_OF), draw(ONE_OF) % 20
        found = fits if fits and odd != MISFIT else self.hall.of_old + self.hall.visits
        return int(found[chosen % len(found)]["id"]) if found else NO_ID

    def give(self, deed: str, trouble: str = "", **said: Any) -> None:
        """Give a deed to both, and count what came of it."""
        note(f"{deed} {said} {trouble}")
        self.came[f"{deed}: {self.both.do(deed, trouble, **said)}"] += 1

    def do(self, draw: Draw, deed: str, **said: Any) -> None:
        """Give a deed to both, with whatever trouble the line is in."""
        self.give(deed, draw(st.sampled_from(LUCK)), **said)

    # --- deeds -----------------------------------------------------------------------------------------------------

    def take_at_kiosk(self, draw: Draw) -> None:
        """Several people, one after another."""
        for line in draw(st.text(LINES, min_size=1, max_size=4)):
            self.do(draw, "take_number", line=line, kiosk=True)
            self.both.time_passes(draw(st.sampled_from([6, 6, 6, 5, 4, 0])) * SECOND)

    def take_at_desk(self, draw: Draw) -> None:
        """With priority or without; a kiosk may not give priority."""
        priority = draw(st.sampled_from([None, None, "LN", "LN", "JR", "GC"]))
        line, reason = draw(st.sampled_from(ANY_LINE)), draw(st.sampled_from(["ok"] * 9 + [None]))
        kiosk = draw(st.integers(0, 19)) == MISFIT
        self.do(draw, "take_number", line=line, kiosk=kiosk, priority=priority, reason=reason)

    def call_next(self, draw: Draw) -> None:
        """Where the hall says so, also while serving."""
        states = ("free", "serving") if self.hall.rules["finish_on_call"] else ("free",)
        self.do(draw, "call_next", **self.window(draw, *states))

    def recall(self, draw: Draw) -> None:
        self.do(draw, "recall", **self.window(draw, "called"))

    def start(self, draw: Draw) -> None:
        self.do(draw, "start_service", **self.window(draw, "called"))

    def finish(self, draw: Draw) -> None:
        self.do(draw, "finish", **self.window(draw, "serving"), items=draw(st.integers(1, 3)))

    def hold(self, draw: Draw) -> None:
        kind = draw(st.sampled_from(["without_papers", "with_papers", "waiting"]))
        self.do(draw, "hold", **self.window(draw, "serving"), kind=kind)

    def resume(self, draw: Draw) -> None:
        self.do(draw, "resume", **self.window(draw, "free"), ticket=self.number(draw, "resume"))

    def bring_back(self, draw: Draw) -> None:
        self.do(draw, "bring_back", **self.window(draw, "free"), ticket=self.number(draw, "bring_back"))

    def pass_on(self, draw: Draw) -> None:
        line, rank = draw(st.sampled_from(ANY_LINE)), draw(st.sampled_from([None, "original", "front", "end"]))
        to = draw(st.sampled_from([None] * 5 + [*WINDOWS, "9"]))
        self.do(draw, "pass_on", **self.window(draw, "serving"), line=line, to_window=to, rank=rank)

    def miss(self, draw: Draw) -> None:
        self.do(draw, "miss", **self.window(draw, "called"))

    def come_back(self, draw: Draw) -> None:
        self.do(draw, "return_missed", ticket=self.number(draw, "return"))

    def undo_call(self, draw: Draw) -> None:
        self.do(draw, "undo_call", **self.window(draw, "called"))

    def release(self, draw: Draw) -> None:
        number = self.number(draw, "release")
        visit: Visit | None = next((t["visit"] for t in self.hall.tickets if t["number"] == number), None)
        seen = NO_ID if visit is None or draw(st.integers(0, 19)) == STALE else visit["id"]
        self.do(draw, "release", ticket=number, visit=seen)

    def give_up(self, draw: Draw) -> None:
        deed = draw(st.sampled_from(["cancel", "abandon"]))
        self.do(draw, deed, ticket=self.number(draw, deed))

    def reroute(self, draw: Draw) -> None:
        self.do(draw, "reroute", ticket=self.number(draw, "reroute"), line=draw(st.sampled_from(ANY_LINE)))

    def pause(self, draw: Draw) -> None:
        self.do(draw, "pause_window", window=self.window(draw, "free")["window"])

    def reopen(self, draw: Draw) -> None:
        paused = [no for no in WINDOWS if self.hall.windows[no]["paused"] is not None]
        self.do(draw, "reopen_window", window=draw(st.sampled_from([*paused * 9, *WINDOWS])))

    def leave(self, draw: Draw) -> None:
        self.do(draw, "sign_out", window=self.window(draw, "free")["window"])

    def sign_in(self, draw: Draw) -> None:
        clerk = draw(st.sampled_from([*CLERKS, *CLERKS, NOBODY]))
        self.do(draw, "sign_in", window=draw(st.sampled_from([*WINDOWS, *WINDOWS, "9"])), staff_no=clerk)

    def own_clerk_signs_in(self, draw: Draw) -> None:
        """The clerk of a window where nobody sits."""
        empty = [no for no in WINDOWS if not self.hall.windows[no]["clerk"]] or list(WINDOWS)
        no = draw(st.sampled_from(empty))
        self.do(draw, "sign_in", window=no, staff_no=CLERKS[WINDOWS.index(no)])

    def stop_line(self, draw: Draw) -> None:
        stopped = draw(st.sampled_from([True, False, False]))
        self.do(draw, "stop_line", line=draw(st.sampled_from(ANY_LINE)), stopped=stopped)

    def close_day(self, draw: Draw) -> None:
        self.do(draw, "close_day")

    def rate(self, draw: Draw) -> None:
        """Mostly at once; also a press that arrives later, or one whose clock runs ahead."""
        pressed = self.hall.now - draw(st.sampled_from([0, 0, 0, 1, 2, 3, 20, 70, -1, -3])) * SECOND
        visit = self.visit(draw, self.hall.owing())
        self.do(draw, "rate", visit=visit, level=draw(st.integers(1, 5)), pressed=pressed)

    def not_rated(self, draw: Draw) -> None:
        reason = draw(st.sampled_from(["no_press", "keypad_away", "next_citizen"]))
        self.do(draw, "not_rated", visit=self.visit(draw, self.hall.owing()), reason=reason)

    def rate_later(self, draw: Draw) -> None:
        self.do(draw, "rate_later", visit=self.visit(draw, self._unrated()), level=draw(st.integers(1, 5)))

    def time_passes(self, draw: Draw) -> None:
        self.both.time_passes(draw(st.sampled_from(STRIDES)) * SECOND)

    def much_time_passes(self, draw: Draw) -> None:
        """To a time of the same day if it is still ahead, else to nine in the morning of another."""
        minute = (self.hall.now + 8 * 60 * MINUTE) // MINUTE % (24 * 60)
        to = draw(st.sampled_from(FAR))
        ahead = int(to[:2]) * 60 + int(to[3:]) - minute if ":" in to else 0
        if ahead <= 0:
            ahead = 9 * 60 - minute + (3 if to == "in three days" else 1) * 24 * 60
        if self.hall.now + ahead * MINUTE - self.began < LONGEST_MS:
            self.both.time_passes(ahead * MINUTE)

    def kill(self, draw: Draw) -> None:
        """The server dies between two commands."""
        del draw
        self.both.kill()
