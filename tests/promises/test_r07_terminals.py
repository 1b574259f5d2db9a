"""R7: screens heal themselves; here the line of the agents (terminal/). Cuts, one way too, and half-open sockets.

Each agent comes through a faulty line of its own. While the lines are cut the hall goes on; after the return each agent
must hold exactly the server's cards within three seconds.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent

from contract.words import Audience
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises.asking import Asker
from tests.promises.fault_proxy import FaultProxy
from tests.promises.history import History
from tests.promises.proving_hall import AGENT, ProvingServer, proving_hall, served, token_of
from tests.promises.rounds import LONG, Result, proving, rounds, time_is_up
from tests.terminal.hall_outside import until

EQUAL_WITHIN_S = 3.0 if LONG else 60.0  # beside much else seconds say little
BEHIND_AFTER_S = 3.0  # the control
CUT_S = (1.0, 10.0, 60.0, 600.0) if LONG else (1.5,)
EACH = rounds(2, 20)
KINDS = ("reset", "half-open", "one way down", "one way up")
FEW = 2  # of each kind
BACK_TOGETHER = 4  # all agents are one process here, which would measure itself
HALL_AT_WORK = WINDOWS[:6]
CHANGE_EVERY_S = 0.25
CONNECTS_WITHIN_S = 60.0


@dataclass
class Agent:
    """An agent's line through a faulty one."""

    line: FaultProxy
    kind: str
    cards: Cards = field(default_factory=Cards)
    after_s: float | None = None  # from the return of its line until it was equal

    def start(self, *, heals: bool = True) -> None:
        self.connection = Connection(self.line.url, HALL, "window", token_of(AGENT))
        line = Live if heals else NeverAsksAgain
        self.live = line(self.connection, Audience.STAFF, self.cards, ServerClock())
        self.live.start()

    def stop(self) -> None:
        self.live.stop()
        self.connection.close()

    def cut(self) -> None:
        """As its kind says."""
        if self.kind == "reset":
            self.line.cut()
        else:
            self.line.stop(up=self.kind != "one way down", down=self.kind != "one way up")

    def equals(self, snapshot: tuple[int, dict[str, Any]]) -> bool:
        return (self.cards.revision, dict(self.cards.all())) == snapshot


class NeverAsksAgain(Live):
    """The control: takes the snapshot once, and never again."""

    def _fetch(self) -> None:
        if self._cards.revision is None:
            super()._fetch()


@dataclass
class Hall:
    """A hall in which something happens all the time, but for the moments in which it holds its breath."""

    server: ProvingServer
    history: History
    going: bool = True
    busy: bool = False  # something is under way
    told: int = 0  # the newest revision that was answered
    ended: bool = False

    def live(self) -> None:
        """Numbers and calls, as a small hall has them."""
        kiosk, window = Asker(self.server.port, self.history, "K1"), Asker(self.server.port, self.history, "101")
        while not self.ended:
            if self.going:
                self.busy = True
                kiosk.ask("take_number", {"line": "A"})
                called = window.ask("call_next", {"window": "101", "visit": None})
                assert called is not None and called.accepted
                at = {"window": "101", "visit": called.body["visit"]}
                undone = window.ask("undo_call", at)
                assert undone is not None and undone.accepted
                self.told, self.busy = undone.body["revision"], False
            gevent.sleep(CHANGE_EVERY_S)
        for one in (kiosk, window):
            one.close()

    def holds_its_breath(self) -> tuple[int, dict[str, Any]]:
        """Nothing more happens from now on: what the server says when all has arrived there."""
        self.going = False
        until(lambda: not self.busy, "what is under way has been answered", CONNECTS_WITHIN_S)
        until(lambda: self.snapshot()[0] >= self.told, "it stands on the cards", CONNECTS_WITHIN_S)
        return self.snapshot()

    def end(self) -> None:
        """Nothing happens any more."""
        self.ended = True

    def snapshot(self) -> tuple[int, dict[str, Any]]:
        """What the server says now, asked beside all faulty lines."""
        connection = Connection(self.server.url, HALL, "window", token_of(AGENT))
        try:
            said = connection.snapshot(Audience.STAFF)
        finally:
            connection.close()
        return said.revision, dict(said.cards)


