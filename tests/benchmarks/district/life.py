"""One hall's people: they take numbers, wait, are called, served and asked. Time may run faster than it does.

How often and how long is a picture of a busy morning, not a measurement of one; every figure stands below.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.district.lines import Answer, Lines

PEAK_HOUR = 0.19  # of a day's tickets
# Seconds, at the speed of life.
_PRINTS, _WALKS, _SERVED, _PRESSES, _ASKED_FOR = 3.0, 20.0, 240.0, 8.0, 60.0
_MISSED, _RECALLED, _RATES, _HAS_PHONE = 0.06, 0.10, 0.7, 0.5
# Seconds of the clock, at any speed: what machines do by themselves.
_PHONE_ASKS, _SPEAKER_ASKS, _SPOKEN_AFTER, _LONGEST_NAP = 10.0, 2.0, 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """A hall as its people know it. `lines`: of each window. `spoken_in`: the voice zone of each window."""

    code: str
    url: str
    tickets: int  # a day
    kiosks: list[str]
    lines: dict[str, list[str]]
    keypads: list[str]
    spoken_in: dict[str, str]


@dataclass
class Pace:
    """How much faster than life. `closed`: nobody comes any more."""

    speed: float = 1.0
    closed: bool = False


@dataclass
class HallLife:
    """Runs until it is cancelled; what fails ends the process that runs it."""

    plan: Plan
    net: Lines
    pace: Pace
    rng: random.Random
    waiting: Counter[str] = field(default_factory=Counter)  # by line
    tickets: int = 0
    _leases: dict[str, str] = field(default_factory=dict)
    _phones: set[int] = field(default_factory=set)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _going: set[asyncio.Task[None]] = field(default_factory=set)

    def open(self) -> None:
        """The pages that speak are there."""
        for zone in set(self.plan.spoken_in.values()):
            self._go(self._speak(zone))

    def start(self) -> None:
        """People come."""
        for no in self.plan.lines:
            self._go(self._serve(no))
        self._go(self._arrive())

    def stop(self) -> None:
        """They go on no more; what was asked may be answered to nobody."""
        for task in self._going:
            task.cancel()

    def _go(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._going.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._going.discard(task)
        if not task.cancelled() and task.exception() is not None:
            asyncio.get_running_loop().call_exception_handler({"message": self.plan.code, "task": task})

    async def _later(self, seconds: float) -> None:
        """So long at the speed of life, however fast that is meanwhile."""
        while seconds > 0:
            nap = min(seconds / self.pace.speed, _LONGEST_NAP)
            await asyncio.sleep(nap)
            seconds -= nap * self.pace.speed

    async def _arrive(self) -> None:
        """As many as in a morning's fullest hour, each when it pleases them."""
        per_s = self.plan.tickets * PEAK_HOUR / 3600
        share = Counter({line: 0.0 for lines in self.plan.lines.values() for line in lines})
        for lines in self.plan.lines.values():
            share.update({line: 1 / len(lines) for line in lines})
        while not self.pace.closed:
            await self._later(self.rng.expovariate(per_s))
            line = self.rng.choices(list(share), list(share.values()))[0]
            self._go(self._take(self.rng.choice(self.plan.kiosks), line))

    async def _take(self, kiosk: str, line: str) -> None:
        issued = await self.net.at_kiosk(kiosk, "take_number", line=line)
        if issued["kind"] != "issued":
            return
        self.tickets += 1
        await self._somebody_waits(line)
        if self.rng.random() < _HAS_PHONE:
            self._phones.add(issued["ticket"])
            self._go(self._look(issued["ticket"], issued["link"].rpartition("#")[2]))
        await self._later(_PRINTS)
        await self.net.at_kiosk(kiosk, "record_slip", slip=issued["slip"], outcome="printed")

    async def _look(self, ticket: int, proof: str) -> None:
        """On the phone, until one is called."""
        while ticket in self._phones:
            await self.net.by_phone(ticket, proof)
            await asyncio.sleep(_PHONE_ASKS * self.rng.uniform(0.5, 1.0))

    async def _somebody_waits(self, line: str) -> None:
        self.waiting[line] += 1
        async with self._news:
            self._news.notify_all()

    async def _serve(self, no: str) -> None:
        """A clerk, who calls when somebody waits."""
        lines = self.plan.lines[no]

        def wanted() -> str | None:
            return next((one for one in lines if self.waiting[one] > 0), None)

        while True:
            async with self._news:
                await self._news.wait_for(wanted)
                line = wanted() or ""
                self.waiting[line] -= 1
            called = await self.net.at_window(no, "call_next", window=no, visit=None)
            if called["kind"] == "called":
                self.waiting[line] += 1
                self.waiting[called["line"]] -= 1
                await self._one_citizen(no, called)

    async def _one_citizen(self, no: str, called: Answer) -> None:
        at = {"window": no, "visit": called["visit"]}
        self._phones.discard(called["ticket"])
        self._go(self._say(self.plan.spoken_in[no], called["revision"]))
        await self._later(_WALKS)
        if self.rng.random() < _RECALLED:
            recalled = await self.net.at_window(no, "recall", **at)
            if recalled["kind"] != "refused":
                self._go(self._say(self.plan.spoken_in[no], recalled["revision"]))
            await self._later(_WALKS)
        if self.rng.random() < _MISSED:
            await self.net.at_window(no, "miss", **at)
            return
        await self.net.at_window(no, "start_service", **at)
        await self._later(self.rng.expovariate(1 / _SERVED))
        await self.net.at_window(no, "finish", outcome="finished", items=1, **at)
        if no in self.plan.keypads:
            self._go(self._rate(no, called["visit"]))

    async def _rate(self, no: str, visit: int) -> None:
        if self.rng.random() < _RATES:
            await self._later(_PRESSES)
            pressed = datetime.now(UTC).isoformat()
            await self.net.at_window(no, "rate", visit=visit, level=self.rng.randint(1, 5), pressed_at=pressed)
        else:
            await self._later(_ASKED_FOR)
            await self.net.at_window(no, "not_rated", visit=visit, reason="no_press")

    async def _speak(self, zone: str) -> None:
        """The page that speaks says that it is there."""
        await asyncio.sleep(self.rng.uniform(0, _SPEAKER_ASKS))
        while True:
            held = await self.net.by_voice(zone, "speaker", lease=self._leases.get(zone))
            self._leases[zone] = held["lease"]
            await asyncio.sleep(_SPEAKER_ASKS)

    async def _say(self, zone: str, call: int) -> None:
        await asyncio.sleep(_SPOKEN_AFTER)
        if self._leases.get(zone):
            await self.net.by_voice(zone, "spoken", lease=self._leases[zone], call=call)
