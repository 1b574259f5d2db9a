"""A simulated citizen: takes a number, waits to be called, is served, rates or does not, and notes what was done."""

import queue
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass

import requests

from contract.replies import Issued, Refused
from demo.account import Account
from demo.board import PublicBoard, SeenCall
from demo.counter import Counter, Told, Visitor
from demo.desk import Desk
from demo.devices import SimulatedDevices
from demo.intentions import Fate, Intention
from demo.kiosk_queue import KioskQueue
from demo.narrator import CannotStage
from demo.pace import Pace
from drivers.simulators.rating_keypad import RatingKeypad
from terminal.connection import NotConfirmed

LOOKS_UP_S = 2.0  # how often somebody who stands at a counter looks whether the number is still there
WAITS_S = 3600.0  # in the hall, before giving up
ASKED_WITHIN_LOOKS = 15
MORE_PRESSES = 2  # when the keypad did not thank for the first
PRIORITY_REASON = "本人说明"
CANCEL_REASON = "本人不办了"
ABANDON_REASON = "过号未到"
QR = "qr"  # the kiosk's page gets the link as a drawing besides


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The hall as citizens meet it. `over` ends all waiting."""

    kiosks: Mapping[str, KioskQueue]
    desk: Desk
    desk_prints_at: KioskQueue | None
    board: PublicBoard
    counters: Mapping[str, Counter]
    devices: SimulatedDevices
    account: Account
    pace: Pace
    over: threading.Event
    numbers: set[str]  # those that simulated citizens hold


class Citizen:
    """`done` says that the way through the hall has come to its end; `where` tells how far it got."""

    def __init__(self, intention: Intention, around: Surroundings, seed: int) -> None:
        self.intention = intention
        self.where = "outside"
        self.done = False
        self._around = around
        self._dice = random.Random(f"{seed}/{intention.citizen}")
        self._account = around.account
        self._number = ""
        self._ticket = 0
        self._seen_call = 0
        self._missed = False

    def live(self) -> None:
        """From the door to the door."""
        try:
            if self._take_number():
                self._wait_and_be_served()
            self.done = not self._around.over.is_set()
        except (requests.RequestException, NotConfirmed, CannotStage) as error:
            self._note("lost", problem=type(error).__name__)

    # --- the number ------------------------------------------------------------------------------------------------

    def _take_number(self) -> bool:
        self.where = "takes a number"
        self._seen_call = self._around.board.newest_call
        issued = self._at_desk() if self.intention.place == "desk" else self._at_kiosk()
        if issued is None:
            return False
        self._number, self._ticket = issued.number, issued.ticket
        self._around.numbers.add(issued.number)
        return True

    def _at_kiosk(self) -> Issued | None:
        kiosk = self._around.kiosks[self.intention.place]
        taken = kiosk.take_number(self.intention.line, self.intention.language)
        if taken.status != 200:
            self._note("no_number", place=kiosk.name, code=taken.issued.get("code"))
            return None
        issued = Issued.model_validate({name: said for name, said in taken.issued.items() if name != QR})
        self._note_taken(kiosk.name, issued, taken.take_ms)
        if taken.paper is not None:
            self._note("paper", number=issued.number, kiosk=kiosk.name, paper=taken.paper, print_ms=taken.print_ms)
        return issued

    def _at_desk(self) -> Issued | None:
        printer = self._around.desk_prints_at
        before = 0 if printer is None else printer.papers_so_far()
        wants = self.intention
        reason = PRIORITY_REASON if wants.priority is not None else None
        print_at = None if printer is None else printer.name
        issued = self._around.desk.take_number(wants.line, wants.language, wants.priority, reason, print_at)
        if isinstance(issued, Refused):
            self._note("no_number", place="desk", code=issued.code)
            return None
        self._note_taken("desk", issued, None)
        paper = None if printer is None else printer.wait_for_paper(issued.number, before)
        if printer is not None and paper is not None:
            self._note("paper", number=issued.number, kiosk=printer.name, paper=paper.number, print_ms=None)
        return issued

    def _note_taken(self, place: str, issued: Issued, take_ms: float | None) -> None:
        self._note(
            "took",
            place=place,
            number=issued.number,
            ticket=issued.ticket,
            take_ms=take_ms,
            fate=self.intention.fate,
            issued=issued.model_dump(mode="json"),
        )

    # --- waiting and being served ----------------------------------------------------------------------------------

    def _wait_and_be_served(self) -> None:
        if self.intention.fate is Fate.CANCELS:
            self._cancel()
            return
        going_on = True
        while going_on and not self._around.over.is_set():
            self.where = f"waits with {self._number}"
            call = self._around.board.wait_called(self._number, self._seen_call, WAITS_S)
            if call is None:
                return
            self._seen_call = call.call
            self._note("called", number=self._number, window=call.window, call=call.call)
            going_on = self._is_missed(call) if self._means_to_be_missed() else self._is_served(call)

    def _cancel(self) -> None:
        self.where = f"cancels {self._number}"
        self._walk()
        refused = self._around.desk.cancel(self._ticket, CANCEL_REASON)
        self._note("cancelled", number=self._number, refused=None if refused is None else refused.code)

    def _means_to_be_missed(self) -> bool:
        return self.intention.fate in (Fate.GONE, Fate.BACK) and not self._missed

    def _is_missed(self, call: SeenCall) -> bool:
        """Not there when called. True when coming back."""
        self.where = f"lets {self._number} be missed"
        if not self._around.board.wait_gone(self._number, call.window, WAITS_S):
            return False
        self._missed = True
        if self.intention.fate is Fate.GONE:
            return self._is_given_up()
        return self._returns()

    def _is_given_up(self) -> bool:
        refused = self._around.desk.abandon(self._ticket, ABANDON_REASON)
        self._note("given_up", number=self._number, refused=None if refused is None else refused.code)
        return False

    def _returns(self) -> bool:
        """Back in the line, or, where the rule allows no more returns, given up."""
        refused = self._around.desk.return_missed(self._ticket)
        self._note("returned", number=self._number, refused=None if refused is None else refused.code)
        return True if refused is None else self._is_given_up()

    def _is_served(self, call: SeenCall) -> bool:
        """True when it goes on elsewhere."""
        self.where = f"goes to {call.window} with {self._number}"
        self._walk()
        counter = self._around.counters.get(call.window)
        if counter is None:
            return True  # nobody of the demo sits there: whoever presses keys decides what comes next
        wants = self.intention
        visitor = Visitor(
            self._number,
            self._ticket,
            needs_papers=wants.fate is Fate.HELD and not self._missed,
            needs_line=wants.then if wants.fate is Fate.PASSED_ON and not self._missed else None,
        )
        counter.step_up(visitor)
        try:
            return self._at_counter(counter, visitor, call.window)
        finally:
            counter.leave(visitor)

    def _at_counter(self, counter: Counter, visitor: Visitor, window: str) -> bool:
        while not self._around.over.is_set():
            self.where = f"stands at {window} with {self._number}"
            try:
                told, invited = visitor.told.get(timeout=LOOKS_UP_S)
            except queue.Empty:
                if self._around.board.number_at(window) != self._number and self._came_too_late(counter, visitor):
                    return True
                continue
            if told is Told.FINISHED:
                self._rate(counter, visitor, window, invited=bool(invited))
                return False
            if told is Told.PASSED_ON:
                self._missed = True  # whatever was meant has happened; from now on straight on
                return True
            if told is Told.HELD:
                self.where = f"fetches papers for {self._number}"
                counter.leave(visitor)
                self._pause(*self._around.pace.fetches)
                visitor.needs_papers = False
                counter.come_back(visitor)
        return False

    def _came_too_late(self, counter: Counter, visitor: Visitor) -> bool:
        """The clerk called in vain before we got there. Only a ticket that is really missed can return."""
        if visitor.ticket in counter.who_came_back():
            return False
        refused = self._around.desk.return_missed(self._ticket)
        if refused is None:
            self._note("returned", number=self._number, refused=None)
        return refused is None

    # --- rating ----------------------------------------------------------------------------------------------------

    def _rate(self, counter: Counter, visitor: Visitor, window: str, *, invited: bool) -> None:
        self.where = f"rates {self._number}"
        keypad = self._around.devices.keypad(window)
        level = self.intention.level
        if level is None or keypad is None or not invited:
            self._note("silent", number=self._number, ticket=self._ticket, window=window, invited=invited)
            return
        starts = visitor.starts_before
        for _ in range(1 + MORE_PRESSES):
            if not self._is_asked(keypad, starts + 1):
                break
            starts = keypad.starts
            self._pause(*self._around.pace.thinks)
            press = keypad.press(min(level + 1, 5) if keypad.levels == 4 and level == 3 else level)
            thanked = press.wait_acknowledged(3.0)
            self._note(
                "press",
                number=self._number,
                ticket=self._ticket,
                window=window,
                level=press.level,
                at=press.time.isoformat(),
                sent=press.times_sent,
                acknowledged=thanked,
            )
            if thanked:
                return
        self._note("not_asked", number=self._number, ticket=self._ticket, window=window)

    def _is_asked(self, keypad: RatingKeypad, starts: int) -> bool:
        """Until the keypad has started that often; nobody waits for ever."""
        for _ in range(ASKED_WITHIN_LOOKS):
            if self._around.over.is_set():
                return False
            if keypad.wait_starts(starts, LOOKS_UP_S):
                return True
        return False

    # --- small things ----------------------------------------------------------------------------------------------

    def _walk(self) -> None:
        self._pause(*self._around.pace.walks)

    def _pause(self, least: float, most: float) -> None:
        if most > 0:
            self._around.over.wait(self._dice.uniform(least, most))

    def _note(self, what: str, **facts: object) -> None:
        self._account.note(what, citizen=self.intention.citizen, **facts)
