"""fanout-100/500/2000: from handing over a view to the last screen, with one screen in the room that reads nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import gevent

from tests.benchmarks.bench_hall import HALL, WINDOWS, prepare
from tests.benchmarks.child import Child, child
from tests.benchmarks.figures import Figure

_ROUNDS, _APART_S, _QUEUED = 25, 0.1, 40  # further apart than changes are gathered
_SIZE = 1_600  # bytes of a change with one call in it


@contextmanager
def hall(folder: Path, slow_s: float = 0.0) -> Iterator[Child]:
    """The product's server over a prepared hall."""
    prepare(folder).stop()
    with child("hall_process", str(folder), str(slow_s)) as running:
        yield running


def _to_last(number: int, folder: Path) -> list[Figure]:
    with hall(folder) as ours, child("plain_sockets") as plain, child("screens_process") as screens:
        ours.ask("take", number=_QUEUED)
        screens.ask("open", group="ours", url=ours.begun["url"], number=number, hall=HALL, stalled=1)
        screens.ask("open", group="plain", url=plain.begun["url"], number=number, hall=None, stalled=1)
        mine, theirs = [], []
        for revision, window in enumerate(WINDOWS[:_ROUNDS], 1):
            gevent.sleep(_APART_S)
            told = ours.ask("call", window=window)
            mine.append((screens.ask("until", group="ours", revision=told["revision"])["last"] - told["told"]) * 1000)
            gevent.sleep(_APART_S)
            begun = plain.ask("say", revision=revision, size=_SIZE)["told"]
            theirs.append((screens.ask("until", group="plain", revision=revision)["last"] - begun) * 1000)
    measured, baseline = median(mine), median(theirs)
    beside = f"{baseline:.1f} ms, least {min(theirs):.1f}, websockets+uvloop"
    return [
        Figure(f"fanout-{number}", f"{measured:.1f} ms, least {min(mine):.1f}", beside, measured / baseline, "<= 1.2")
    ]


def fanout_100(folder: Path) -> list[Figure]:
    """100 screens."""
    return _to_last(100, folder)


def fanout_500(folder: Path) -> list[Figure]:
    """500 screens."""
    return _to_last(500, folder)


def fanout_2000(folder: Path) -> list[Figure]:
    """2,000 screens."""
    return _to_last(2000, folder)
