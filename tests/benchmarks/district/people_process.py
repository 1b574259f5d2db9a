"""Everybody in all halls of a district, in one process (see child.py): screens that watch, and people who live there.

A ticket's life is asked for by HTTP as kiosks, windows, pages and phones do; every screen has a web socket of its own.
"""

import asyncio
import gc
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks.coming import Http, connect
from tests.benchmarks.district.devices import AGENT, token_of
from tests.benchmarks.district.life import HallLife, Pace, Plan
from tests.benchmarks.district.lines import Book, Lines
from tests.benchmarks.figures import p50, p99
from tests.benchmarks.screen_protocol import Screen

_AT_ONCE = 48
_STAFF = f"Authorization: Bearer {token_of(AGENT)}\r\n"


class _People:
    """What can be asked of them."""

    def __init__(self) -> None:
        self._book, self._pace = Book(), Pace()
        self._lives: list[HallLife] = []
        self._screens: list[Screen] = []
        self._in_hall: dict[str, list[Screen]] = {}
        self._failed: list[str] = []
        asyncio.get_running_loop().set_exception_handler(self._failure)

    async def watch(self, halls: list[tuple[str, str, int, int]]) -> dict[str, Any]:
        """Screens of each hall: its code, its address, how many for the public and how many of the staff."""
        begun, gate = time.perf_counter(), asyncio.Semaphore(_AT_ONCE)

        async def open_all(code: str, url: str, public: int, staff: int) -> None:
            async with gate:
                http = await Http.dial(url)
                for number in range(public + staff):
                    audience, headers = ("public", "") if number < public else ("staff", _STAFF)
                    self._screens.append(await connect(url, await http.pass_for(code, audience, headers)))
                    self._in_hall.setdefault(code, []).append(self._screens[-1])
                http.close()

        await asyncio.gather(*(open_all(*hall) for hall in halls))
        gc.freeze()
        return {"took": time.perf_counter() - begun, "screens": len(self._screens)}

    async def open(self, plans: list[dict[str, Any]], seed: int) -> dict[str, Any]:
        """The doors, before anybody comes."""
        for number, told in enumerate(plans):
            plan = Plan(**told)
            rng = random.Random(f"{seed}/{number}")
            self._lives.append(HallLife(plan, Lines(plan.code, [plan.url], self._book), self._pace, rng))
        for life in self._lives:
            life.open()
        return {}

    async def live(self, speed: float) -> dict[str, Any]:
        """From now on, at this speed."""
        self._pace.speed = speed
        for life in self._lives:
            life.start()
        return {}

    async def close(self) -> dict[str, Any]:
        """The doors: who is there is served."""
        self._pace.closed = True
        return {}

    async def step(self, speed: float, seconds: float) -> dict[str, Any]:
        """So long at this speed; what was asked and how long the answers to commands took (ms)."""
        self._pace.speed = speed
        self._forget()
        before, begun = {life.plan.code: life.tickets for life in self._lives}, time.perf_counter()
        await asyncio.sleep(seconds)
        took, lasted = self._book.took, time.perf_counter() - begun
        return {
            "lasted": lasted,
            "tickets": {life.plan.code: life.tickets - before[life.plan.code] for life in self._lives},
            "commands": len(took),
            "p50": p50(took) if took else 0.0,
            "p99": p99(took) if took else 0.0,
            "asked": dict(self._book.asked),
            "refused": dict(self._book.refused),
            "bytes": {code: sum(one.received for one in screens) for code, screens in self._in_hall.items()},
            "told": sum(len(screen.arrivals) for screen in self._screens),
            "waiting": sum(sum(life.waiting.values()) for life in self._lives),
            "failed": self._failed[:5],
        }

    async def end(self, history: str) -> dict[str, Any]:
        """Everybody goes; what was answered is written down, a line for each command."""
        for life in self._lives:
            life.stop()
        await asyncio.sleep(0)
        for life in self._lives:
            life.net.close()
        for screen in self._screens:
            if screen.transport is not None:
                screen.transport.abort()
        with Path(history).open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(one) + "\n" for one in self._book.answered)
        return {"answered": len(self._book.answered)}

    def _forget(self) -> None:
        self._book.took = []
        self._book.asked.clear()
        self._book.refused.clear()
        for screen in self._screens:
            screen.arrivals.clear()
            screen.received = 0

    def _failure(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        task = context.get("task")
        self._failed.append(f"{context['message']}: {task.exception() if task is not None else ''!r}")


async def main() -> None:
    """Until nothing more is asked."""
    people, loop = _People(), asyncio.get_running_loop()
    print("{}", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        print(json.dumps(await getattr(people, asked.pop("do"))(**asked)), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
