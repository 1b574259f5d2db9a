"""The course of a measurement: open, idle, ever faster, over; and the table of what came out."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import gevent

from tests.benchmarks.child import Child, child
from tests.benchmarks.district.halls import OneHall
from tests.benchmarks.district.judging import breaches
from tests.benchmarks.district.weighing import Used, memory, on_disk, redis_bytes, used
from tests.benchmarks.served_halls import ServedHalls

LONGEST_MS = 100.0  # p99 of a command
_STEP_S, _IDLE_S, _WARM_S, _WARM_SPEED = 15.0, 10.0, 12.0, 10.0
_FASTER = 1.6
_ENDING_S = 25.0  # for the judge


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
    waiting: int

    @property
    def server_ms(self) -> float:
        """Of the server's processor for each command, all that it does beside included."""
        return self.server / self.commands * 1000


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
    asked: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)  # what is not as it must be

    def run(self, speed: float, until: float, seed: int) -> None:
        """From the opening to the judgement, or until the time is over."""
        weights = self.weights
        weights["start s"] = self.served.started_s
        weights["empty MiB"] = memory(self.served)
        with child("district.people_process") as people:
            self._open(people)
            self._idle()
            before, redis = on_disk(self.served), redis_bytes(self.served)
            people.ask("live", plans=[self._plan(place, hall) for place, hall in enumerate(self.halls)],
                       speed=_WARM_SPEED, seed=seed)  # fmt: skip
            first = people.ask("step", speed=_WARM_SPEED, seconds=_WARM_S)
            all_commands, all_tickets = first["commands"], first["tickets"]
            while True:
                step, told = self._step(people, speed)
                all_commands, all_tickets = all_commands + told["commands"], all_tickets + told["tickets"]
                if step.p99 > LONGEST_MS or told["failed"] or time.monotonic() + _STEP_S + _ENDING_S > until:
                    break
                speed *= _FASTER
            weights["busy MiB"] = memory(self.served)
            self._weigh(before, redis, all_commands, all_tickets)
            people.ask("end", history=str(self.folder / "history"))
        codes = [hall.code for hall in self.halls]
        self.wrong = [*self.failed, *breaches(self.served.database, self.folder / "history", codes)]

    def _open(self, people: Child) -> None:
        watched = [(h.code, self._url(place), h.public_screens, h.staff_pages) for place, h in enumerate(self.halls)]
        opened = people.ask("watch", halls=watched)
        self.weights["screens"] = opened["screens"]
        self.weights["open s"] = opened["took"]
        self.weights["watched MiB"] = memory(self.served)
        self.say(f"{opened['screens']} live connections in {opened['took']:.0f} s")

    def _idle(self) -> None:
        """What everybody's being there costs."""
        before = used(self.served)
        gevent.sleep(_IDLE_S)
        server, database = used(self.served).per_s(before)
        self.weights |= {"idle server cores": server, "idle database cores": database}
        self.say(f"nobody does anything: {server:.3f} cores")

    def _step(self, people: Child, speed: float) -> tuple[Step, dict[str, Any]]:
        before: Used = used(self.served)
        told = people.ask("step", speed=speed, seconds=_STEP_S)
        server, database = used(self.served).per_s(before)
        lasted, asked = told["lasted"], told["asked"]
        step = Step(
            speed, told["tickets"] / lasted, told["commands"] / lasted,
            (asked.get("phone", 0) + asked.get("speaker", 0)) / lasted, told["told"] / lasted,
            told["p50"], told["p99"], server, database, told["waiting"],
        )  # fmt: skip
        self.steps.append(step)
        self.failed += told["failed"]
        for deed, count in asked.items():
            self.asked[deed] = self.asked.get(deed, 0) + count
        self.say(f"{asdict(step)} refused: {told['refused']}")
        return step, told

    def _weigh(self, before: dict[str, int], redis: int, commands: int, tickets: int) -> None:
        for name, size in on_disk(self.served).items():
            grown = size - before.get(name, 0)
            if grown:
                self.weights[f"bytes of {name} per ticket"] = grown / tickets
        self.weights["bytes per ticket"] = sum(
            value for name, value in self.weights.items() if name.startswith("bytes of ")
        )
        self.weights["Redis bytes per command"] = (redis_bytes(self.served) - redis) / commands
        self.weights["commands per ticket"] = commands / tickets

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
        head = ("speed", "tickets/s", "commands/s", "questions/s", "messages/s", "p50 ms", "p99 ms", "server cores",
                "database cores", "server ms per command")  # fmt: skip
        rows = [head, tuple("-" for _ in head)]
        rows += [
            (f"{s.speed:.0f}", f"{s.tickets:.1f}", f"{s.commands:.0f}", f"{s.questions:.0f}", f"{s.messages:.0f}",
             f"{s.p50:.1f}", f"{s.p99:.0f}", f"{s.server:.2f}", f"{s.database:.2f}", f"{s.server_ms:.2f}")
            for s in self.steps
        ]  # fmt: skip
        lines = [f"| {' | '.join(row)} |" for row in rows]
        lines += ["", "| what | value |", "|---|---|"]
        lines += [f"| {name} | {value:,.2f} |" for name, value in self.weights.items()]
        return "\n".join(lines)

    def told(self) -> dict[str, Any]:
        """The same for programs."""
        return {"steps": [asdict(step) for step in self.steps], "weights": self.weights, "asked": self.asked}
