"""Clerks of many halls in a process of their own (see child.py), each of whom serves one citizen after the other."""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from tests.benchmarks.district.lines import Book, Lines
from tests.benchmarks.figures import p50, p99


async def _work(net: Lines, kiosk: str, window: str, line: str, until: float) -> None:
    """A number, its call, its service."""
    while time.perf_counter() < until:
        await net.at_kiosk(kiosk, "take_number", line=line)
        called = await net.at_window(window, "call_next", window=window, visit=None)
        if called["kind"] == "called":
            at = {"window": window, "visit": called["visit"]}
            await net.at_window(window, "start_service", **at)
            await net.at_window(window, "finish", outcome="finished", items=1, **at)


async def work(halls: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """`halls`: code, urls, kiosk, each clerk's window and line. Commands per second, how long each took (ms)."""
    book, begun = Book(), time.perf_counter()
    nets = [Lines(hall["code"], hall["urls"], book) for hall in halls]
    clerks = [
        _work(net, hall["kiosk"], window, line, begun + seconds)
        for net, hall in zip(nets, halls, strict=True)
        for window, line in hall["clerks"]
    ]
    await asyncio.gather(*clerks)
    lasted = time.perf_counter() - begun
    for net in nets:
        net.close()
    took = book.took
    return {
        "commands": len(took), "rate": len(took) / lasted, "p50": p50(took), "p99": p99(took),
        "refused": dict(book.refused),
    }  # fmt: skip


async def main() -> None:
    """Until nothing more is asked."""
    loop = asyncio.get_running_loop()
    print("{}", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        asked.pop("do")
        print(json.dumps(await work(**asked)), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
