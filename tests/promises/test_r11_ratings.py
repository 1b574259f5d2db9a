"""R11: one rating per finished visit, and silence is not praise.

Citizens press in time, twice, late, when the next one is there already, or not at all, while the agent is killed now
and then. Keypads and their line are simulated, agent and server are the real programs; an invitation lasts the shortest
time that a hall may set. What was pressed is what the simulated citizens log.
"""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import gevent

from drivers.simulators.rating_keypad import RatingKeypad
from drivers.simulators.rs485_line import Rs485Line
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises import checkers
from tests.promises.asking import Asker, Counter
from tests.promises.checkers import Database
from tests.promises.history import History, read
from tests.promises.keypads import LineAgent, Pressed, press
from tests.promises.proving_hall import KIOSKS, ProvingServer, proving_hall, served
from tests.promises.rounds import LONG, Result, proving, rounds, time_is_up
from tests.terminal.hall_outside import until

VISITS = rounds(60, 10_000)
KILL_EVERY = 250 if LONG else 30  # visits
AT_WORK = WINDOWS[: 90 if LONG else 60]
RATE_WITHIN_S = 10
SETTLED_WITHIN_S = 60.0
LOOKED_EVERY_S = 0.05
# Nobody is served faster, neither from the step up while the one before is asked and may press a moment later, nor from
# a press: a keypad says one that nobody answers for 1.2 s again and again, and an equal one is taken for the same.
SERVED_S = 2.0
PLANS = {"in time": 50, "twice": 15, "next is there": 13, "rushed": 7, "late": 5, "at the end": 5, "silent": 5}
Levels = frozenset[int | None]
NOTHING: Levels = frozenset({None})


@dataclass
class Ratings:
    """The hall, its keypads, and what every visit's record may be."""

    server: ProvingServer
    line: Rs485Line
    agent: LineAgent
    history: History
    left: Counter
    expected: dict[int, Levels] = field(default_factory=dict)
    crossed: list[int] = field(default_factory=list)  # visits after which somebody pressed when the next one was there
    recorded: set[int] = field(default_factory=set)  # visits that have their record
    working: list["gevent.Greenlet[..., None]"] = field(default_factory=list)

    def watch(self) -> None:
        """Know every new record a moment later, for all windows together."""
        query = "SELECT revision, visit FROM ratings WHERE hall = ? AND revision > ? AND channel = 'counter'"
        newest = 0
        with closing(sqlite3.connect(f"file:{self.server.database}?mode=ro", uri=True, timeout=20)) as connection:
            while True:
                for revision, visit in connection.execute(query, (HALL, newest)).fetchall():
                    self.recorded.add(visit)
                    newest = max(newest, revision)
                gevent.sleep(LOOKED_EVERY_S)

    def work(self, address: int, no: str, rng: random.Random) -> None:
        """One window's citizens, one after the other."""
        kiosk, window = (Asker(self.server.port, self.history, name) for name in (KIOSKS[address % len(KIOSKS)], no))
        counter = CounterDesk(self, kiosk, window, no, address, rng)
        while self.left.take() and not time_is_up():
            counter.one_citizen(rng.choices(list(PLANS), list(PLANS.values()))[0])
        counter.close()


@dataclass
class CounterDesk:
    """A window, its keypad, and whoever stands there."""

    hall: Ratings
    kiosk: Asker
    window: Asker
    no: str
    address: int
    rng: random.Random
    in_hand: int | None = None  # called and serving already
    finishing: float = 0.0  # when the clerk pressed "finish" last, monotonic
    begun: float = 0.0  # when somebody pressed or stepped up beside another last, monotonic

    def close(self) -> None:
        """The one in hand is served too."""
        if self.in_hand is not None:
            self.one_citizen("in time")
        self.kiosk.close()
        self.window.close()

    def _do(self, deed: str, **body: object) -> int:
        answer = self.window.ask(deed, {"window": self.no, **body})
        assert answer is not None and answer.accepted, answer
        return int(answer.body["visit"])

    def _step_up(self) -> int:
        """One more person comes; the next one is called and steps up."""
        taken = self.kiosk.ask("take_number", {"line": "A"})
        assert taken is not None and taken.accepted, taken
        visit = self._do("call_next", visit=None)
        return self._do("start_service", visit=visit)

    def _next_steps_up(self) -> None:
        """While the one before is still asked."""
        self.in_hand = self._step_up()
        self.begun = time.monotonic()

    def _finish(self) -> int:
        """Done; from now on this citizen is asked."""
        visit, self.in_hand = self.in_hand or self._step_up(), None
        gevent.sleep(max(0.0, self.begun + SERVED_S - time.monotonic()))
        self.finishing = time.monotonic()
        return self._do("finish", visit=visit, outcome="finished", items=1)

    def _press(self, keypad: RatingKeypad, level: int) -> Pressed:
        """Somebody presses, and looks at the keypad until the agent has heard it."""
        agent = self.hall.agent
        agent.look()
        before, at = agent.heard[self.no], time.monotonic()
        pressed = press(keypad, level)
        agent.wait_heard(self.no, before + 1, at)
        self.begun = time.monotonic()
        return pressed

    def one_citizen(self, plan: str) -> None:
        """A visit, and what its citizen does at the keypad."""
        keypad, rng = self.hall.line.keypad(self.address), self.rng
        level, other = rng.sample(range(1, 6), 2)  # the same key again would be one press, repeated by the keypad
        begun = time.monotonic()
        visit = self._finish()
        finished = time.monotonic()
        presses: list[Pressed] = []
        may_be: Levels = NOTHING
        if plan in ("in time", "twice"):
            asked = self.hall.agent.wait_invited(visit, RATE_WITHIN_S - 4)
            gevent.sleep(rng.uniform(0, 1))
            first = self._press(keypad, level)
            presses.append(first)
            if plan == "twice":
                presses.append(self._press(keypad, other))
            in_time = asked and first.seen < self.finishing + RATE_WITHIN_S - 1  # however slow this machine is
            may_be = frozenset({level}) if in_time else frozenset({level, None})
        elif plan == "next is there":
            self._next_steps_up()
            gevent.sleep(rng.uniform(0, 0.5))
            presses.append(self._press(keypad, level))
            self.hall.crossed.append(visit)
            may_be = frozenset({level, None})  # who pressed is not to be told for a moment after the step up
        elif plan == "rushed":
            self.hall.agent.wait_invited(visit, 2)
            self._next_steps_up()
        elif plan == "at the end":
            gevent.sleep(finished + RATE_WITHIN_S + rng.uniform(-0.4, 0.4) - time.monotonic())
            presses.append(self._press(keypad, level))
            may_be = frozenset({level, None})
        elif plan == "late":
            until(lambda: visit in self.hall.recorded, f"a record of {visit}", SETTLED_WITHIN_S)
            presses.append(self._press(keypad, level))
        if plan in ("silent", "twice", "in time", "at the end"):
            until(lambda: visit in self.hall.recorded, f"a record of {visit}", SETTLED_WITHIN_S)
        self.hall.expected[visit] = self._with_agent_away(may_be, presses, begun)

    def _with_agent_away(self, may_be: Levels, presses: list[Pressed], begun: float) -> Levels:
        """While the agent is killed a press may be heard or not; one that it has acknowledged before must count."""
        agent = self.hall.agent
        if not agent.was_away(begun, time.monotonic()) or may_be == NOTHING:
            return may_be
        first = presses[0] if presses else None
        if first is not None and first.acknowledged and not agent.was_away(begun, first.seen):
            return may_be
        return frozenset({None, *(one.level for one in presses)})


