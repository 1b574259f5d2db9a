"""Citizens and clerks in the hall: as long as somebody watches, or until so many tickets are through."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contract.words import FINAL_STATES
from demo.account import Account
from demo.agent_page import AgentPage
from demo.board import PublicBoard
from demo.cast import Cast, WindowPart
from demo.citizens import Citizen, Surroundings
from demo.clerks import Clerk, Window
from demo.counter import Counter
from demo.desk import Desk
from demo.devices import SimulatedDevices
from demo.evidence import ACCOUNT
from demo.intentions import Intention
from demo.kiosk_queue import KioskQueue
from demo.narrator import CannotStage, Narrator
from demo.pace import Pace
from demo.rows import Rows

CONNECTED_WITHIN_S: Final = 60.0
TELLS_EVERY_S: Final = 10.0
LOOKS_EVERY_S: Final = 0.2
STUCK_AFTER_S: Final = 120.0  # without any ticket moving, beyond the time to rate
MOST_NAMED: Final = 5
GOES_HOME_WITHIN_S: Final = 3.0

EVENTS: Final = {
    "took": ("{number} 取号（{place}）", "{number} taken ({place})"),
    "called": ("{number} 去 {window} 号窗口", "{number} goes to window {window}"),
    "press": ("{number} 在 {window} 号窗口评价：{level}", "{number} rates at window {window}: {level}"),
    "silent": ("{number} 没有评价就走了", "{number} leaves without rating"),
    "returned": ("{number} 过号后回来了", "{number} was missed and is back"),
    "cancelled": ("{number} 不办了", "{number} is cancelled"),
    "given_up": ("{number} 过号未到，弃号", "{number} did not come and is given up"),
}


class Play:
    """`windows`: those where simulated clerks sit; the others are left to whoever watches."""

    def __init__(
        self,
        cast: Cast,
        server: str,
        pages: dict[str, AgentPage],
        devices: SimulatedDevices,
        windows: Iterable[WindowPart],
        pace: Pace,
        seed: int,
        evidence: Path | None,
        narrator: Narrator,
    ) -> None:
        self._cast = cast
        self._pages = pages
        self._pace = pace
        self._seed = seed
        self._narrator = narrator
        self._over = threading.Event()
        self._dice = random.Random(seed)
        self.account = Account(None if evidence is None else evidence / ACCOUNT, self._whisper)
        self.board = PublicBoard(server, cast.hall.code)
        self._desk = Desk(server, cast.hall.code)
        self._windows = list(windows)
        counters = {window.no: Counter(window.no) for window in self._windows}
        kiosks = {
            kiosk.name: KioskQueue(kiosk.name, pages[kiosk.name], devices.printers.get(kiosk.name), raster=kiosk.raster)
            for kiosk in cast.kiosks
        }
        self._around = Surroundings(
            kiosks=kiosks,
            desk=self._desk,
            desk_prints_at=next((kiosks[kiosk.name] for kiosk in cast.kiosks if not kiosk.raster), None),
            board=self.board,
            counters=counters,
            devices=devices,
            account=self.account,
            pace=pace,
            over=self._over,
            numbers=set(),
        )
        self._clerks: list[Clerk] = []
        self._threads: list[threading.Thread] = []

    def begin(self, password: str) -> None:
        """Board followed, desk and windows signed in, clerks at work. Raises CannotStage."""
        self.board.start()
        if not self.board.wait_connected(CONNECTED_WITHIN_S):
            raise CannotStage("公众屏没有连上服务器", "the public board does not reach the server")
        for kiosk in self._cast.kiosks:
            self._wait_connected(kiosk.name)  # who comes before that gets no number
        self._desk.sign_in(self._cast.desk, password)
        for at, part in enumerate(self._windows):
            page = self._wait_connected(part.agent)
            window = Window(part.no, page, self._around.counters[part.no], by_pad=at % 3 == 2)
            clerk = Clerk(
                window,
                part.clerk,
                password,
                self._around.devices,
                self.board,
                self.account,
                self._pace,
                self._over,
                self._seed,
                is_ours=self._around.numbers.__contains__,
            )
            answer = clerk.sign_in()
            if not answer.ok:
                raise CannotStage(
                    f"{part.clerk} 不能在 {part.no} 号窗口登录：{answer.code}",
                    f"{part.clerk} cannot sign in at {part.no}: {answer.code}",
                )
            self._clerks.append(clerk)
            self._go(clerk.work, f"clerk {part.no}")

    def _wait_connected(self, agent: str) -> AgentPage:
        """The page of an agent that hears the server. Raises CannotStage."""
        page = self._pages[agent]
        page.watch()
        if not page.wait(lambda: bool(page.agent.get("connected")), CONNECTED_WITHIN_S):
            raise CannotStage(f"{agent} 没有连上服务器", f"{agent} does not reach the server")
        return page

    def go_on(self, intentions: Iterator[Intention]) -> None:
        """Citizens come and go until `end`."""

        def arrive() -> None:
            inside: list[threading.Thread] = []
            for intention in intentions:
                if self._over.wait(self._dice.uniform(*self._pace.arrives_every)):
                    return
                inside = [one for one in inside if one.is_alive()]
                if len(inside) < self._pace.most_in_hall:
                    citizen = Citizen(intention, self._around, self._seed)
                    inside.append(self._go(citizen.live, f"citizen {intention.citizen}"))

        self._go(arrive, "door")

    def play_through(
        self, intentions: list[Intention], rows: Rows, rate_within_s: float, check: Callable[[], None]
    ) -> None:
        """All of them, then every ticket final and every counter record in. Raises CannotStage when it stands still."""
        room = threading.Semaphore(self._pace.most_in_hall)
        citizens = [Citizen(intention, self._around, self._seed) for intention in intentions]

        def live(citizen: Citizen) -> None:
            with room:
                if not self._over.is_set():
                    citizen.live()

        for citizen in citizens:
            self._go(lambda citizen=citizen: live(citizen), f"citizen {citizen.intention.citizen}")  # type: ignore[misc]
        self._watch_until_done(citizens, rows, rate_within_s, check)

    def _watch_until_done(
        self, citizens: list[Citizen], rows: Rows, rate_within_s: float, check: Callable[[], None]
    ) -> None:
        moved, seen, told = time.monotonic(), "", time.monotonic()
        while True:
            check()
            states, owed, records = rows.states(), rows.owed(), rows.records()
            now = time.monotonic()
            look = f"{states} {owed} {records}"
            if look != seen:
                moved, seen = now, look
            through = sum(citizen.done for citizen in citizens)
            final = sum(count for state, count in states.items() if state in FINAL_STATES)
            if now - told >= TELLS_EVERY_S:
                told = now
                self._tell(len(citizens), sum(states.values()), final, records, owed)
            if through == len(citizens) and final == sum(states.values()) and owed == 0 and rows.open_slips() == 0:
                self._tell(len(citizens), sum(states.values()), final, records, owed)
                return
            if now - moved > STUCK_AFTER_S + rate_within_s:
                self._stands_still(citizens)
            time.sleep(LOOKS_EVERY_S)

    def _tell(self, wanted: int, taken: int, final: int, records: int, owed: int) -> None:
        self._narrator.say(
            f"取号 {taken}/{wanted}，结束 {final}，评价记录 {records}，等待评价 {owed}",
            f"taken {taken}/{wanted}, ended {final}, counter records {records}, owed {owed}",
        )

    def _stands_still(self, citizens: list[Citizen]) -> None:
        left = [f"{one.intention.citizen}: {one.where}" for one in citizens if not one.done][:MOST_NAMED]
        raise CannotStage(f"大厅停住了：{'；'.join(left)}", f"the hall stands still: {'; '.join(left)}")

    def end(self) -> None:
        """Everybody goes home. Who stands before a printer without paper is not waited for."""
        self._over.set()
        for counter in self._around.counters.values():
            counter.close()
        self.board.stop()
        for page in self._pages.values():
            page.close()
        gone_by = time.monotonic() + GOES_HOME_WITHIN_S
        for thread in self._threads:
            thread.join(max(0.0, gone_by - time.monotonic()))
        self._desk.close()
        self.account.close()

    def _whisper(self, what: str, facts: Mapping[str, Any]) -> None:
        """What happens, for the foot of the page."""
        sentence = EVENTS.get(what)
        if sentence is not None:
            said = {"window": "", "place": "", "level": "", **facts}
            self._narrator.whisper(sentence[0].format(**said), sentence[1].format(**said))

    def _go(self, what: Callable[[], None], name: str) -> threading.Thread:
        self._threads = [one for one in self._threads if one.is_alive()]
        thread = threading.Thread(target=what, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread
