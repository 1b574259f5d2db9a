"""Many screens in a process of their own (see child.py): they come, watch, say when they heard of what, and go."""

import asyncio
import gc
import json
import sys
import time
from typing import Any

import uvloop

from tests.benchmarks.coming import come_back, connect, passes
from tests.benchmarks.figures import p50, p99
from tests.benchmarks.screen_protocol import Screen

_AT_ONCE = 64


class _Screens:
    """Groups of screens by name."""

    def __init__(self) -> None:
        self._groups: dict[str, list[Screen]] = {}

    async def open(self, group: str, url: str, number: int, *, hall: str | None, stalled: int = 0) -> dict[str, Any]:
        """So many screens more, and some that read nothing once they are there."""
        auths = await passes(url, hall, number + stalled) if hall is not None else [None] * (number + stalled)
        begun = time.perf_counter()
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(auth: dict[str, Any] | None, *, stall: bool) -> Screen:
            async with gate:
                screen = await connect(url, auth, small=stall)
            if stall and screen.transport is not None:
                screen.transport.pause_reading()
            return screen

        opened = await asyncio.gather(*(one(auth, stall=n >= number) for n, auth in enumerate(auths)))
        self._groups.setdefault(group, []).extend(opened[:number])
        self._groups.setdefault(f"{group} stalled", []).extend(opened[number:])
        return {"took": time.perf_counter() - begun}

    async def until(self, group: str, revision: int) -> dict[str, Any]:
        """When the first and the last of the group were told of this revision."""
        screens = self._groups[group]
        await asyncio.wait_for(asyncio.gather(*(screen.until(revision) for screen in screens)), 30)
        times = [self._heard(screen, revision) for screen in screens]
        for screen in screens:
            screen.arrivals.clear()
        return {"first": min(times), "last": max(times)}

    async def hop(self, groups: list[str], revision: int) -> dict[str, Any]:
        """When the last of each group was told of this revision."""
        everybody = [screen for group in groups for screen in self._groups[group]]
        await asyncio.wait_for(asyncio.gather(*(screen.until(revision) for screen in everybody)), 30)
        times = [max(self._heard(screen, revision) for screen in self._groups[group]) for group in groups]
        for screen in everybody:
            screen.arrivals.clear()
        return {"at": times}

    @staticmethod
    def _heard(screen: Screen, revision: int) -> float:
        return next(at for told, at in screen.arrivals if told >= revision)

    async def delays(self, group: str, told: dict[str, float], until: int) -> dict[str, Any]:
        """From the handing over of a view to its arrival (ms): p50 and p99 over all; messages of one screen."""
        await asyncio.gather(*(screen.until(until) for screen in self._groups[group]))
        arrivals = [one for screen in self._groups[group] for one in screen.arrivals]
        took = [(at - told[str(revision)]) * 1000 for revision, at in arrivals if str(revision) in told]
        for screen in self._groups[group]:
            screen.arrivals.clear()
        return {"p50": p50(took), "p99": p99(took), "messages": len(arrivals) / len(self._groups[group])}

    async def close(self, group: str) -> dict[str, Any]:
        """They go."""
        for screen in self._groups.pop(group, []) + self._groups.pop(f"{group} stalled", []):
            if screen.transport is not None:
                screen.transport.abort()
        await asyncio.sleep(0)
        return {}

    async def handshakes(self, url: str, hall: str, number: int) -> dict[str, Any]:
        """So many at once, passes in hand, from dialling until Socket.IO let in the last (seconds)."""
        auths = await passes(url, hall, number)
        begun = time.perf_counter()
        opened = await asyncio.gather(*(connect(url, auth, watches=False) for auth in auths))
        took = time.perf_counter() - begun
        for screen in opened:
            if screen.transport is not None:
                screen.transport.abort()
        return {"took": took}

    async def storm(self, group: str, url: str, hall: str, number: int, revision: int) -> dict[str, Any]:
        """So many screens come back at once: pass, connection, `watch`, snapshot; until the last is right (seconds)."""
        begun = time.perf_counter()
        back = await asyncio.gather(*(come_back(url, hall) for _ in range(number)))
        took = time.perf_counter() - begun
        self._groups[group] = [screen for screen, _ in back]
        return {"took": took, "right": sum(known >= revision for _, known in back)}


async def main() -> None:
    """Until nothing more is asked."""
    gc.disable()
    screens, loop = _Screens(), asyncio.get_running_loop()
    print("{}", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        print(json.dumps(await getattr(screens, asked.pop("do"))(**asked)), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
