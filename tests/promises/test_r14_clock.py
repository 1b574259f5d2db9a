"""R14: the machine's clock is set by a second, an hour, a day, there and back, at midnight, at the turn of the day and
around the nights of 23 and 25 hours: no number twice, no negative wait, no limit that stands still, each ticket's day
decided once.

Two controls: the server on the machine's own clock (limits stand still), and one that also forgets what it recorded.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contract import commands as c
from contract import replies as r
from server.reports.doctor import examine_all
from server.steady_clock import SteadyClock
from server.storage.database import NAME, Database
from server.storage.writer import Writer
from tests.promises.checkers import everything
from tests.promises.heard import Heard
from tests.promises.rounds import proving, rounds, time_is_up
from tests.server.conftest import quick_folder
from tests.server.hall_kit import AGENT, CODE, DESK, K1, HallOnDisk, edited_document, ms, set_up

__all__ = ["quick_folder"]
WANTED = 1_000
STEPS_S = (1, -1, 3_600, -3_600, 86_400, -86_400)
NIGHTS = (
    ("Asia/Shanghai", "2026-12-31 22:00"),
    ("Asia/Shanghai", "2028-02-28 22:00"),  # the 29th comes
    ("Asia/Shanghai", "2028-02-29 22:00"),
    ("Europe/Berlin", "2027-03-27 22:00"),  # 23 hours
    ("Europe/Berlin", "2026-10-24 22:00"),  # 25 hours
    ("America/New_York", "2027-03-13 22:00"),
    ("America/New_York", "2026-10-31 22:00"),
    ("Australia/Lord_Howe", "2026-10-03 22:00"),  # half an hour
    ("Australia/Lord_Howe", "2027-04-03 22:00"),
)


@dataclass
class Machine:
    """A machine in a hall: its two clocks, of which one can be set. Seconds."""

    wall: float
    monotonic: float = 0.0
    steps: list[object] = field(default_factory=list)

    def later(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    def clock(self) -> SteadyClock:
        return SteadyClock(self.steps.append, lambda: round(self.wall * 1e9), lambda: round(self.monotonic * 1e9))


class Forgetful(Writer):
    """A control: what the hall recorded last does not count."""

    def _have(self, name: str) -> None:
        super()._have(name)
        if name in self._halls:
            self._halls[name][0].time_ms = 0


@dataclass
class Night:
    """A hall, its machine, and what was asked. `steady`: the server's clock; without it the machine's own."""

    hall: HallOnDisk
    machine: Machine
    rng: random.Random
    steady: bool = True
    stood_still: int = 0
    limits: int = 0
    jumps: int = 0

    def __post_init__(self) -> None:
        self.heard = Heard(self.hall)
        self.start()

    def start(self) -> None:
        """The server starts: its clock begins at what was recorded."""
        self.clock = self.machine.clock()
        self.clock.not_before(Database(self.hall.folder).newest_ms())
        self.tick()
        self.hall.open()

    def tick(self) -> None:
        self.hall.now_ms = self.clock.now_ms() if self.steady else int(self.machine.wall * 1000)

    def later(self, seconds: float) -> None:
        self.machine.later(seconds)
        self.tick()

    def jump(self) -> None:
        """Somebody sets the machine's clock."""
        self.machine.wall += self.rng.choice(STEPS_S)
        self.jumps += 1
        self.tick()

    def ask(self, command: c.Command, actor: Any) -> dict[str, Any]:
        return self.heard.ask(command, actor)

    def citizen(self) -> None:
        """Somebody takes a number, is called, called again, served and asked; the clock is set in between."""
        self.hall.look_at_the_clock()
        if self.hall.card("window/101")["state"] == "closed":
            self.ask(c.SignIn(window="101", staff_no=self.hall.now.definition.windows["101"].a_clerk), AGENT)
        self.ask(c.TakeNumber(line="A"), K1)
        self.later(self.rng.uniform(60, 900))
        self.maybe_jump()
        called = self.ask(c.CallNext(window="101", visit=self.hall.in_hand("101")), AGENT)
        if called["kind"] != "called":
            return
        self.maybe_jump()
        self.later(12)
        again = self.ask(c.Recall(window="101", visit=called["visit"]), AGENT)
        self.limits += 1
        self.stood_still += again.get("code") == "recall_too_soon"
        self.ask(c.StartService(window="101", visit=called["visit"]), AGENT)
        self.maybe_jump()
        self.later(self.rng.uniform(30, 600))
        self.ask(c.Finish(window="101", visit=called["visit"]), AGENT)

    def maybe_jump(self) -> None:
        if self.rng.random() < 0.4:
            self.jump()

    def restart(self) -> None:
        """The server stops, the clock is set, the server starts."""
        self.hall.close()
        self.maybe_jump()
        self.start()


