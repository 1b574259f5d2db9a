"""loop-stall: how late the event loop wakes a ticker while commands are committed, plain and on a slow disk."""

import time
from pathlib import Path

import gevent
from gevent import monkey

from contract.commands import TakeNumber
from server.storage.writer import Writer
from tests.benchmarks.bench_hall import KIOSK, LINE, give, prepare
from tests.benchmarks.figures import Figure, p99

_NATIVE_SLEEP = monkey.get_original("time", "sleep")  # in the disk's own thread
_SECONDS, _TICK_S, _SLOW_S = 4.0, 0.002, 0.015


class _SlowDisk(Writer):
    """Adds 15 ms to every commit, in the thread that waits for the disk."""

    def _commit(self) -> None:
        self._disk.apply(_NATIVE_SLEEP, (_SLOW_S,))
        super()._commit()


def _late_ms(writer: Writer, per_second: int) -> tuple[list[float], int]:
    """Lateness of each tick (ms), and the commands served, while so many come per second."""
    until = time.perf_counter() + _SECONDS
    served = 0

    def one() -> None:
        nonlocal served
        give(writer, TakeNumber(line=LINE), KIOSK)
        served += 1

    def source() -> None:
        begun, sent = time.perf_counter(), 0
        while time.perf_counter() < until:
            while sent < (time.perf_counter() - begun) * per_second:
                gevent.spawn(one)
                sent += 1
            gevent.sleep(0.001)

    late = []
    feeder = gevent.spawn(source) if per_second else None
    while time.perf_counter() < until:
        due = time.perf_counter() + _TICK_S
        gevent.sleep(_TICK_S)
        late.append((time.perf_counter() - due) * 1000)
    if feeder is not None:
        feeder.join()
    return late, served


def run(folder: Path) -> list[Figure]:
    """Idle, 100/s and 1,000/s, on a plain disk and with 15 ms more for each commit."""
    figures = []
    disks = (("plain", Writer, ("<= 3 ms", "<= 5 ms")), ("+15 ms", _SlowDisk, ("<= 3 ms", "<= 15 ms")))
    for disk, kind, reach in disks:
        writer = prepare(folder / disk.strip("+ "), sign_in=False, kind=kind)
        idle = p99(_late_ms(writer, 0)[0])
        for rate, goal in zip((100, 1000), reach, strict=True):
            late, served = _late_ms(writer, rate)
            worst = p99(late)
            measured = f"p99 {worst:.2f} ms at {served / _SECONDS:.0f}/s"
            figures.append(Figure(f"loop-stall {rate} {disk}", measured, f"idle p99 {idle:.2f} ms", worst / idle, goal))
        writer.stop()
    return figures