@contextmanager
def at_work(folder: Path, rng: random.Random) -> Iterator[Ratings]:
    """Server, line and agent run; everybody is at work."""
    with ExitStack() as stack:
        definition = proving_hall(AT_WORK, rate_within_s=RATE_WITHIN_S)
        server = stack.enter_context(served(folder / "data", definition))
        history = stack.enter_context(History(folder / "history"))
        line = Rs485Line(link=folder / "line")
        for address, _ in enumerate(AT_WORK, 1):
            line.add_keypad(address)
        stack.enter_context(line)
        agent = LineAgent(folder, server.url, line, AT_WORK)
        agent.prepare()
        agent.start()
        stack.callback(agent.end)
        hall = Ratings(server, line, agent, history, Counter(VISITS))
        stack.callback(gevent.spawn(hall.watch).kill)
        for address, no in enumerate(AT_WORK, 1):
            hall.working.append(gevent.spawn(hall.work, address, no, random.Random(rng.randrange(2**32))))
        yield hall


def kill_now_and_then(hall: Ratings, rng: random.Random) -> None:
    """The agent dies in the middle of things."""
    done = 0
    while any(not one.ready() for one in hall.working):
        if len(hall.expected) >= done + KILL_EVERY // 2 and hall.left.left > 0 and not time_is_up():
            done += KILL_EVERY
            gevent.sleep(rng.uniform(0, 1))
            hall.agent.kill_and_start()
        gevent.sleep(0.05)


def test_every_visit_ends_with_one_record_and_no_level_is_invented(tmp_path: Path) -> None:
    with proving("R11", "visits", 10_000) as proof, at_work(tmp_path, proof.rng) as hall:
        kill_now_and_then(hall, proof.rng)
        gevent.joinall(hall.working, raise_error=True)
        until(lambda: owed(hall.server.database) == 0, "nothing is owed", SETTLED_WITHIN_S)
        hall.server.stop()
        db = Database(hall.server.database, HALL)
        wrong = list(checkers.one_record_per_visit(db, hall.expected))
        assert not wrong, "\n".join(wrong)
        assert checkers.everything(hall.server.database, HALL, read(hall.history.file)) == []
        proof.reached = len(hall.expected)
        levels = {row["visit"]: row["level"] for row in db.rows("ratings", "visit")}
        rated = sum(level is not None for level in levels.values())
        crossed = sum(levels[visit] is not None for visit in hall.crossed)
        proof.figure = (
            f"one record each, levels as pressed; {rated:,} rated, {proof.reached - rated:,} not; "
            f"{crossed} of {len(hall.crossed)} presses in the half second after the next citizen's step up counted; "
            f"agent killed {len(hall.agent.away)} times; an invitation lasts {RATE_WITHIN_S} s; {len(AT_WORK)} keypads"
        )
        judge_is_awake(hall, proof)


def owed(database: Path) -> int:
    """Rateable visits without a record."""
    query = (
        "SELECT count(*) FROM visits v WHERE v.rateable = 1 AND NOT EXISTS "
        "(SELECT 1 FROM ratings r WHERE r.hall = v.hall AND r.visit = v.id)"
    )
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        found: int = connection.execute(query).fetchone()[0]
    return found


def judge_is_awake(hall: Ratings, proof: Result) -> None:
    """The control: silence taken for praise, level 5 for every visit without a press, is found in each of them."""
    with closing(sqlite3.connect(hall.server.database, isolation_level=None)) as connection:
        praised = connection.execute("UPDATE ratings SET level = 5, reason = NULL WHERE level IS NULL").rowcount
    silent = sum(levels == NOTHING for levels in hall.expected.values())
    found = list(checkers.one_record_per_visit(Database(hall.server.database, HALL), hall.expected))
    assert silent and len(found) >= silent, "praise for silence was not found"
    proof.control = f"silence written down as level 5: {len(found)} of {praised} found (the others had a late press)"
