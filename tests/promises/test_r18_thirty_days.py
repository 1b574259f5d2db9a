"""R18: thirty days without care. Server, kiosk agent and window agent run through thirty days of 3,000 tickets, with
screens that watch all the time and the line cut at every noon; nobody restarts anything.

After each night memory, descriptors, threads and greenlets must be what they were, the disk must hold what the hall
has to keep and no more, and what the day's people did must stand in the rows.
"""

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from contract.words import Audience
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.printer_model import PrinterModel
from drivers.simulators.rs485_line import Rs485Line
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.benchmarks.bench_hall import HALL
from tests.promises import checkers
from tests.promises.checkers import Database
from tests.promises.fault_proxy import FaultProxy
from tests.promises.footprint import MIB, Held, Kept, growing, held_by, kept_on_disk, span, stand_still
from tests.promises.hall_days import (
    AT_KEYPADS,
    PAPER_KIOSK,
    QUARTER_S,
    SLICES,
    Done,
    Door,
    HallDays,
    Http,
    hall_of_days,
)
from tests.promises.keypads import LineAgent
from tests.promises.proving_hall import AGENT, ROOT, WORK_STEPS, ProvingServer, served, token_of
from tests.promises.rounds import LONG, Result, proving, rounds, time_is_up
from tests.promises.test_r09_printer import Kiosk
from tests.promises.wall_screen import WallScreen
from tests.terminal.hall_outside import until

DAYS = rounds(4, 30)
TICKETS = rounds(48, 3_000)  # a day
STEADY_FROM = rounds(2, 3)  # from the morning after that day on nothing may grow
QUARTERS = rounds(2, SLICES)
SCREENS = rounds(2, 6)
CONTROL_DAYS, CONTROL_TICKETS, CONTROL_KIB = (5, 600, 2) if LONG else (3, 48, 64)
WITHIN_S = 60.0
ARRIVES_WITHIN_S = 60.0
LARGEST_WAL = 64 * MIB
KEYS_KEPT_MS = (72 + 24) * 3_600_000 + 60_000  # 72 h, what became so old since the last night, and the forgetting
LOGS_A_DAY = 64 * 1024  # bytes that the server may say in a day beside a line for each command
HURRIED = ("tests/promises/hurried_server.py",)
LEAKY = ("tests/promises/leaky_server.py", str(CONTROL_KIB))


@dataclass
class Around:
    """Agents and screens, all behind a line that can be cut."""

    proxy: FaultProxy
    kiosk: Kiosk
    agent: LineAgent
    live: Live  # a page of the staff
    cards: Cards
    clock: ServerClock
    walls: list[WallScreen]

    def there(self) -> bool:
        """Everybody hears the server."""
        return self.live.connected and bool(self.kiosk.page.agent["connected"])

    def cut(self, hall: HallDays) -> None:
        """The line ends, two citizens get a number all the same, the line comes back."""
        self.proxy.cut()
        until(lambda: not self.kiosk.page.agent["connected"], "the kiosk is cut off", WITHIN_S)
        for _ in range(2):
            self.kiosk.take()
            self.kiosk.slip_ended()
            hall.today.leased += 1
        self.proxy.mend()
        until(self.there, "all are back", WITHIN_S)
        until(lambda: self.kiosk.page.agent["untold"] == 0, "the kiosk has told its numbers", WITHIN_S)

    def paper(self, hall: HallDays) -> None:
        """A citizen takes a slip at the kiosk with the printer."""
        self.kiosk.take()
        self.kiosk.slip_ended()
        hall.today.taken += 1

    def has_heard(self, now_ms: int) -> bool:
        """Whether agents know what time it is in the hall: what they are told later comes behind it."""
        return self.clock.known and self.clock.now().timestamp() * 1000 >= now_ms

    def caught_up(self, revision: int) -> bool:
        """Every screen and agent is where the hall is."""
        return all(one >= revision for one in (self.cards.revision or 0, *(wall.revision for wall in self.walls)))


