"""processes: twenty halls on two processes, each hall pinned to one or to none, against one process.

On a machine of two cores the clerks, the database and two processes share them: the processor time of a command is the
figure that does not depend on who else had a core. What a process adds where its own core is full is asked apart:
each process has a part of one, so that there are cores to spare.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.benchmarks.child import Child, child
from tests.benchmarks.district.halls import KINDS, OneHall, halls_of, make
from tests.benchmarks.figures import Figure
from tests.benchmarks.served_halls import ServedHalls, on_postgres

_HALLS, _CLERKS, _ROUNDS, _SECONDS = 20, 3, 5, 2.0
_SETTLES_S = 0.5
_SHARE = 0.3  # of a core for each process, where that is asked


@dataclass
class _Found:
    """Of each round: commands per second, p99 (ms), processor time of a command (ms) of server and database."""

    rates: list[float] = field(default_factory=list)
    worst: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def said(self) -> str:
        times = f"server {median(self.server):.2f} + database {median(self.database):.2f} ms each"
        return f"{self.rate:.0f}/s, p99 {median(self.worst):.0f} ms, {times}"


def _round(found: _Found, served: ServedHalls, clerks: Child, halls: Sequence[OneHall], *, pinned: bool) -> None:
    asked = [
        {
            "code": hall.code,
            "urls": [served.urls[place % len(served.urls)]] if pinned else served.urls,
            "kiosk": hall.kiosks[0],
            "clerks": _clerks(hall),
        }
        for place, hall in enumerate(halls)
    ]
    clerks.ask("work", halls=asked, seconds=_SETTLES_S)  # each hall is where it will be asked for
    server, database = served.server_cpu_s(), served.database_cpu_s()
    told = clerks.ask("work", halls=asked, seconds=_SECONDS)
    if told["refused"]:
        raise RuntimeError(str(told["refused"]))
    found.rates.append(told["rate"])
    found.worst.append(told["p99"])
    found.server.append((served.server_cpu_s() - server) / told["commands"] * 1000)
    found.database.append((served.database_cpu_s() - database) / told["commands"] * 1000)


def _clerks(hall: OneHall) -> list[tuple[str, str]]:
    """Windows with a line of theirs."""
    lines = hall.definition.lines.values()
    mine = {no: next(line.id for line in lines if no in line.windows) for no in hall.seats}
    return list(mine.items())[:_CLERKS]


def processes(folder: Path) -> list[Figure]:
    """Rounds in turn."""
    halls = halls_of(KINDS[2], _HALLS)
    alone, pinned, anywhere, alone_limited, pinned_limited = (_Found() for _ in range(5))
    with ExitStack() as stack:
        one = stack.enter_context(on_postgres(folder / "one", lambda database: make(database, halls)))
        two = stack.enter_context(on_postgres(folder / "two", lambda database: make(database, halls), workers=2))
        clerks, limits = (stack.enter_context(child(name)) for name in ("clerks_process", "limiting_process"))
        for _ in range(_ROUNDS):
            _round(alone, one, clerks, halls, pinned=True)
            _round(pinned, two, clerks, halls, pinned=True)
            _round(anywhere, two, clerks, halls, pinned=False)
            for found, served in ((alone_limited, one), (pinned_limited, two)):
                limits.ask("limit", pids=served.pids, share=_SHARE)
                _round(found, served, clerks, halls, pinned=True)
                limits.ask("free")
    beside = f"one process {alone.said}"
    limited = f"one process {alone_limited.said}"
    more = pinned_limited.rate / alone_limited.rate
    return [
        Figure("processes, pinned", pinned.said, beside, pinned.rate / alone.rate, "-"),
        Figure("processes, not pinned", anywhere.said, beside, anywhere.rate / alone.rate, "-"),
        Figure(f"processes, pinned, {_SHARE} of a core each", pinned_limited.said, limited, more, "-"),
    ]
