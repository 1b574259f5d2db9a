"""R6: pressing again is safe, whichever process hears it. Twenty halls, two processes, and everything dies at times.

No hall is pinned to a process here, as a proxy would: every try goes to either, and what nothing was heard of is tried
again at the other under the same key. Meanwhile replies are lost on the lines, and the processes, Redis and the
database are killed.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gevent
import pytest

from server.domain.hall import Hall
from server.reports.doctor import examine_all
from server.storage.postgres import PostgresDatabase
from tests.benchmarks.bench_hall import WINDOWS
from tests.promises import checkers
from tests.promises.asking import Asker
from tests.promises.checkers import Database
from tests.promises.fault_proxy import Fault, FaultProxy
from tests.promises.history import Answered, Asked, History, read
from tests.promises.load import Load
from tests.promises.proving_hall import KIOSKS, ProvingServer, proving_hall
from tests.promises.rounds import LONG, Result, proving, rounds, time_is_up
from tests.promises.two_processes import WAYS, Machines, kill_process, machines, ports_of, processes_of
from tests.terminal.hall_outside import until

COMMANDS = rounds(100, 100_000)
IN_THESE_HALLS = 20_000  # then twenty new ones, so that their days do not grow without end
HALLS = rounds(4, 20)
KIOSKS_EACH, WINDOWS_EACH = 1, 2
SHARE = 0.05
LOSSES = (Fault.LOST_REPLY, Fault.RESET, Fault.CUT_REPLY, Fault.REPEATED, Fault.CUT_REQUEST)
TROUBLE_EVERY_S = (1.0, 8.0) if LONG else (0.2, 0.6)
AWAY_S = (0.0, 6.0) if LONG else (0.0, 0.3)
TROUBLES = ("a process", "the database", "Redis")
HAPPENS_WITHIN_S = 60.0
UNLOCKED = ("-m", "tests.promises.unguarded_server", "lock")
UNGUARDED = (
    "ALTER TABLE tickets DROP CONSTRAINT one_number_once",
    "ALTER TABLE journal DROP CONSTRAINT journal_pkey",
    "DROP INDEX one_open_visit",
    "DROP INDEX one_visit_in_hand",
)
PAIRS = 20


def halls(number: int) -> list[Hall]:
    """So many of the same kind: two windows and a kiosk each."""
    one = proving_hall(WINDOWS[:WINDOWS_EACH], KIOSKS[:KIOSKS_EACH])
    return [replace(one, code=f"H{i:02d}") for i in range(1, number + 1)]


def is_defect(answer: Answered) -> bool:
    """Whether the server says that something is wrong with itself."""
    return answer.status >= 500 and not answer.again


class Wanderer:
    """A kiosk or a window that asks either process, and the other one when nothing was heard."""

    def __init__(self, askers: Sequence[Asker], rng: random.Random) -> None:
        self._askers = list(askers)
        self._rng = rng
        self._at = 0
        self._answered = True

    def ask(self, deed: str, body: Mapping[str, Any], key: str | None = None) -> Answered | None:
        """One try."""
        self._at = self._rng.randrange(len(self._askers)) if self._answered else 1 - self._at
        answer = self._askers[self._at].ask(deed, body, key)
        self._answered = answer is not None and not answer.again
        return answer

    def card(self, key: str) -> dict[str, Any] | None:
        """From either."""
        return self._rng.choice(self._askers).card(key)

    def close(self) -> None:
        """Hang up."""
        for asker in self._askers:
            asker.close()


@dataclass
class City:
    """Twenty halls under load, each with a history of its own."""

    folder: Path
    server: ProvingServer
    proof: Result
    loads: list[Load] = field(default_factory=list)
    histories: dict[str, History] = field(default_factory=dict)

    @property
    def commands(self) -> int:
        return sum(load.commands for load in self.loads)

    def asked(self, code: str) -> list[Asked]:
        """All that was asked in a hall."""
        return read(self.histories[code].file)

    @contextmanager
    def at_work(self, codes: Sequence[str], lines: Sequence[FaultProxy]) -> Iterator[None]:
        """Everybody works; at the end everybody ends in order."""
        with ExitStack() as stack:
            for code in codes:
                history = self.histories[code] = stack.enter_context(History(self.folder / f"history-{code}"))

                def make(who: str, code: str = code, history: History = history) -> Wanderer:
                    askers = [Asker(line.port, history, who, code) for line in lines]
                    return Wanderer(askers, self.proof.rng)

                load = Load(make, self.proof.rng, KIOSKS_EACH, WINDOWS_EACH, give_up=0.0)
                self.loads.append(load)
                load.start()
            yield
            for load in self.loads:
                load.busy = False
            for load in self.loads:
                load.end()


@dataclass
class Went:
    """What came of all cities."""

    commands: int = 0
    unknown: int = 0
    repeats: int = 0
    lost: int = 0  # requests whose line failed
    troubles: Counter[str] = field(default_factory=Counter)
    turn: int = 0

    def trouble(self, own: Machines, server: ProvingServer, rng: random.Random) -> None:
        """One of them dies, and is back after a while."""
        what = rng.choice(TROUBLES) if LONG else TROUBLES[self.turn % len(TROUBLES)]
        self.turn += 1
        if what == "a process":
            serving = processes_of(server)
            if not serving:
                return
            kill_process(rng.choice(serving))
        elif what == "the database":
            own.postgres.kill()
            gevent.sleep(rng.uniform(*AWAY_S))
            own.postgres.start()
        else:
            with own.without_redis(rng.choice(WAYS)):
                gevent.sleep(rng.uniform(*AWAY_S))
        self.troubles[what] += 1


def one_city(own: Machines, folder: Path, commands: int, proof: Result, went: Went) -> None:
    """So many commands in twenty new halls; then nobody asks any more, and each hall is judged."""
    definitions = halls(HALLS)
    codes = [hall.code for hall in definitions]
    with ExitStack() as stack:
        server = stack.enter_context(own.serving(folder, own.new_database(*definitions)))
        addresses = [("127.0.0.1", port) for port in ports_of(server)]
        lines = [stack.enter_context(FaultProxy(to, LOSSES, SHARE, proof.rng.getrandbits(32))) for to in addresses]
        city = City(folder, server, proof)
        with city.at_work(codes, lines):
            while (city.commands < commands or len(went.troubles) < len(TROUBLES)) and not time_is_up():
                gevent.sleep(proof.rng.uniform(*TROUBLE_EVERY_S))
                went.trouble(own, server, proof.rng)
            until(lambda: len(processes_of(server)) == 2, "both processes serve again", HAPPENS_WITHIN_S)
        server.stop()
        went.lost += sum(line.happened.total() - line.happened["passed"] for line in lines)
        for code in codes:
            asked = city.asked(code)
            assert [
                one for one in asked if any(answer.status >= 500 and not answer.again for answer in one.answers)
            ] == []
            assert checkers.everything(server.at_rest(), code, asked) == []
            went.commands += len(asked)
            went.unknown += sum(one.unknown for one in asked)
            went.repeats += sum(answer.repeat for one in asked for answer in one.answers)
        examined = examine_all(PostgresDatabase(server.postgres))
        assert examined == {code: [] for code in codes}


@pytest.mark.databases
def test_effects_are_the_distinct_keys_whichever_process_hears_them_and_whatever_dies(tmp_path: Path) -> None:
    with proving("R6", "commands", 100_000, "2 processes, 20 halls") as proof, machines() as own:
        went = Went()
        while went.commands < COMMANDS and not time_is_up():
            wanted = min(IN_THESE_HALLS, COMMANDS - went.commands)
            one_city(own, tmp_path / f"city-{went.commands}", wanted, proof, went)
        proof.reached = went.commands
        assert set(went.troubles) == set(TROUBLES), "not everything died"
        assert went.repeats, "no command was answered a second time: nothing was tried"
        said = own.postgres.said()
        assert "deadlock detected" not in said
        assert "duplicate key" not in said, "the database's own keys had to help: the hall's lock did not hold"
        told = ", ".join(f"{count} of {what}" for what, count in sorted(went.troubles.items()))
        proof.figure = (
            f"kills: {told}; {went.lost:,} requests lost on their lines, {went.repeats:,} answered by a stored reply: "
            f"effects = distinct keys, 0 doubles, 0 deadlocks; {went.unknown} never confirmed"
        )
        proof.control = without_lock(own, tmp_path / "control", proof.rng)


def without_lock(own: Machines, folder: Path, rng: random.Random) -> str:
    """Two processes without the hall's lock and the database's keys: people are shown the same number."""
    definitions = halls(1)
    code = definitions[0].code
    address = own.new_database(*definitions, unguarded=UNGUARDED)
    with ExitStack() as stack:
        servers = [stack.enter_context(own.serving(folder / str(i), address, UNLOCKED, processes=1)) for i in (0, 1)]
        history = stack.enter_context(History(folder / "history"))
        kiosks = [Asker(server.port, history, "K1", code) for server in servers]
        for _ in range(PAIRS):
            touches = [gevent.spawn(kiosk.ask, "take_number", {"line": "A"}) for kiosk in kiosks]
            gevent.joinall(touches, raise_error=True)
        for kiosk in kiosks:
            kiosk.close()
    asked = read(folder / "history")
    found = list(checkers.numbers_said_once(asked))
    assert found, "the control doubled nothing: the proof would not have seen it"
    assert list(checkers.effects_are_keys(Database(address, code)))
    return f"two processes without lock and keys: {len(found)} of {2 * PAIRS} numbers shown twice, all found"
