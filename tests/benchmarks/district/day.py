"""The course of a measurement: open, idle, ever faster, over; and the table of what came out."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import gevent

from tests.benchmarks.child import Child, child
from tests.benchmarks.district.halls import OneHall
from tests.benchmarks.district.judging import breaches
from tests.benchmarks.district.weighing import Used, memory, redis_bytes, tables_of, used
from tests.benchmarks.served_halls import ServedHalls

LONGEST_MS = 100.0  # p99 of a command
_STEP_S, _IDLE_S, _WARM_S, _WARM_SPEED, _FASTER = 15.0, 8.0, 15.0, 10.0, 1.6
_LAST_SPEED, _LAST_S = 60.0, 12.0
_ENDING_S = 35.0  # for those who are there at the end, and for the judge
_HEAD = "speed | tickets/s | commands/s | questions/s | messages/s | p50 ms | p99 ms | cores"
_ROW = "{speed:.0f} | {tickets:.1f} | {commands:.0f} | {questions:.0f} | {messages:.0f} | {p50:.1f} | {p99:.0f}"


@dataclass(frozen=True, slots=True)
class Step:
    """A while at one speed. Rates are per second of the clock; `server` and `database`: cores in use."""

    speed: float
    tickets: float
    commands: float
    questions: float  # of phones and speaking pages
    messages: float  # changes that reached a screen
    p50: float
    p99: float
    server: float
    database: float


@dataclass
class DistrictDay:
    """Runs once. `say`: what it is at."""

    served: ServedHalls
    halls: list[OneHall]
    folder: Path
    say: Callable[[str], object]
    steps: list[Step] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    tickets: Counter[str] = field(default_factory=Counter)  # by kind of hall
    received: Counter[str] = field(default_factory=Counter)  # bytes, by kind of hall
    wrong: list[str] = field(default_factory=list)  # what is not as it must be

    def run(self, speed: float, until: float, seed: int) -> None:
        """From the opening to the judgement, or until the time is over."""
        self.weights |= {"start s": self.served.started_s, "halls MiB": memory(self.served)}
        with child("district.people_process") as people:
            self._open(people, seed)
            before, redis = tables_of(self.served.database), redis_bytes(self.served)
            people.ask("live", speed=_WARM_SPEED)
            self._step(people, _WARM_SPEED, _WARM_S)
            self.steps.clear()
            while not self.steps or not self._over(until):
                self._step(people, speed, _STEP_S)
                speed *= _FASTER
            steps = list(self.steps)
            people.ask("close")
            self._step(people, _LAST_SPEED, _LAST_S)  # so that what is counted for each ticket is all of its life
            self.steps = steps
            self._weigh(before, redis)
            people.ask("end", history=str(self.folder / "history"))
        codes = [hall.code for hall in self.halls]
        self.wrong = [*self.failed, *breaches(self.served.database, self.folder / "history", codes)]

    def _open(self, people: Child, seed: int) -> None:
        """Everybody is there, at first without a word; then the pages that speak ask whether they may."""
        watched = [(h.code, self._url(place), h.public_screens, h.staff_pages) for place, h in enumerate(self.halls)]
        opened, thousands = people.ask("watch", halls=watched), sum(one[2] + one[3] for one in watched) / 1000
        grown = memory(self.served) - self.weights["halls MiB"]
        self.say(f"{opened['screens']} live connections in {opened['took']:.0f} s")
        before = used(self.served)
        gevent.sleep(_IDLE_S)
        idle = used(self.served)
        people.ask("open", plans=[self._plan(place, hall) for place, hall in enumerate(self.halls)], seed=seed)
        people.ask("step", speed=1.0, seconds=2.0)  # they dial
        begun = used(self.served)
        asked = people.ask("step", speed=1.0, seconds=_IDLE_S)["asked"]["speaker"]
        spoke = used(self.served)
        beside = idle.per_s(before)[0] * (spoke.at - begun.at)
        self.weights |= {
            "live connections": opened["screens"],
            "KiB per connection": grown * 1024 / opened["screens"],
            "cores per 1,000 connections": idle.per_s(before)[0] / thousands,
            "server ms per question": (spoke.server - begun.server - beside) / asked * 1000,
        }
        self.say(f"nobody does anything: {idle.per_s(before)[0]:.3f} cores")

    def _over(self, until: float) -> bool:
        """No time is left, or twice in a row commands took too long."""
        late = [step.p99 > LONGEST_MS for step in self.steps[-2:]]
        return bool(self.failed) or late == [True, True] or time.monotonic() + _STEP_S + _ENDING_S > until

    def _step(self, people: Child, speed: float, seconds: float) -> None:
        before: Used = used(self.served)
        told = people.ask("step", speed=speed, seconds=seconds)
        server, database = used(self.served).per_s(before)
        lasted, asked = told["lasted"], Counter(told["asked"])
        tickets, questions = sum(told["tickets"].values()) / lasted, (asked["phone"] + asked["speaker"]) / lasted
        step = Step(
            speed, tickets, told["commands"] / lasted, questions, told["told"] / lasted, told["p50"], told["p99"],
            server, database,
        )  # fmt: skip
        self.steps.append(step)
        self.failed += told["failed"]
        self.asked += asked
        for hall in self.halls:
            self.tickets[hall.kind.name] += told["tickets"][hall.code]
            self.received[hall.kind.name] += told["bytes"][hall.code]
        self.say(f"{asdict(step)} refused: {told['refused']}")

    def _weigh(self, before: dict[str, int], redis: int) -> None:
        weights, tickets = self.weights, sum(self.tickets.values())
        commands = sum(self.asked.values()) - self.asked["phone"] - self.asked["speaker"]
        grown = {name: size - before.get(name, 0) for name, size in tables_of(self.served.database).items()}
        weights |= {f"bytes of {name} per ticket": size / tickets for name, size in grown.items() if size}
        weights["bytes of replies per ticket"] = replies = grown["replies"] / tickets
        weights["bytes kept per ticket"] = sum(grown.values()) / tickets - replies
        weights["commands per ticket"] = commands / tickets
        weights["Redis bytes per command"] = (redis_bytes(self.served) - redis) / commands
        weights |= {
            f"KiB to screens per ticket, {kind}": self.received[kind] / 1024 / count
            for kind, count in self.tickets.items()
            if count
        }
        idle, question = weights["cores per 1,000 connections"], weights["server ms per question"]
        standing = idle * weights["live connections"] / 1000
        each = [(one.server - standing) * 1000 - one.questions * question for one in self.steps]
        weights["server ms per command"] = median(ms / s.commands for ms, s in zip(each, self.steps, strict=True))
        weights["database ms per command"] = median(one.database * 1000 / one.commands for one in self.steps)
        reached = [one.commands for one in self.steps if one.p99 <= LONGEST_MS]
        weights["commands/s within 100 ms"] = max(reached, default=0.0)

    def _url(self, place: int) -> str:
        """Each hall at its own process."""
        return self.served.urls[place % len(self.served.urls)]

    def _plan(self, place: int, hall: OneHall) -> dict[str, Any]:
        definition = hall.definition
        open_lines = [one for one in definition.lines.values() if definition.admits_everybody(one.id)]
        lines = {no: [one.id for one in open_lines if no in one.windows] for no in hall.seats}
        return {
            "code": hall.code,
            "url": self._url(place),
            "tickets": hall.kind.tickets,
            "kiosks": hall.kiosks,
            "lines": lines,
            "keypads": [no for no in hall.seats if definition.has_keypad(no)],
            "spoken_in": {no: definition.zones[definition.windows[no].zone].voice_zone for no in hall.seats},
        }

    def table(self) -> str:
        """All of it, as Markdown."""
        rows = [_HEAD, "---|" * _HEAD.count("|") + "---"]
        rows += [f"{_ROW.format(**asdict(s))} | {s.server:.2f} + {s.database:.2f}" for s in self.steps]
        lines = [f"| {row} |" for row in rows] + ["", "| what | measured |", "|---|---|"]
        lines += [f"| `{name}` | {f'{v:,.0f}' if v >= 100 else f'{v:.2g}'} |" for name, v in self.weights.items()]
        return "\n".join(lines)

    def told(self) -> dict[str, Any]:
        """The same for programs."""
        return {"steps": [asdict(step) for step in self.steps], "weights": self.weights, "asked": dict(self.asked)}
