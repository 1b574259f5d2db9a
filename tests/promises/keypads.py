"""A hall's keypads with their citizens, and the agent that owns their line: what was pressed, seen from outside.

One real window agent (`paihao window --no-pages`) over one simulated RS-485 line with a keypad for each window.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import gevent

from drivers.simulators.rating_keypad import RatingKeypad
from drivers.simulators.rs485_line import Rs485Line
from tests.benchmarks.bench_hall import HALL
from tests.promises.proving_hall import AGENT, token_of
from tests.terminal.agents import AgentProcess
from tests.terminal.hall_outside import until

READY_WITHIN_S = 60.0
HEARD_WITHIN_S = 60.0
SETTLED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key that somebody pressed, when (monotonic), and whether the keypad showed that it was taken."""

    level: int
    at: float
    acknowledged: bool
    seen: float  # when that was known


@dataclass
class LineAgent:
    """The agent's process over its folder; `away` are the times in which it was killed or not ready yet."""

    folder: Path
    server: str
    line: Rs485Line
    windows: Sequence[str]
    away: list[tuple[float, float]] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)  # presses by window that its log speaks of
    invited: set[int] = field(default_factory=set)  # visits whose citizen it has asked
    said: Counter[str] = field(default_factory=Counter)  # events that its log speaks of
    _log: IO[bytes] | None = None
    _rest: bytes = b""

    def prepare(self) -> None:
        """Settings, and the token as enrolment leaves it."""
        data = self.folder / "agent"
        data.mkdir(parents=True)
        token = {
            "hall": HALL, "device": AGENT, "device_kind": "window", "windows": list(self.windows), "zone": None,
            "token": token_of(AGENT),
        }  # fmt: skip
        (data / "token").write_text(json.dumps(token), encoding="utf-8")
        (self.folder / "agent.toml").write_text(
            f'server = "{self.server}"\nhall = "{HALL}"\ndata_dir = "agent"\n'
            f'windows = {json.dumps(list(self.windows))}\n[lines.A]\nport = "{self.line.path}"\ngap_ms = 5\n',
            encoding="utf-8",
        )

    def start(self) -> None:
        """It hears the server and has its line when this returns."""
        self.look()
        settled = self.said["devices"], self.said["connected"]
        self._process = AgentProcess("window_client", self.folder / "agent.toml", self.folder / "agent", "--no-pages")

        def is_ready() -> bool:
            self.look()
            return self.said["devices"] > settled[0] and self.said["connected"] > settled[1]

        until(is_ready, "the agent is ready", READY_WITHIN_S)

    @property
    def pid(self) -> int:
        return self._process.process.pid

    def kill_and_start(self) -> None:
        """kill -9, and again."""
        gone = time.monotonic()
        self.away.append((gone, float("inf")))
        self._process.kill()
        self.start()
        self.away[-1] = (gone, time.monotonic())

    def end(self) -> None:
        assert self._process.end() == 0
        if self._log is not None:
            self._log.close()

    def look(self) -> None:
        """Read on in its log, and in the next one when it has begun a new one."""
        file = self.folder / "agent" / "agent.log"
        try:
            self._log = self._log or file.open("rb")
            begun_anew = file.stat().st_ino != os.fstat(self._log.fileno()).st_ino
        except FileNotFoundError:
            return  # not begun yet, or just being begun anew
        *lines, self._rest = (self._rest + self._log.read()).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        if begun_anew:
            self._log.close()
            self._log, self._rest = None, b""
            self.look()

    def _take(self, said: dict[str, Any]) -> None:
        self.said[said["event"]] += 1
        if said["event"] in ("press_strayed", "rated"):
            self.heard[said["window"]] += 1
        elif said["event"] == "invited":
            self.invited.add(said["visit"])

    def wait_invited(self, visit: int, within_s: float) -> bool:
        """Whether it asks the visit's citizen in that time: a start seen at the keypad may be a late answer."""
        until_ = time.monotonic() + within_s
        while visit not in self.invited and time.monotonic() < until_:
            gevent.sleep(0.02)
            self.look()
        return visit in self.invited

    def wait_heard(self, window: str, count: int, since: float) -> None:
        """Until it has heard so many presses at the window, lest a slow machine give them to the next citizen; or until
        it was away."""

        def over() -> bool:
            self.look()
            return self.heard[window] >= count or self.was_away(since, time.monotonic())

        try:
            until(over, f"the agent hears a press at {window}", HEARD_WITHIN_S)
        except AssertionError as why:
            raise AssertionError(f"{why}\n{self._last_of(window)}") from why

    def _last_of(self, window: str) -> str:
        """What its log says last of the window."""
        lines = (self.folder / "agent" / "agent.log").read_text(encoding="utf-8").splitlines()
        return "\n".join([line for line in lines if f'"window": "{window}"' in line][-8:])

    def was_away(self, begun: float, ended: float) -> bool:
        """At some time between the two."""
        return any(gone <= ended and back >= begun for gone, back in self.away)


def press(keypad: RatingKeypad, level: int, *, even_asleep: bool = True) -> Pressed:
    """A citizen presses and looks whether the keypad answers; it says the press again until then, five times."""
    at = time.monotonic()
    pressed = keypad.press(level, even_asleep=even_asleep)
    pressed.wait_settled(SETTLED_WITHIN_S)  # answered, or given up after the last repeat
    return Pressed(level, at, pressed.acknowledged, time.monotonic())