@contextmanager
def hall_and_agents(folder: Path, seed: int, count: int, kinds: Sequence[str], *, heals: bool = True) -> Iterator[
    tuple[Hall, list[Agent]]
]:  # fmt: skip
    """So many agents of each kind, all connected and equal."""
    with ExitStack() as stack:
        server = stack.enter_context(served(folder, proving_hall(HALL_AT_WORK)))
        hall = Hall(server, stack.enter_context(History(folder / "history")))
        agents = []
        for i in range(count):
            line = stack.enter_context(FaultProxy(server.address, seed=seed + i))
            agents.append(Agent(line, kinds[i % len(kinds)]))
        for agent in agents:
            agent.start(heals=heals)
            stack.callback(agent.stop)
        until(lambda: all(agent.live.connected for agent in agents), "all agents are connected", CONNECTS_WITHIN_S)
        happening = gevent.spawn(hall.live)
        stack.callback(gevent.joinall, [happening], raise_error=True)
        stack.callback(hall.end)
        yield hall, agents


def cut_and_return(hall: Hall, agents: Sequence[Agent], cut_s: float, within_s: float = EQUAL_WITHIN_S) -> None:
    """Cut all now; after so long a few lines after the other come back, and their agents are watched."""
    for agent in agents:
        agent.cut()
    gevent.sleep(cut_s)
    for first in range(0, len(agents), BACK_TOGETHER):
        back = agents[first : first + BACK_TOGETHER]
        truth = hall.holds_its_breath()
        deaf = [agent for agent in back if agent.kind in ("reset", "half-open", "one way down")]
        assert not any(agent.equals(truth) for agent in deaf), "nothing was cut"
        for agent in back:
            agent.line.mend()
        watch(back, truth, within_s)
        hall.going = True


def watch(group: Sequence[Agent], truth: tuple[int, dict[str, Any]], within_s: float) -> None:
    """Note when each is equal; ends when all are, or the time is up."""
    mended = time.monotonic()
    while time.monotonic() < mended + within_s and any(agent.after_s is None for agent in group):
        for agent in group:
            if agent.after_s is None and agent.equals(truth):
                agent.after_s = time.monotonic() - mended
        gevent.sleep(0.01)


def test_agents_equal_the_server_soon_after_their_line_is_back(tmp_path: Path) -> None:
    with proving("R7", "cuts", 20 * len(KINDS) * 4, part="agents") as proof:
        lengths: Counter[float] = Counter()
        worst = run(tmp_path / "hall", proof, lengths)
        told = ", ".join(f"{count} of {cut_s:g} s" for cut_s, count in lengths.items())
        proof.figure = f"{len(KINDS)} kinds: {told}; each agent equal to the server at most {worst:.1f} s after"
        proof.control = stays_behind(tmp_path / "control", proof)


def run(folder: Path, proof: Result, lengths: Counter[float]) -> float:
    """Cuts of each length, counted, the kinds side by side; the slowest return in seconds."""
    worst = 0.0
    for number, (cut_s, count) in enumerate(together()):
        if time_is_up():
            break
        with hall_and_agents(folder / str(number), proof.seed, count, KINDS) as (hall, agents):
            cut_and_return(hall, agents, cut_s)
            behind = [agent.kind for agent in agents if agent.after_s is None]
            assert behind == [], f"not equal {EQUAL_WITHIN_S} s after a cut of {cut_s} s: {behind}"
            proof.reached += count
            lengths[cut_s] += count
            worst = max(worst, *(agent.after_s or 0.0 for agent in agents))
    return worst


def together() -> list[tuple[float, int]]:
    """Seconds of a cut, and how many agents meet it side by side: few, but for the cuts that would take a night."""
    few = FEW * len(KINDS)
    return [
        one
        for cut_s in CUT_S
        for one in ([(cut_s, EACH * len(KINDS))] if cut_s > 100 else [(cut_s, few)] * (EACH // FEW))
    ]


def stays_behind(folder: Path, proof: Result) -> str:
    """An agent that never asks for the snapshot again is found to be behind."""
    with hall_and_agents(folder, proof.seed, 2, ("reset",), heals=False) as (hall, agents):
        cut_and_return(hall, agents, 1.0, BEHIND_AFTER_S)
        behind = sum(agent.after_s is None for agent in agents)
    assert behind == len(agents), "the control healed: the proof would not have seen an agent that does not"
    return f"agents that take no second snapshot: {behind} of {len(agents)} found behind"