@contextmanager
def night(folder: Path, zone: str, evening: str, rng: random.Random, *, steady: bool = True) -> Iterator[Night]:
    """A hall in that zone, from that evening on."""
    folder.mkdir(parents=True)
    set_up(folder, edited_document("demo", lambda d: d["hall"].__setitem__("timezone", zone)), "2026-09-01 09:00")
    begins = ms(evening, ZoneInfo(zone)) / 1000
    found = Night(HallOnDisk(folder, kind=Writer if steady else Forgetful), Machine(begins), rng, steady)
    try:
        yield found
    finally:
        found.hall.close()


def judged(one: Night) -> list[str]:
    """What is wrong: against the history, the invariants, and the days in which numbers were given."""
    folder = one.hall.folder
    wrong = everything(folder / NAME, CODE, one.heard.asked)
    wrong += [f"{found.invariant}: {found.what}" for found in examine_all(Database(folder))[CODE]]
    tickets = one.hall.select("tickets")
    given = {body["ticket"]: body["day"] for asked in one.heard.asked for body in _issued(asked)}
    wrong += [
        f"{t['label']} was given for {given[t['id']]}, is of {t['day']}"
        for t in tickets
        if given.get(t["id"], t["day"]) != t["day"]
    ]
    days = [t["day"] for t in sorted(tickets, key=lambda t: t["id"])]
    if days != sorted(days):
        wrong.append("a day came back")
    return wrong


def _issued(asked: Any) -> list[dict[str, Any]]:
    return [answer.body for answer in asked.answers if answer.body["kind"] == "issued"]


def test_whatever_is_done_to_the_clock_numbers_waits_and_days_stay_right(quick_folder: Path, tmp_path: Path) -> None:
    with proving("R14", "jumps", WANTED) as result:
        wanted, nights, tickets = rounds(60, WANTED), 0, 0
        while (result.reached < wanted and not time_is_up()) or nights < len(NIGHTS):
            zone, evening = NIGHTS[nights % len(NIGHTS)]
            folder = quick_folder / f"{tmp_path.name}-{nights}"
            with night(folder, zone, evening, result.rng) as one:
                until = one.machine.monotonic + 8 * 3_600  # past midnight and the turn of the day
                while one.machine.monotonic < until:
                    one.citizen()
                    one.later(result.rng.uniform(600, 3_600) if rounds(1, 0) else result.rng.uniform(10, 600))
                    if result.rng.random() < 0.1:
                        one.restart()
                assert judged(one) == [], (zone, evening)
                assert one.limits and not one.stood_still, f"{one.stood_still} limits stood still"
                result.reached += one.jumps
                tickets += len(one.hall.select("tickets"))
            nights += 1

        still = breaches = 0
        for zone, evening in NIGHTS[: rounds(2, len(NIGHTS))]:
            folder = quick_folder / f"{tmp_path.name}-control-{zone.replace('/', '-')}-{evening[:10]}"
            with night(folder, zone, evening, result.rng, steady=False) as one:
                for _ in range(12):
                    one.citizen()
                    one.machine.wall -= 3_600
                    one.tick()
                still += one.stood_still
                breaches += len(judged(one))
        assert breaches, "the control had no negative wait"
        result.figure = (
            f"0 breaches in {nights} nights in {len({zone for zone, _ in NIGHTS})} zones with {tickets:,} tickets; "
            "no limit stood still"
        )
        result.control = f"on the machine's own clock, forgetting what was recorded: {breaches} breaches"


def test_on_the_machines_own_clock_a_step_back_makes_limits_stand_still(quick_folder: Path, tmp_path: Path) -> None:
    for steady in (True, False):
        folder = quick_folder / f"{tmp_path.name}-{steady}"
        folder.mkdir()
        set_up(folder, edited_document("demo", lambda d: None), "2026-10-12 08:00")
        one = Night(HallOnDisk(folder), Machine(ms("2026-10-12 09:00") / 1000), random.Random(1), steady)
        one.hall.sit("101")
        one.hall.take("A", DESK)
        one.later(600)
        called = one.hall.call("101")
        one.machine.wall -= 3_600
        one.later(12)
        recalled = one.hall.ask(c.Recall(window="101", visit=called.visit), AGENT)
        assert isinstance(recalled, r.Done) == steady
        one.hall.close()
