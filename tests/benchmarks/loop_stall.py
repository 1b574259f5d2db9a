"""loop-stall: how late the event loop wakes a ticker while commands are committed, plain and on a slow disk."""

from pathlib import Path
from statistics import median

from tests.benchmarks.bench_hall import prepare
from tests.benchmarks.disk import slow_writer
from tests.benchmarks.figures import Figure, p99
from tests.benchmarks.load import Crowd, under_load

_ROUNDS, _SECONDS, _SLOW_S = 5, 1.0, 0.015


def _round(crowd: Crowd, per_second: int) -> tuple[float, int]:
    """p99 of the ticks (ms) and the commands served."""
    load = under_load(crowd, per_second, _SECONDS)
    return p99(load.late), load.served


def run(folder: Path) -> list[Figure]:
    """Idle, 100/s and 1,000/s in turn, on a plain disk and with 15 ms more for each commit."""
    figures = []
    disks = (("plain", 0.0, ("<= 3 ms", "<= 5 ms")), ("+15 ms", _SLOW_S, ("<= 3 ms", "<= 15 ms")))
    for disk, slow, reach in disks:
        writer = prepare(folder / disk.strip("+ "), sign_in=False, kind=slow_writer(slow))
        crowd = Crowd(writer)
        rounds = [{rate: _round(crowd, rate) for rate in (0, 100, 1000)} for _ in range(_ROUNDS)]
        writer.stop()
        idle = median(one[0][0] for one in rounds)
        for rate, goal in zip((100, 1000), reach, strict=True):
            worst = median(one[rate][0] for one in rounds)
            served = median(one[rate][1] for one in rounds) / _SECONDS
            measured = f"p99 {worst:.2f} ms at {served:.0f}/s"
            told = f"idle p99 {idle:.2f} ms"
            figures.append(Figure(f"loop-stall {rate} {disk}", measured, told, worst / idle, goal, worst))
    return figures
