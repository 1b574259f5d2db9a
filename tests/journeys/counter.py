"""A window with its clerk: the page, and on the counter a keypad, a call pad and a strip."""

from typing import Any

import requests

from drivers.simulators.call_pad import CallPad
from drivers.simulators.led_strip import LedStrip
from drivers.simulators.rating_keypad import RatingKeypad
from drivers.simulators.rs485_line import Rs485Line
from tests.journeys.hall import PASSWORD, Hall
from tests.terminal.agents import PageClient
from tests.terminal.hall_outside import until

SHOWS_WITHIN_S = 30.0
CLERKS = {"101": "1003", "102": "1007", "107": "1021"}


class Counter:
    """`address` is that of the devices on the line."""

    def __init__(self, hall: Hall, no: str, page: PageClient, line: Rs485Line, address: int) -> None:
        self.hall = hall
        self.no = no
        self.page = page
        self.keypad: RatingKeypad = line.keypad(address)
        self.pad: CallPad = line.pad(address)
        self.strip: LedStrip = line.strip(address)

    @property
    def work(self) -> dict[str, Any]:
        """The card that the clerk looks at."""
        found: dict[str, Any] = self.page.cards.get(f"work/{self.no}", {})
        return found

    @property
    def visit(self) -> int | None:
        """The visit in hand as the page shows it."""
        seen = self.work["visit"]
        return None if seen is None else int(seen["visit"])

    @property
    def state(self) -> str:
        """Of the window: closed, free, called, serving or paused."""
        return str(self.work.get("state"))

    def wait(self, state: str) -> None:
        """Until the page shows the window in this state."""
        until(lambda: self.state == state, f"window {self.no} is {state}, not {self.state}", SHOWS_WITHIN_S)

    def press(self, deed: str, **body: Any) -> requests.Response:
        """A key of the page, for the visit that it shows where the deed is about one."""
        if deed in ("pause_window", "reopen_window", "sign_out", "return_missed"):
            return self.page.do(deed, body)
        return self.page.do(deed, {"visit": self.visit, **body})

    def do(self, deed: str, **body: Any) -> dict[str, Any]:
        """The same for a deed that is done."""
        answer = self.press(deed, **body)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    # --- what clerks do all day --------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """The clerk sits down; nothing to do where they sit already."""
        if not self.page.agent["signed_in"]:
            answer = self.page.do("sign_in", {"staff_no": CLERKS[self.no], "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        until(lambda: self.page.agent["signed_in"] and self.state != "closed", "signed in", SHOWS_WITHIN_S)

    def sign_out(self) -> None:
        if self.page.agent["signed_in"]:
            self.do("sign_out")
        self.wait("closed")

    def call(self) -> int:
        """Call the next; the visit."""
        called = self.do("call_next")
        self.wait("called")
        return int(called["visit"])

    def start(self) -> None:
        self.do("start_service")
        self.wait("serving")

    def finish(self) -> None:
        self.do("finish", outcome="finished", items=1)
        self.wait("free")

    def serve(self) -> int:
        """Call the next, start, finish; the visit, whose citizen is asked to rate from now on."""
        visit = self.call()
        self.start()
        self.finish()
        return visit

    # --- what came of it ---------------------------------------------------------------------------------------------

    def records(self, visit: int) -> list[tuple[int | None, str | None]]:
        """The counter records of a visit: level, or why there is none."""
        return self.hall.rows("SELECT level, reason FROM ratings WHERE visit = ? AND channel = 'counter'", visit)

    def wait_record(self, visit: int, level: int | None, reason: str | None = None, within_s: float = 40.0) -> None:
        """Until the visit has this record and no other; then nothing is owed for it."""
        wanted = [(level, reason)]
        until(lambda: self.records(visit) == wanted, f"record of {visit}: {self.records(visit)}", within_s)
        until(lambda: visit not in [one["visit"] for one in self.work["pending"]], "nothing owed", SHOWS_WITHIN_S)


def take(kiosk: PageClient, line: str = "A") -> dict[str, Any]:
    """A citizen touches a service; all that stands on the slip."""
    until(lambda: kiosk.agent["connected"], "the kiosk hears the server", SHOWS_WITHIN_S)
    answer = kiosk.do("take_number", {"line": line, "language": "zh"})
    assert answer.status_code == 200, answer.text
    issued: dict[str, Any] = answer.json()
    return issued
