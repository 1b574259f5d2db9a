"""publish: 1,000 commands a second while 300 screens watch, against the same with nobody watching."""

from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.bench_hall import HALL
from tests.benchmarks.child import Child, child
from tests.benchmarks.fanout import hall
from tests.benchmarks.figures import Figure

_RATE, _SECONDS, _SCREENS, _ROUNDS = 1000, 2.0, 300, 5


def _watched(server: Child, screens: Child) -> tuple[dict[str, Any], dict[str, Any]]:
    """One round with screens: the load's own figures, and the screens'."""
    screens.ask("open", group="hall", url=server.begun["url"], number=_SCREENS, hall=HALL)
    load = server.ask("load", rate=_RATE, seconds=_SECONDS)
    heard = screens.ask("delays", group="hall", told=load["told"], until=max(map(int, load["told"])))
    screens.ask("close", group="hall")
    return load, heard


def publish(folder: Path) -> list[Figure]:
    """Rounds with and without screens in turn."""
    alone, watched, heard = [], [], []
    with hall(folder) as server, child("screens_process") as screens:
        for _ in range(_ROUNDS):
            alone.append(server.ask("load", rate=_RATE, seconds=_SECONDS))
            load, delays = _watched(server, screens)
            watched.append(load)
            heard.append(delays)
    served, bare = (median(one["served"] for one in loads) / _SECONDS for loads in (watched, alone))
    late, bare_late = (median(one["late"] for one in loads) for loads in (watched, alone))
    worst = median(one["p99"] for one in heard)
    messages = median(one["messages"] for one in heard) / _SECONDS
    without = f"{bare:.0f}/s without screens"
    return [
        Figure("publish served", f"{served:.0f}/s", without, served / bare, ">= 990 /s", served),
        Figure("publish screens", f"p99 {worst:.1f} ms", f"loop p99 {late:.1f} ms", worst / late, "<= 15 ms", worst),
        Figure("publish messages", f"{messages:.1f}/s", f"{_RATE} commands/s", messages / _RATE, "<= 25 /s", messages),
        Figure("publish loop", f"p99 {late:.1f} ms", f"{bare_late:.1f} ms without", late / bare_late, "-"),
    ]
