"""Whatever is done in whatever order, the cards made step by step are those made from the file alone."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from contract import commands as c
from contract.words import HoldKind, NotRated, PassOnRank, Priority, SlipAfter, SlipOutcome
from server.storage.orders import SERVER
from tests.server.hall_kit import AGENT, DESK, K1, K2, KEYPAD, HallOnDisk, changed_document, copy_of, document, set_up
from tests.server.hall_kit import memory_of as values_of

WINDOWS = st.sampled_from(["101", "102", "107"])
LINES = st.sampled_from(["A", "A", "A", "B", "C", "Z-ZH", "Z-RS"])
PICK = st.integers(0, 30)
SEQUENCES, STEPS = 200, 10
LOGINS = st.sampled_from(["1003", "1001", "1021", "1007"])


class HallMachine(RuleBasedStateMachine):
    """A hall in which anybody does anything; what is refused is refused."""

    def __init__(self, template: Path, parent: Path) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=parent))
        self.hall: HallOnDisk = copy_of(template, self.folder)
        self.restarted = 0

    def picked(self, table: str, pick: int) -> int:
        """The id of some row, or one that is unknown."""
        found = self.hall.select(table)
        return int(found[pick % len(found)]["id"]) if found else 1

    @rule(line=LINES, priority=st.sampled_from([None, None, *Priority]), kiosk=st.sampled_from([K1, K2]))
    def somebody_takes_a_number(self, line: str, priority: Priority | None, kiosk: Any) -> None:
        if priority is None:
            self.hall.ask(c.TakeNumber(line=line), kiosk)
        else:
            self.hall.ask(c.TakeNumber(line=line, priority=priority, reason="证件", print_at="K1"), DESK)

    @rule(no=WINDOWS)
    def next_one(self, no: str) -> None:
        self.hall.ask(c.CallNext(window=no, visit=self.hall.in_hand(no)), AGENT)

    @rule(no=WINDOWS)
    def start(self, no: str) -> None:
        self.hall.ask(c.StartService(window=no, visit=self.hall.in_hand(no)), AGENT)

    @rule(no=WINDOWS)
    def finish(self, no: str) -> None:
        self.hall.ask(c.Finish(window=no, visit=self.hall.in_hand(no)), AGENT)

    @rule(no=WINDOWS, deed=st.sampled_from([c.Miss, c.UndoCall, c.Recall]))
    def nobody_came(self, no: str, deed: Any) -> None:
        self.hall.ask(deed(window=no, visit=self.hall.in_hand(no)), AGENT)

    @rule(no=WINDOWS, kind=st.sampled_from(HoldKind))
    def hold(self, no: str, kind: HoldKind) -> None:
        self.hall.ask(c.Hold(window=no, visit=self.hall.in_hand(no), kind=kind), AGENT)

    @rule(no=WINDOWS, pick=PICK, deed=st.sampled_from([c.Resume, c.BringBack]))
    def take_back(self, no: str, pick: int, deed: Any) -> None:
        self.hall.ask(deed(window=no, visit=self.hall.in_hand(no), ticket=self.picked("tickets", pick)), AGENT)

    @rule(no=WINDOWS, line=LINES, to=st.one_of(st.none(), WINDOWS), rank=st.sampled_from(PassOnRank))
    def pass_on(self, no: str, line: str, to: str | None, rank: PassOnRank) -> None:
        visit = self.hall.in_hand(no)
        self.hall.ask(c.PassOn(window=no, visit=visit, line=line, to_window=to, rank=rank), AGENT)

    @rule(pick=PICK, line=LINES)
    def guide(self, pick: int, line: str) -> None:
        ticket = self.picked("tickets", pick)
        self.hall.ask(c.ReturnMissed(ticket=ticket), DESK)
        if pick % 3 == 0:
            self.hall.ask(c.Reroute(ticket=ticket, line=line), DESK)
        if pick % 7 == 0:
            self.hall.ask(c.Cancel(ticket=ticket), DESK)

    @rule(pick=PICK)
    def floor_manager(self, pick: int) -> None:
        ticket = self.picked("tickets", pick)
        visit = next((v["id"] for v in self.hall.select("visits", ended_ms=None) if v["ticket"] == ticket), 1)
        self.hall.ask(c.Release(ticket=ticket, visit=visit, reason="断电"), DESK)
        if pick % 5 == 0:
            self.hall.ask(c.Abandon(ticket=ticket, reason="走了"), DESK)

    @rule(line=LINES, stopped=st.booleans())
    def stop(self, line: str, stopped: bool) -> None:
        self.hall.ask(c.StopLine(line=line, stopped=stopped), DESK)

    @rule(no=WINDOWS, login=LOGINS)
    def sign_in(self, no: str, login: str) -> None:
        self.hall.ask(c.SignIn(window=no, staff_no=login), AGENT)

    @rule(no=WINDOWS, deed=st.sampled_from([c.SignOut, c.PauseWindow, c.ReopenWindow]))
    def leave(self, no: str, deed: Any) -> None:
        self.hall.ask(deed(window=no), AGENT)

    @rule(login=LOGINS, disabled=st.booleans())
    def shut_out(self, login: str, disabled: bool) -> None:
        self.hall.ask(c.DisableUser(login=login, disabled=disabled))

    @rule(pick=PICK, level=st.integers(0, 5))
    def rate(self, pick: int, level: int) -> None:
        visit = self.picked("visits", pick)
        if level:
            self.hall.rate(visit, level)
        else:
            self.hall.ask(c.NotRatedAtCounter(visit=visit, reason=NotRated.NO_PRESS), KEYPAD)

    @rule(pick=PICK, outcome=st.sampled_from([None, *SlipOutcome]), after=st.sampled_from([None, *SlipAfter]))
    def slip(self, pick: int, outcome: SlipOutcome | None, after: SlipAfter | None) -> None:
        if outcome is None and after is None:
            return  # says nothing: the contract does not take it
        self.hall.ask(c.RecordSlip(slip=self.picked("slips", pick), outcome=outcome, after=after))
        if pick % 4 == 0:
            self.hall.ask(c.ReprintSlip(ticket=self.picked("tickets", pick), print_at="K2"), DESK)

    @rule(pick=PICK)
    def announce(self, pick: int) -> None:
        """Of any call of the day: the newest of its visit, an older one, or one taken back."""
        found = self.hall.select("visits")
        call = found[pick % len(found)]["call"] if found else 1
        self.hall.ask(c.AnnounceCall(call=call), SERVER)

    @rule(health=st.sampled_from(["ready", "silent"]))
    def device(self, health: str) -> None:
        self.hall.ask(c.ReportDevice(health={"keypad/101": health}), AGENT)

    @rule(limit=st.integers(1, 3))
    def load(self, limit: int) -> None:
        self.hall.ask(c.LoadHall(document=changed_document("demo", recall_limit=limit)))

    @rule(seconds=st.sampled_from([1, 9, 11, 65, 4_000]))
    def time_passes(self, seconds: int) -> None:
        """Cards say what was true when they were made; a turn of a session makes all of them anew."""
        self.hall.later(seconds)
        self.hall.ask(c.SessionTurn(day=self.hall.now.day, session="x", what="opens"), SERVER)

    @precondition(lambda self: self.restarted < 1)
    @rule()
    def restart(self) -> None:
        self.restarted += 1
        self.hall.reopen()

    @precondition(lambda self: len(self.hall.now.open_tickets) > 3)
    @rule(close=st.booleans())
    def day_ends(self, close: bool) -> None:
        if close:
            self.hall.ask(c.CloseDay(), DESK)
        self.hall.later(86_400)
        self.hall.look_at_the_clock()

    @rule()
    def compare(self) -> None:
        self.hall.check_cards()

    def teardown(self) -> None:
        try:
            self.hall.check_cards()
            self.hall.check()
            assert values_of(self.hall.day_in_memory)["day"] == self.hall.now.day
        finally:
            self.hall.close()
            shutil.rmtree(self.folder)


def in_the_morning(quick_folder: Path) -> Path:
    """A hall with three clerks, somebody in every state, and some who wait."""
    template = Path(tempfile.mkdtemp(dir=quick_folder))
    set_up(template, document("demo"))
    hall = HallOnDisk(template)
    hall.open()
    hall.sit("101", "102", "107")
    for line in ("A", "A", "A", "A", "C", "B", "Z-ZH", "A", "A"):
        hall.take(line)
    hall.serve("101")
    hall.call("101")
    hall.miss("101")
    hall.call("102")
    hall.start("102")
    hall.hold("102")
    hall.call("101")
    hall.close()
    return template


def test_cards_made_step_by_step_are_those_made_from_the_file(quick_folder: Path) -> None:
    template = in_the_morning(quick_folder)

    class Morning(HallMachine):
        def __init__(self) -> None:
            super().__init__(template, quick_folder)

    settings_here = settings(
        max_examples=SEQUENCES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Morning, settings=settings_here)
