"""R3: the database or Redis dies under load. Nothing that was answered is lost, and the hall goes on by itself.

Two processes serve one hall. How long until both answer commands again, and until every screen at each of them is
right, is measured in every round; a round that takes longer than was promised fails the proof. The short form waits
longer: it runs beside much else, and seconds say little there.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import gevent
import pytest

from contract.commands import TakeNumber
from contract.words import Audience
from server.domain.hall import Hall
from server.storage.orders import Order
from server.storage.postgres import PostgresDatabase
from terminal.cards import Cards
from terminal.connection import Connection
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.benchmarks.bench_hall import HALL, KIOSK, WINDOWS
from tests.promises import checkers
from tests.promises.asking import Asker, new_key
from tests.promises.checkers import Database, read_rows
from tests.promises.history import History, read
from tests.promises.load import Load
from tests.promises.proving_hall import AGENT, KIOSKS, ProvingServer, proving_hall, token_of, writing
from tests.promises.rounds import LONG, Result, proving, rounds, time_is_up
from tests.promises.two_processes import WAYS, Machines, machines, ports_of
from tests.terminal.hall_outside import until

KILLS = rounds(1, 50)  # of the database, and of Redis
IN_ONE_HALL = 5  # of each; then the next hall, so that its day does not grow without end
AWAY_S = (0.0, 8.0) if LONG else (0.0, 0.5)
ALIVE_S = (0.2, 1.0)
GIVEN_UP_AFTER_S = 60.0
BACK_WITHIN_S = 10.0 if LONG else GIVEN_UP_AFTER_S
RIGHT_WITHIN_S = 3.0 if LONG else GIVEN_UP_AFTER_S
BEHIND_AFTER_S = 3.0  # the control
COMMAND_EVERY_S = 0.1  # each of the clients
AT_WORK = 6
UNGUARDED = ("-m", "tests.promises.unguarded_server", "sync+look")
TRIES = 8


def small_hall() -> Hall:
    """Six windows, six kiosks, and one for each process that only asks whether it serves."""
    return proving_hall(WINDOWS[:AT_WORK], KIOSKS[: AT_WORK + 2])


@dataclass
class Screen:
    """A line of the product's own to one process, and what it shows."""

    port: int
    audience: Audience
    cards: Cards = field(default_factory=Cards)

    def start(self) -> None:
        self._connection = Connection(f"http://127.0.0.1:{self.port}", HALL, "window", token_of(AGENT))
        self.live = Live(self._connection, self.audience, self.cards, ServerClock())
        self.live.start()

    def stop(self) -> None:
        self.live.stop()
        self._connection.close()

    def equals_its_process(self) -> bool:
        """Card by card."""
        said = self._connection.snapshot(self.audience)
        return (self.cards.revision, dict(self.cards.all())) == (said.revision, dict(said.cards))


@contextmanager
def screens_at(*ports: int) -> Iterator[list[Screen]]:
    """One of each audience at each process, all connected."""
    with ExitStack() as stack:
        found = [Screen(port, audience) for port in ports for audience in (Audience.STAFF, Audience.PUBLIC)]
        for screen in found:
            screen.start()
            stack.callback(screen.stop)
        until(lambda: all(screen.live.connected for screen in found), "all screens are connected", GIVEN_UP_AFTER_S)
        yield found


@dataclass
class Worst:
    """Seconds until commands were taken, and until all screens were right."""

    served: float = 0.0
    right: float = 0.0


@dataclass
class AtWork:
    """A hall under load through both processes."""

    address: str
    load: Load
    probes: tuple[Asker, Asker]
    screens: list[Screen]

    def wait_for_answers(self) -> None:
        """The load is under way."""
        enough = partial(self.load.has_answered, self.load.answers + 10)
        until(enough, "commands are answered", GIVEN_UP_AFTER_S)

    def goes_on(self, worst: Worst) -> None:
        """From now on: both processes take commands, and then all screens are right."""
        begun = time.monotonic()
        gevent.joinall([gevent.spawn(_until_served, probe) for probe in self.probes], raise_error=True)
        served = time.monotonic()
        worst.served = max(worst.served, served - begun)
        self.load.hold()
        until(self.right, "every screen is right", GIVEN_UP_AFTER_S)
        worst.right = max(worst.right, time.monotonic() - served)
        until(lambda: all(screen.equals_its_process() for screen in self.screens), "card by card", RIGHT_WITHIN_S)
        self.load.going.set()
        assert worst.served <= BACK_WITHIN_S and worst.right <= RIGHT_WITHIN_S, worst

    def right(self) -> bool:
        """Whether every screen shows what the database says; no process is asked for it."""
        shown = {screen.cards.revision for screen in self.screens}
        return len(shown) == 1 and shown == {revision_in(self.address)}


def _until_served(probe: Asker) -> None:
    deadline = time.monotonic() + GIVEN_UP_AFTER_S
    while (answer := probe.ask("take_number", {"line": "A"})) is None or not answer.accepted:
        assert time.monotonic() < deadline, answer
        gevent.sleep(0.02)


def revision_in(address: str) -> int:
    """Of the hall."""
    return int(read_rows(address, "SELECT revision FROM halls WHERE hall = ?", HALL)[0]["revision"])