@contextmanager
def around(folder: Path, server: ProvingServer) -> Iterator[Around]:
    """A kiosk with its printer, four windows with keypads on one line, screens."""
    with ExitStack() as stack:
        proxy = stack.enter_context(FaultProxy(server.address))
        line = Rs485Line(link=folder / "line")
        for address, _ in enumerate(AT_KEYPADS, 1):
            line.add_keypad(address)
        stack.enter_context(line)
        agent = LineAgent(folder, proxy.url, line, AT_KEYPADS)
        agent.prepare()
        agent.start()
        stack.callback(agent.end)
        printer = stack.enter_context(EscposPrinter(PrinterModel(width_dots=384), tcp=False, link=folder / "printer"))
        kiosk = Kiosk(PAPER_KIOSK, folder, printer)
        kiosk.prepare(proxy.url, f'kind = "serial"\nport = "{printer.path}"\nbaud = 115200\nwidth_mm = 58')
        kiosk.start()
        stack.callback(kiosk.end)
        walls = [WallScreen(proxy.url) for _ in range(SCREENS)]
        for wall in walls:
            wall.start()
            stack.callback(wall.stop)
        connection, cards, clock = Connection(proxy.url, HALL, "window", token_of(AGENT)), Cards(), ServerClock()
        stack.callback(connection.close)
        live = Live(connection, Audience.STAFF, cards, clock)
        live.start()
        stack.callback(live.stop)
        found = Around(proxy, kiosk, agent, live, cards, clock, walls)
        until(found.there, "everybody is there", WITHIN_S)
        yield found


@dataclass
class Month:
    """The days as they went, and what was seen after each night."""

    folder: Path
    server: ProvingServer
    hall: HallDays
    around: Around | None = None
    held: list[Held] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    begins: int = 0  # the revision in which the present day began
    wrong: list[str] = field(default_factory=list)
    work: list[int] = field(default_factory=list)  # hundreds of steps that SQLite did for a day's people

    def head(self) -> tuple[str, int]:
        """The hall's day and revision, as they stand in its row."""
        query = "SELECT day, revision FROM halls WHERE hall = ?"
        with closing(sqlite3.connect(f"file:{self.server.database}?mode=ro", uri=True, timeout=30)) as connection:
            day, revision = connection.execute(query, (HALL,)).fetchone()
            return str(day), int(revision)

    def night(self) -> None:
        """The day turns; whoever watches sees it."""
        self.hall.night()
        today = self.hall.door.now.date().isoformat()
        until(lambda: self.head()[0] == today, "the day has turned", WITHIN_S)
        self.begins = self.head()[1]

    def one_day(self, quarters: int) -> None:
        """From the morning to the next; then look at everything."""
        hall, before, begins = self.hall, self.hall.door.ask(look=True)["work"], self.begins
        hall.open()
        share, rest = divmod(hall.tickets, quarters)
        for quarter in range(quarters):
            if self.around is not None:
                heard = partial(self.around.has_heard, hall.door.now_ms)
                until(heard, "heard the time", WITHIN_S)
                self.around.paper(hall)
                if quarter == quarters // 2:
                    self.around.cut(hall)
            hall.quarter(share + (quarter < rest) - (self.around is not None))
            hall.door.later(QUARTER_S * SLICES / quarters)
        hall.close(by_hand=len(hall.done) % 2 == 0)
        self.work.append(hall.door.ask(look=True)["work"] - before)
        self.night()
        self.settle()
        self.look()
        with suppress(AssertionError):
            until(lambda: not self.not_as_done(begins), "what is on its way to the rows has arrived", ARRIVES_WITHIN_S)
        self.wrong += self.not_as_done(begins)

    def not_as_done(self, begins: int) -> list[str]:
        """Whether the rows of the last day say what its people did. Of later days there are none yet."""
        db, done = Database(self.server.database, HALL, since=begins), self.hall.today
        return [*differs(db, done), *breaks_rules(db, done.day)]

    def settle(self) -> None:
        """What was begun has ended."""
        revision = self.head()[1]
        if self.around is not None:
            until(lambda: self.around is not None and self.around.caught_up(revision), "all have the new day", WITHIN_S)
        until(lambda: self.oldest_reply_ms() <= KEYS_KEPT_MS, "old keys are forgotten", WITHIN_S)
        until(lambda: stand_still(list(self.programs.values())), "programs are at rest", WITHIN_S)

    @property
    def programs(self) -> dict[str, int]:
        """Their process ids by name."""
        found = {"server": self.server.pid}
        if self.around is not None:
            found |= {"kiosk": self.around.kiosk.process.process.pid, "window agent": self.around.agent.pid}
        return found

    def oldest_reply_ms(self) -> int:
        return kept_on_disk(self.server.database, (), self.hall.door.now_ms).oldest_reply_ms

    def look(self) -> None:
        """Count and measure."""
        day = len(self.hall.done)
        for name, pid in self.programs.items():
            self.held += held_by(day, name, pid)
        self.held.append(Held(day, "server", "greenlets", self.hall.door.ask(look=True)["greenlets"]))
        logs = [self.folder / "data" / "server.log"]
        self.kept.append(kept_on_disk(self.server.database, logs, self.hall.door.now_ms))
        if LONG:
            print(day, [f"{one.program} {one.what} {one.value}" for one in self.held if one.day == day], self.kept[-1])


