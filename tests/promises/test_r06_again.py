"""R6: pressing again is safe. The product's own client works through a line that loses, repeats, cuts and resets.

Its patience for one try is shortened to a second, so that silence costs less time; what it does then is unchanged.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import pytest

import terminal.connection
from contract.words import Audience
from terminal.connection import Connection, NotConfirmed, Unreachable
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises import checkers
from tests.promises.asking import new_key
from tests.promises.checkers import Database
from tests.promises.fault_proxy import Fault, FaultProxy
from tests.promises.history import Answered, History, now_ms, read
from tests.promises.load import Load
from tests.promises.proving_hall import AGENT, KIOSKS, ProvingServer, proving_hall, served, token_of
from tests.promises.rounds import proving, rounds, time_is_up

COMMANDS = rounds(500, 100_000)
IN_ONE_HALL = 10_000  # then the next hall, so that lines do not grow without end
SHARE = 0.1
TRY_WITHIN_S = 1.0
HALL_AT_WORK = WINDOWS[:12]
DONE_UNHEARD = (Fault.LOST_REPLY, Fault.RESET, Fault.CUT_REPLY)
CONTROL_COMMANDS = 60


class Patient:
    """A kiosk or window with the product's connection: the same key until the server has answered."""

    def __init__(self, url: str, history: History, who: str) -> None:
        kiosk = who.startswith("K")
        self.who = who
        self._history = history
        self._headers = {} if kiosk else {"X-Via": "call_pad"}
        self._connection = Connection(url, HALL, "kiosk" if kiosk else "window", token_of(who if kiosk else AGENT))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, deed: str, body: Mapping[str, Any], key: str | None = None) -> Answered | None:
        """Until it is answered; None when the product says "not confirmed"."""
        key = key or new_key()
        self._history.sent(key, self.who, deed, body)
        try:
            answer = self._connection.send(deed, body, key=key, headers=self._headers)
        except NotConfirmed:
            return None
        self._history.answered(key, answer.status, answer.body, repeat=answer.repeat)
        return Answered(answer.status, answer.body, now_ms(), answer.repeat)

    def ask_under_new_keys(self, deed: str, body: Mapping[str, Any]) -> None:
        """The control: what was not answered is asked again as if for the first time."""
        intention = new_key()
        while True:
            key = new_key()
            self._history.sent(key, self.who, deed, body, intention)
            try:
                answer = self._connection.post(deed, body, key=key, within_s=TRY_WITHIN_S)
            except Unreachable:
                continue
            self._history.answered(key, answer.status, answer.body, repeat=answer.repeat)
            return

    def card(self, key: str) -> dict[str, Any] | None:
        """A card of the audience staff."""
        try:
            return self._connection.snapshot(Audience.STAFF).cards[key]
        except Unreachable:
            return None


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal.connection, "ANSWER_WITHIN_S", TRY_WITHIN_S)


@dataclass
class Went:
    """What came of the commands of all halls."""

    commands: int = 0
    unknown: int = 0
    happened: Counter[str] = field(default_factory=Counter)  # faults, and "passed"


def one_hall(server: ProvingServer, folder: Path, commands: int, rng: random.Random, went: Went) -> None:
    """So many commands through the line; then nothing more is asked of this hall, and it is judged."""
    with (
        History(folder / "history") as history,
        FaultProxy(server.address, list(Fault), SHARE, rng.getrandbits(32)) as line,
    ):
        load = Load(lambda who: Patient(line.url, history, who), rng, 32, len(HALL_AT_WORK), commands, give_up=0.0)
        load.start()
        while load.busy and not time_is_up():
            gevent.sleep(0.1)
        load.end()
        went.happened += line.happened
    server.stop()
    asked = read(folder / "history")
    assert len(asked) >= commands or time_is_up()
    assert checkers.everything(server.database, HALL, asked) == []
    went.commands += len(asked)
    went.unknown += sum(one.unknown for one in asked)


@pytest.mark.usefixtures("short_patience")
def test_effects_are_the_distinct_keys_whatever_the_line_does(tmp_path: Path) -> None:
    with proving("R6", "commands", 100_000) as proof:
        went = Went()
        while went.commands < COMMANDS and not time_is_up():
            folder = tmp_path / f"hall-{went.commands}"
            with served(folder, proving_hall(HALL_AT_WORK)) as server:
                one_hall(server, folder, min(IN_ONE_HALL, COMMANDS - went.commands), proof.rng, went)
        proof.reached = went.commands
        passed = went.happened.pop("passed")
        hit = went.happened.total()
        assert set(went.happened) == {fault.value for fault in Fault}, "not every kind of fault happened"
        assert hit > 0.5 * SHARE * (hit + passed)
        proof.figure = (
            f"{hit:,} of {hit + passed:,} requests hit by {len(went.happened)} kinds of fault: "
            f"effects = distinct keys; {went.unknown} never confirmed"
        )
        with served(tmp_path / "control", proving_hall(HALL_AT_WORK)) as server:
            proof.control = new_keys_repeat(tmp_path / "control", server, proof.rng.randrange(2**32))


def new_keys_repeat(folder: Path, server: ProvingServer, seed: int) -> str:
    """With a new key at each try one touch gives several numbers, and the judge finds them."""
    with History(folder / "history") as history, FaultProxy(server.address, DONE_UNHEARD, 0.3, seed) as line:
        rng = random.Random(seed)
        kiosks = [Patient(line.url, history, name) for name in KIOSKS[:10]]

        def take(kiosk: Patient) -> None:
            for _ in range(CONTROL_COMMANDS // len(kiosks)):
                kiosk.ask_under_new_keys("take_number", {"line": rng.choice("ABCD")})

        gevent.joinall([gevent.spawn(take, kiosk) for kiosk in kiosks], raise_error=True)
        for kiosk in kiosks:
            kiosk.close()
    found = list(checkers.one_effect_per_intention(Database(server.database, HALL), read(folder / "history")))
    assert found, "the control repeated nothing: the proof would not have seen it"
    return f"a new key at each try: {len(found)} of {CONTROL_COMMANDS} touches gave several numbers, all found"
