"""A simulated clerk: does what is to be done at one window, going by what the page shows, like a person would."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from contract.words import HoldKind, Outcome
from demo.account import Account
from demo.agent_page import AgentPage, PageAnswer
from demo.board import PublicBoard
from demo.counter import Counter, Told, Visitor
from demo.devices import SimulatedDevices
from demo.pace import Pace

SEEN_WITHIN_S = 10.0  # a deed that was done shows on the page
LOOKS_UP_S = 5.0
LEAVES_WITHIN_S = 75.0  # the one before, at the keypad
PAD_KEYS = {"call_next": ("call_next", ""), "start_service": ("start", ""), "miss": ("function", "5")}
OUTCOMES = ((Outcome.FINISHED, 7), (Outcome.ACCEPTED, 2), (Outcome.SUPPLEMENT, 1), (Outcome.CONSULTED, 1))


@dataclass(frozen=True, slots=True)
class Window:
    """A clerk's place. `by_pad`: calls, starts and misses are keyed on the call pad."""

    no: str
    page: AgentPage
    counter: Counter
    by_pad: bool


class Clerk:
    """Goes by the card `work/<window>` alone, so that others may press keys at the same window too."""

    def __init__(
        self,
        window: Window,
        login: str,
        password: str,
        devices: SimulatedDevices,
        board: PublicBoard,
        account: Account,
        pace: Pace,
        over: threading.Event,
        seed: int,
        *,
        is_ours: Callable[[str], bool],
    ) -> None:
        self._at = window
        self._is_ours = is_ours
        self._login = login
        self._password = password
        self._devices = devices
        self._board = board
        self._account = account
        self._pace = pace
        self._over = over
        self._dice = random.Random(f"{seed}/{window.no}")

    def sign_in(self) -> PageAnswer:
        """Sit down at the window."""
        answer = self._at.page.do("sign_in", {"staff_no": self._login, "password": self._password})
        self._at.page.wait(lambda: self._state != "closed", SEEN_WITHIN_S)
        return answer

    def work(self) -> None:
        """Until the hall is over."""
        while not self._over.is_set():
            try:
                self._turn()
            except requests.RequestException as error:
                self._account.note("agent_away", window=self._at.no, problem=type(error).__name__)
                self._over.wait(1.0)

    # --- what the page shows ---------------------------------------------------------------------------------------

    @property
    def _card(self) -> dict[str, Any]:
        return self._at.page.cards.get(f"work/{self._at.no}", {})

    @property
    def _state(self) -> str:
        return str(self._card.get("state", "closed"))

    @property
    def _visit(self) -> int | None:
        visit = self._card.get("visit")
        return None if visit is None else int(visit["visit"])

    # --- what is to be done ----------------------------------------------------------------------------------------

    def _turn(self) -> None:
        if self._state == "free":
            self._free()
        elif self._state == "called":
            self._called()
        elif self._state == "serving":
            self._serving(self._at.counter.wait_for(self._number, 0.0))
        else:
            self._at.page.wait_change(LOOKS_UP_S)
            if self._state == "closed":
                self.sign_in()  # the day has turned, or somebody signed us out

    @property
    def _number(self) -> str:
        ticket = self._card.get("ticket")
        return "" if ticket is None else str(ticket["number"])

    def _free(self) -> None:
        held = {one["ticket"] for one in self._card["held"]}
        back = next((ticket for ticket in self._at.counter.who_came_back() if ticket in held), None)
        if back is not None:
            self._resume(back)
        elif self._card["waiting"] > 0:
            self._pause(*self._pace.rests)
            if not self._over.is_set():
                self._call_next()
        else:
            self._at.page.wait_change(0.5 if held else LOOKS_UP_S)

    def _resume(self, ticket: int) -> None:
        if not self._at.counter.wait_clear(LEAVES_WITHIN_S):
            return
        if self._do("resume", {"ticket": ticket}).ok:
            self._at.counter.goes_on(ticket)
            self._at.page.wait(lambda: self._state == "serving", SEEN_WITHIN_S)

    def _call_next(self) -> None:
        before = self._visit
        asked = time.monotonic()
        answer = self._key("call_next")
        if answer is not None and answer.ok:
            seen = self._board.seen(int(answer.body["revision"]), SEEN_WITHIN_S)
            board_ms = None if seen is None else (seen.at - asked) * 1000
            self._account.note("call", window=self._at.no, number=answer.body["number"], board_ms=board_ms)
        if answer is None or answer.ok:
            self._at.page.wait(lambda: self._visit != before, SEEN_WITHIN_S)

    def _called(self) -> None:
        visit = self._visit
        somebody_is_there = self._somebody_comes(visit, self._number)
        if visit != self._visit or self._over.is_set():
            return  # somebody else pressed a key, or it is over
        if not somebody_is_there:
            self._deed("miss", lambda: self._visit != visit)
            return
        self._at.counter.wait_clear(LEAVES_WITHIN_S)
        self._deed("start_service", lambda: self._visit != visit or self._state == "serving")

    def _somebody_comes(self, visit: int | None, number: str) -> bool:
        """Who holds the number, or, for a number that no simulated citizen holds, presumably a person at the screen."""
        counter = self._at.counter
        if counter.wait_for(number, self._pace.first_look) is not None or not self._is_ours(number):
            return True
        if self._pace.recall_after is not None:
            if counter.wait_for(number, self._pace.recall_after - self._pace.first_look) is not None:
                return True
            if visit == self._visit:
                self._deed("recall", lambda: self._visit != visit or self._card["visit"]["recalls"] > 0)
        return counter.wait_for(number, self._pace.patience) is not None

    def _serving(self, visitor: Visitor | None) -> None:
        visit = self._visit
        self._pause(*self._pace.serves)
        if visit != self._visit or self._state != "serving" or self._over.is_set():
            return
        if visitor is not None and visitor.needs_line is not None and visitor.needs_line in self._card["pass_on_to"]:
            self._tell(visitor, Told.PASSED_ON, "pass_on", {"line": visitor.needs_line}, visit)
        elif visitor is not None and visitor.needs_papers:
            body = {"kind": HoldKind.WITHOUT_PAPERS, "reason": "回去取材料"}
            self._tell(visitor, Told.HELD, "hold", body, visit)
        else:
            self._finish(visitor, visit)

    def _finish(self, visitor: Visitor | None, visit: int | None) -> None:
        keypad = self._devices.keypad(self._at.no)
        if visitor is not None:
            visitor.starts_before = 0 if keypad is None else keypad.starts
        outcome = self._dice.choices([one for one, _ in OUTCOMES], [weight for _, weight in OUTCOMES])[0]
        body = {"visit": visit, "outcome": outcome, "items": 1 + (self._dice.random() < 0.1)}
        if visitor is not None:
            self._at.counter.begins_rating(visitor)
        answer = self._do("finish", body)
        if visitor is not None and answer.ok:
            visitor.told.put((Told.FINISHED, int(answer.body["invited"])))
        elif visitor is not None:
            self._at.counter.stays(visitor)
        if answer.ok:
            self._at.page.wait(lambda: self._visit != visit, SEEN_WITHIN_S)

    def _tell(self, visitor: Visitor, told: Told, deed: str, body: dict[str, Any], visit: int | None) -> None:
        if self._do(deed, {"visit": visit, **body}).ok:
            visitor.needs_line = None
            visitor.told.put((told, 0))
            self._at.page.wait(lambda: self._visit != visit, SEEN_WITHIN_S)

    # --- keys ------------------------------------------------------------------------------------------------------

    def _deed(self, deed: str, reached: Callable[[], bool]) -> None:
        answer = self._key(deed)
        if answer is None or answer.ok:
            self._at.page.wait(reached, SEEN_WITHIN_S)

    def _key(self, deed: str) -> PageAnswer | None:
        """On the pad where the clerk uses one; the pad's answer is what the page then shows."""
        pad = self._devices.pad(self._at.no) if self._at.by_pad and deed in PAD_KEYS else None
        if pad is None:
            return self._do(deed, {"visit": self._visit})
        key, digits = PAD_KEYS[deed]
        press = pad.press(key, digits)
        self._account.note("pad", window=self._at.no, deed=deed, echoed=press.wait_acknowledged(3.0))
        return None

    def _do(self, deed: str, body: dict[str, Any]) -> PageAnswer:
        answer = self._at.page.do(deed, body)
        if not answer.ok:
            self._account.note("refused", window=self._at.no, deed=deed, code=answer.code)
            self._at.page.wait_change(0.5)
        return answer

    def _pause(self, least: float, most: float) -> None:
        if most > 0:
            self._over.wait(self._dice.uniform(least, most))
