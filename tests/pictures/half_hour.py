"""Half an hour in the demo's hall, one deed after another, each at its own second: the same seed, the same half hour.

The demo's own play has citizens and clerks who act at once, as people do, and so never twice alike.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from contract.words import Code, Priority
from demo.agent_page import AgentPage, PageAnswer
from demo.cast import Cast, WindowPart
from demo.desk import Desk
from demo.intentions import Fate, Intention, crowd
from demo.rows import Rows
from demo.stage import Stage
from tests.pictures.clock import SetClock
from tests.terminal.hall_outside import until

CITIZENS = 52
LASTS_S = 32 * 60
FIRST_S = 60
LAST_CALL_S = LASTS_S - 4  # the first window calls once more
FREE_AT_S = LAST_CALL_S - 50  # and has nobody in hand from about here
PAUSES_AFTER_S = 18 * 60  # the last window: its clerk goes to lunch
WITHIN_S = 30.0


@dataclass
class Place:
    """A window with its clerk: the visit in hand, and whoever is served."""

    part: WindowPart
    page: AgentPage
    visit: int | None = None


class HalfHour:
    """`heard`: what time the server's beats have told so far."""

    def __init__(
        self, stage: Stage, cast: Cast, clock: SetClock, start: datetime, seed: int, heard: Callable[[], datetime]
    ) -> None:
        self._stage = stage
        self._cast = cast
        self._clock = clock
        self._start = start
        self._heard = heard
        self._dice = random.Random(seed)
        self._crowd = crowd(cast, CITIZENS, seed)
        self._meant: dict[str, Intention] = {}  # by number
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self._desk = Desk(stage.server_url, cast.hall.code)
        self._places = [Place(part, stage.pages[part.agent]) for part in cast.windows]
        self.newest: dict[str, Any] = {}  # the last number taken at the first kiosk
        self.told: list[str] = []  # every deed in a line: what two runs have in common

    def run(self, rows: Rows) -> None:
        """To its end, with every slip printed and every rating recorded that was given."""
        self._rows = rows
        rows.watch_records()
        self._go_to(0)
        self._desk.sign_in(self._cast.desk, self._stage.password)
        for place in self._places:
            place.page.watch()
            said = {"staff_no": place.part.clerk, "password": self._stage.password}
            until(lambda page=place.page: page.agent.get("connected"), "connected", WITHIN_S)  # type: ignore[misc]
            self._did(0, place, "sign_in", place.page.do("sign_in", said))
        times = sorted(self._dice.uniform(FIRST_S, LASTS_S - 30) for _ in self._crowd)
        for at, intention in zip(times, self._crowd, strict=True):
            self._later(at, lambda now, who=intention: self._arrive(now, who))  # type: ignore[misc]
        for at, place in enumerate(self._places):
            self._later(FIRST_S * (2 + at), lambda now, here=place: self._free(now, here))  # type: ignore[misc]
        while self._due:
            at, _, what = heapq.heappop(self._due)
            self._go_to(at)
            what(at)
        self._last_call()
        until(lambda: rows.open_slips() == 0, "all slips printed", WITHIN_S)
        for place in self._places:
            place.page.close()
        self._desk.close()

    def _later(self, at: float, what: Callable[[float], None]) -> None:
        if at < LAST_CALL_S:
            heapq.heappush(self._due, (at, next(self._order), what))

    def _go_to(self, at: float) -> None:
        self._now = self._start + timedelta(seconds=int(at))
        self._clock.set(self._now)

    def _did(self, at: float, place: Place, deed: str, answer: PageAnswer) -> dict[str, Any]:
        assert answer.ok, (deed, answer.body)
        number = answer.body.get("number", "")
        self.told.append(f"{int(at)} {place.part.no} {deed} {number} {answer.body.get('kind')}")
        return answer.body

    # --- citizens ----------------------------------------------------------------------------------------------------

    def _arrive(self, at: float, who: Intention) -> None:
        if who.place == "desk":
            reason = None if who.priority is None else "本人说明"
            issued = self._desk.take_number(who.line, who.language, who.priority, reason, self._cast.kiosks[-1].name)
            number = str(getattr(issued, "number", ""))
        else:
            said = {"line": who.line, "language": who.language}
            answer = self._stage.pages[who.place].do("take_number", said)
            assert answer.ok, answer.body
            number = str(answer.body["number"])
            if who.place == self._cast.kiosks[0].name:
                self.newest = answer.body
        self._meant[number] = who
        priority = "" if who.priority is None else Priority(who.priority).value
        self.told.append(f"{int(at)} {who.place} took {number} {priority}")

    # --- clerks ------------------------------------------------------------------------------------------------------

    def _free(self, at: float, here: Place) -> None:
        answer = here.page.do("call_next", {"visit": None})
        if answer.code == Code.NOBODY_WAITING:
            self._later(at + 20, lambda now: self._free(now, here))
            return
        body = self._did(at, here, "call_next", answer)
        here.visit = int(body["visit"])
        who = self._meant[body["number"]]
        comes = who.fate not in (Fate.GONE, Fate.BACK)
        next_ = (lambda now: self._start_serving(now, here, who)) if comes else (lambda now: self._miss(now, here))
        self._later(at + self._dice.uniform(15, 40) + (0 if comes else 40), next_)

    def _miss(self, at: float, here: Place) -> None:
        self._did(at, here, "miss", here.page.do("miss", {"visit": here.visit}))
        self._rest(at, here)

    def _start_serving(self, at: float, here: Place, who: Intention) -> None:
        self._did(at, here, "start_service", here.page.do("start_service", {"visit": here.visit}))
        held = who.fate is Fate.HELD
        after = self._dice.uniform(60, 100) if held else self._dice.uniform(180, 420)
        if here is self._places[0]:
            after = min(after, max(20.0, FREE_AT_S - at))
        self._later(at + after, lambda now: self._hold(now, here) if held else self._finish(now, here, who))

    def _hold(self, at: float, here: Place) -> None:
        said = {"visit": here.visit, "kind": "without_papers", "reason": "回去取材料"}
        self._did(at, here, "hold", here.page.do("hold", said))
        self._rest(at, here)

    def _finish(self, at: float, here: Place, who: Intention) -> None:
        keypad = self._stage.devices.keypad(here.part.no)
        level = who.level if keypad is not None else None
        if level is not None:
            # The agent at the keypad must know the time before it tells when a key was pressed.
            until(lambda: self._heard() >= self._now - timedelta(seconds=1), "the beat", WITHIN_S)
        before, starts = self._rows.seen_at(), 0 if keypad is None else keypad.starts
        said = {"visit": here.visit, "outcome": "finished", "items": 1}
        self._did(at, here, "finish", here.page.do("finish", said))
        if keypad is not None and level is not None:
            assert keypad.wait_starts(starts + 1, WITHIN_S)
            assert keypad.press(level).wait_acknowledged(WITHIN_S)
            until(lambda: self._rows.seen_at() != before, "the rating is recorded", WITHIN_S)
        self._rest(at, here)

    def _rest(self, at: float, here: Place) -> None:
        here.visit = None
        if here is self._places[-1] and at > PAUSES_AFTER_S:
            self._did(at, here, "pause_window", here.page.do("pause_window", {"reason": "就餐"}))
            return
        if here is not self._places[0] or at < FREE_AT_S:
            self._later(at + self._dice.uniform(5, 25), lambda now: self._free(now, here))

    def _last_call(self) -> None:
        """The newest call on the board is the first window's."""
        self._go_to(LAST_CALL_S)
        here = self._places[0]
        assert here.visit is None
        self._did(LAST_CALL_S, here, "call_next", here.page.do("call_next", {"visit": None}))
        self._go_to(LASTS_S)