@contextmanager
def month(folder: Path, rng: Random, program: Sequence[str], tickets: int, *, alone: bool = False) -> Iterator[Month]:
    """The first morning."""
    folder.mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(served(folder / "data", hall_of_days(), program))
        http = Http(server)
        stack.callback(http.close)
        http.prepare(server.folder)
        door = Door(server)
        stack.callback(door.close)
        found = Month(folder, server, HallDays(door, http, rng, tickets))
        if not alone:
            found.around = stack.enter_context(around(folder, server))
            line = found.around.agent.line
            found.hall.keypads = {no: line.keypad(place) for place, no in enumerate(AT_KEYPADS, 1)}
        found.night()
        yield found


# --- the judge --------------------------------------------------------------------------------------------------------


def differs(db: Database, done: Done) -> Iterator[str]:
    """Where a count of the rows is not what people did."""
    tickets = [row for row in db.tickets if row["day"] == done.day]
    own = {row["id"] for row in tickets}
    visits = [row for row in db.visits if row["ticket"] in own]
    counters = {row["visit"]: row for row in db.rows("ratings", "visit") if row["channel"] == "counter"}
    levels = Counter(counters[row["id"]]["level"] for row in visits if row["id"] in counters)
    ends = Counter(row["end"] for row in visits)
    finished = sum(row["rateable"] for row in visits)
    found = {
        "taken": len(tickets) - sum(row["told_ms"] is not None for row in tickets),
        "leased": sum(row["told_ms"] is not None for row in tickets),
        "called": len(visits),
        "finished": ends["finished"],
        "missed": ends["missed"],
        "returned": sum(row["returns"] for row in tickets),
    }
    for what, count in found.items():
        if count != getattr(done, what):
            yield f"{done.day}: {getattr(done, what)} were {what}, {count} stand there"
    states = Counter(row["state"] for row in tickets)
    if states != Counter(done=done.finished, abandoned=len(tickets) - done.finished):
        yield f"{done.day}: {dict(states)}, and {done.finished} were finished"
    if finished != done.finished:
        yield f"{done.day}: {finished} visits may be rated, {done.finished} were finished"
    more = sum(abs(levels[level] - done.levels[level]) for level in range(1, 6))
    if more > done.unsure:
        yield f"{done.day}: levels {dict(levels)} stand there, {dict(done.levels)} were pressed ({done.unsure} unsure)"


