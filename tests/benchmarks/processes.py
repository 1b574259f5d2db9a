"""processes: twenty halls on two processes, each hall pinned to one or to none, against one process.

On a machine of two cores the clerks, the database and two processes share them: the processor time of a command is the
figure that does not depend on who else had a core.
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
    alone, pinned, anywhere = _Found(), _Found(), _Found()
    with ExitStack() as stack:
        one = stack.enter_context(on_postgres(folder / "one", lambda database: make(database, halls)))
        two = stack.enter_context(on_postgres(folder / "two", lambda database: make(database, halls), workers=2))
        clerks = stack.enter_context(child("clerks_process"))
        for _ in range(_ROUNDS):
            _round(alone, one, clerks, halls, pinned=True)
            _round(pinned, two, clerks, halls, pinned=True)
            _round(anywhere, two, clerks, halls, pinned=False)
    beside = f"one process {alone.said}"
    return [
        Figure("processes, pinned", pinned.said, beside, pinned.rate / alone.rate, "-"),
        Figure("processes, not pinned", anywhere.said, beside, anywhere.rate / alone.rate, "-"),
    ]
