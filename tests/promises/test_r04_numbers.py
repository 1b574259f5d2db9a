"""R4: numbers never repeat. 64 kiosks take at once, from a real server; judged from what each was answered."""

from dataclasses import dataclass
from pathlib import Path

import gevent

from tests.benchmarks.bench_hall import HALL
from tests.promises import checkers
from tests.promises.asking import Asker, Counter
from tests.promises.checkers import Database
from tests.promises.history import History, read
from tests.promises.proving_hall import KIOSKS, LINES, served
from tests.promises.rounds import proving, rounds, time_is_up
from tests.promises.unlocked import together, without_lock

TICKETS = rounds(2_000, 100_000)


@dataclass
class AtOnce:
    """How many asked at the same time."""

    now: int = 0
    most: int = 0


def take(kiosk: Asker, left: Counter, at_once: AtOnce, lines: list[str]) -> None:
    """Touch after touch, until all were taken."""
    while left.take() and not time_is_up():
        at_once.now += 1
        at_once.most = max(at_once.most, at_once.now)
        answer = kiosk.ask("take_number", {"line": lines[left.left % len(lines)]})
        at_once.now -= 1
        assert answer is not None and answer.accepted, answer


def test_sixty_four_kiosks_never_give_one_number_twice(tmp_path: Path) -> None:
    with proving("R4", "tickets", 100_000, part="64 kiosks") as proof:
        with served(tmp_path / "data") as server, History(tmp_path / "history") as history:
            kiosks = [Asker(server.port, history, name) for name in KIOSKS]
            lines = [proof.rng.choice(LINES) for _ in range(997)]
            left, at_once = Counter(TICKETS), AtOnce()
            taking = [gevent.spawn(take, kiosk, left, at_once, lines) for kiosk in kiosks]
            gevent.joinall(taking, raise_error=True)
            for kiosk in kiosks:
                kiosk.close()
            server.stop()
        asked = read(history.file)
        assert at_once.most == len(KIOSKS)
        assert checkers.everything(server.database, HALL, asked) == []
        given = {row["label"] for row in Database(server.database, HALL).tickets}
        assert len(given) == len(asked)
        proof.reached = len(asked)
        proof.figure = f"{at_once.most} kiosks at once: 0 doubles, 0 gaps in {len(LINES)} series"
        proof.control = unlocked_servers_repeat(tmp_path / "control")


def unlocked_servers_repeat(folder: Path) -> str:
    """Two servers without the lock and the keys give one number twice, and the judge finds it."""
    with without_lock(folder, people=0) as clerks:
        together(clerks, clerks.take_two)
        asked = read(folder / "history")
    found = list(checkers.numbers_said_once(asked))
    assert found, "the control gave no number twice: the proof would not have seen it"
    assert list(checkers.effects_are_keys(Database(folder / "paihao.db", HALL)))
    return f"two servers without lock and keys: {len(found)} of {len(asked)} numbers shown twice, all found"