def breaks_rules(db: Database, day: str) -> Iterator[str]:
    """Whether anybody of the day was at two windows or skipped."""
    own = {row["id"] for row in db.tickets if row["day"] == day}
    db._kept["tickets"] = [row for row in db.tickets if row["id"] in own]
    db._kept["visits"] = [row for row in db.visits if row["ticket"] in own]
    yield from checkers.nobody_at_two_windows(db)
    yield from checkers.nobody_skipped(db)


def grows_on_disk(month: Month) -> Iterator[str]:
    """The write-ahead log, the log, the keys, and the database beyond what each day's people left."""
    for day, kept in enumerate(month.kept, 1):
        if kept.wal > LARGEST_WAL:
            yield f"day {day}: the write-ahead log has {kept.wal / MIB:.0f} MiB"
        if kept.oldest_reply_ms > KEYS_KEPT_MS:
            yield f"day {day}: a key of {kept.oldest_reply_ms / 3_600_000:.0f} h ago is still there"
    said = [after.logs - before.logs for before, after in zip(month.kept, month.kept[1:], strict=False)]
    if max(said, default=0) > LOGS_A_DAY:
        yield f"the server's log grew by {max(said)} bytes in a day, without the lines of the commands"


def doctor_says(server: ProvingServer) -> str:
    """`paihao doctor`; raises AssertionError where it finds anything."""
    command = [sys.executable, "paihao.py", "doctor", "--data", str(server.folder)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def test_thirty_days_leave_nothing_behind_but_what_the_hall_keeps(tmp_path: Path) -> None:
    with proving("R18", "days", 30) as proof:
        with month(tmp_path / "hall", proof.rng, HURRIED, TICKETS) as whole:
            while proof.reached < DAYS and not (time_is_up() and proof.reached > STEADY_FROM):
                whole.one_day(QUARTERS)
                proof.reached += 1
        assert list(growing(whole.held, STEADY_FROM)) == []
        assert list(grows_on_disk(whole)) == []
        assert whole.wrong == []
        doctor_says(whole.server)
        assert "Traceback" not in whole.server.said()
        proof.figure = told(whole)
        proof.control = a_leak_is_found(tmp_path / "leaky", proof)


def told(whole: Month) -> str:
    """The figure."""
    tickets = sum(done.taken + done.leased for done in whole.hall.done)
    names = ("server", "kiosk", "window agent")
    held = [
        f"{name} {span(whole.held, name, 'memory', STEADY_FROM)}, "
        f"{span(whole.held, name, 'descriptors', STEADY_FROM)} descriptors"
        for name in names
    ]
    early, last = (whole.work[day] / TICKETS * WORK_STEPS for day in (STEADY_FROM - 1, -1))
    wal, age_ms = max(kept.wal for kept in whole.kept), max(kept.oldest_reply_ms for kept in whole.kept)
    return (
        f"{tickets:,} tickets; from the morning after day {STEADY_FROM} on: {'; '.join(held)}; for each ticket SQLite "
        f"did {early:,.0f} steps on day {STEADY_FROM}, {last:,.0f} on the last; write-ahead log at most "
        f"{wal / MIB:.0f} MiB, oldest key {age_ms / 3_600_000:.0f} h; rows as people did; doctor: all hold"
    )


def a_leak_is_found(folder: Path, proof: Result) -> str:
    """The control: the same judge over a server that keeps what it answered."""
    with month(folder, proof.rng, LEAKY, CONTROL_TICKETS, alone=True) as leaky:
        for _ in range(CONTROL_DAYS):
            leaky.one_day(rounds(1, 4))
    found = list(growing(leaky.held, STEADY_FROM))
    assert any("server, memory" in one for one in found), "the leak was not found"
    return f"a server that keeps each answered command and {CONTROL_KIB} KiB with it: {found[0]}"