@contextmanager
def at_work(server: ProvingServer, history: History, proof: Result) -> Iterator[AtWork]:
    """The load begins, the screens watch; at the end everybody ends in order."""
    ports = ports_of(server)
    turns = cycle(ports)
    load = Load(lambda who: Asker(next(turns), history, who), proof.rng, AT_WORK, AT_WORK, every_s=COMMAND_EVERY_S)
    first, second = (Asker(port, history, who) for port, who in zip(ports, KIOSKS[AT_WORK:], strict=False))
    with screens_at(*ports) as screens:
        load.start()
        yield AtWork(server.postgres, load, (first, second), screens)
        load.end()
        first.close()
        second.close()


def kill_database(own: Machines, hall: AtWork, proof: Result, worst: Worst) -> None:
    """kill -9 of the postmaster, and its return after a while."""
    own.postgres.kill()
    gevent.sleep(proof.rng.uniform(*AWAY_S))
    own.postgres.start()
    hall.goes_on(worst)


def kill_redis(own: Machines, hall: AtWork, proof: Result, worst: Worst) -> None:
    """Redis is away in one way or another, and back."""
    with own.without_redis(WAYS[proof.reached % len(WAYS)]):
        hall.goes_on(worst)
        hall.wait_for_answers()
    hall.goes_on(worst)


@dataclass
class Kills:
    """What is killed, and what came of it. `how`: in words."""

    how: str
    proof: Result
    once: Callable[[Machines, AtWork, Result, Worst], None]
    worst: Worst = field(default_factory=Worst)

    def figure(self, answered: int) -> str:
        """In words."""
        return (
            f"{self.how}: 0 of {answered:,} answers by 2 processes lost; both served again at most "
            f"{self.worst.served:.1f} s after, every screen at each was right at most {self.worst.right:.1f} s later"
        )


def one_hall(own: Machines, folder: Path, kinds: Sequence[Kills], each: int) -> int:
    """So many kills of each kind in turn; then everybody ends, and the hall is judged. How many answers there were."""
    with (
        own.serving(folder, own.new_database(small_hall())) as server,
        History(folder / "history") as history,
    ):
        with at_work(server, history, kinds[0].proof) as hall:
            for kind in (*kinds,) * each:
                if time_is_up():
                    break
                hall.wait_for_answers()
                gevent.sleep(kind.proof.rng.uniform(*ALIVE_S))
                kind.once(own, hall, kind.proof, kind.worst)
                kind.proof.reached += 1
        server.stop()
        asked = read(history.file)
        assert checkers.everything(server.at_rest(), HALL, asked) == []
    return sum(len(one.answers) for one in asked)


@pytest.mark.databases
def test_a_database_and_a_redis_that_die_cost_nothing_and_the_hall_goes_on(tmp_path: Path) -> None:
    with (
        proving("R3", "kills", 50, "PostgreSQL") as postgres,
        proving("R3", "kills", 50, "Redis") as redis,
        machines() as own,
    ):
        away = f"postmaster killed, away for up to {AWAY_S[1]:g} s"
        kinds = Kills(away, postgres, kill_database), Kills(", ".join(WAYS), redis, kill_redis)
        answered = 0
        while postgres.reached < KILLS and not time_is_up():
            each = min(IN_ONE_HALL, KILLS - postgres.reached)
            answered += one_hall(own, tmp_path / f"hall-{postgres.reached}", kinds, each)
        for kind in kinds:
            kind.proof.figure = kind.figure(answered)
        with own.serving(tmp_path / "control", own.new_database(small_hall()), UNGUARDED, processes=1) as server:
            redis.control = screens_hear_nothing(own, server)
            postgres.control = unsynced_commits_are_lost(own, server, postgres)


def unsynced_commits_are_lost(own: Machines, server: ProvingServer, proof: Result) -> str:
    """With synchronous_commit off the killed database forgets what was answered, and the judge finds it."""
    for tries in range(1, TRIES + 1):
        with History(server.folder / f"history-{tries}") as history:
            load = Load(lambda who: Asker(server.port, history, who), proof.rng, AT_WORK, AT_WORK)
            load.start()
            until(partial(load.has_answered, 50), "commands are answered", GIVEN_UP_AFTER_S)
            own.postgres.kill()
            own.postgres.start()
            load.end()
        found = list(checkers.answered_is_kept(Database(server.postgres, HALL), read(history.file)))
        if found:
            return f"synchronous_commit off: {len(found)} lost answers found after {tries} kill(s)"
    raise AssertionError("the control lost nothing: the proof would not have seen a loss")


def screens_hear_nothing(own: Machines, server: ProvingServer) -> str:
    """A process that believes Redis alone leaves its screens behind what another process did."""
    with screens_at(server.port) as screens, own.without_redis("killed"):
        with writing(PostgresDatabase(server.postgres)) as elsewhere:
            answer = elsewhere.submit(Order(HALL, new_key(), KIOSK, TakeNumber(line="A")))
            assert not answer.refused, answer.body
        gevent.sleep(BEHIND_AFTER_S)
        behind = sum(screen.cards.revision != revision_in(server.postgres) for screen in screens)
    assert behind == len(screens), "the control was told: the proof would not have seen a screen left behind"
    return f"a process that does not look at the database: {behind} of {len(screens)} screens found behind"
