"""R1: a number that was shown survives a crash of the server. kill -9 at random moments under load, restart, judge."""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import gevent
import pytest

from server.domain.hall import Hall
from tests.benchmarks.bench_hall import HALL, WINDOWS
from tests.promises import checkers
from tests.promises.asking import Asker
from tests.promises.checkers import Database
from tests.promises.history import History, read
from tests.promises.load import Load
from tests.promises.proving_hall import ProvingServer, proving_hall, served
from tests.promises.rounds import LONG, proving, rounds, time_is_up
from tests.server.databases.conftest import postgres
from tests.server.private_postgres import PrivatePostgres

__all__ = ["postgres"]

KILLS = rounds(3, 200)
ALIVE_S = (0.15, 1.5) if LONG else (0.15, 0.6)  # from the first answer after a start to the kill
AGAIN_WITHIN_S = 60.0
JUDGED_EVERY = 20
HASTY = ("-m", "tests.promises.hasty_server")
HASTY_TRIES = 8
HALL_AT_WORK = WINDOWS[:8]
Serving = AbstractContextManager[ProvingServer]


def wait_for_answers(load: Load, server: ProvingServer) -> None:
    """The server has answered again after its start."""
    before = load.answers
    with gevent.Timeout(AGAIN_WITHIN_S):
        while load.answers < before + 5:
            assert not server.ended, server.said()
            gevent.sleep(0.01)


def test_everything_that_was_answered_survives_kill_9(tmp_path: Path) -> None:
    survives(tmp_path, served)


@pytest.mark.databases
def test_everything_that_was_answered_survives_kill_9_with_the_halls_in_postgresql(
    tmp_path: Path, postgres: PrivatePostgres
) -> None:
    """Only the server is killed: PostgreSQL lives on, and ends by itself what was under way."""

    def in_postgres(folder: Path, definition: Hall, program: Sequence[str] = ()) -> Serving:
        return served(folder, definition, program, postgres.url(postgres.make()))

    survives(tmp_path, in_postgres, "PostgreSQL", rounds(1, 200))


def survives(folder: Path, serving: Callable[..., Serving], part: str = "", kills: int = KILLS) -> None:
    """The proof, over whatever database `serving` gives a server."""
    with proving("R1", "kills", 200, part) as proof:
        with serving(folder / "data", proving_hall(HALL_AT_WORK)) as server, History(folder / "history") as history:
            load = Load(partial(Asker, server.port, history), proof.rng)
            load.start()
            for kill in range(kills):
                wait_for_answers(load, server)
                gevent.sleep(proof.rng.uniform(*ALIVE_S))
                server.kill()
                if kill % JUDGED_EVERY == JUDGED_EVERY - 1:
                    assert checkers.everything(server.at_rest(), HALL, read(history.file)) == []
                server.start()
                proof.reached = kill + 1
                if time_is_up():
                    break
            wait_for_answers(load, server)
            load.end()
            server.stop()
            asked = read(history.file)
            assert checkers.everything(server.at_rest(), HALL, asked) == []
        unknown = sum(one.unknown for one in asked)
        assert unknown, "no kill fell into an answer: nothing was tried"
        answered = sum(len(one.answers) for one in asked)
        proof.figure = f"{answered:,} answers: 0 lost, 0 changed, 0 doubles; {unknown:,} commands left unknown by kills"
        with serving(folder / "control", proving_hall(HALL_AT_WORK), HASTY) as server:
            proof.control = hasty_writer_loses(server, proof.rng.randrange(2**32))


def hasty_writer_loses(server: ProvingServer, seed: int) -> str:
    """The same with a writer that answers before COMMIT: the judge must find what is lost."""
    rng = random.Random(seed)
    for tries in range(1, HASTY_TRIES + 1):
        with History(server.folder / f"history-{tries}") as history:
            load = Load(partial(Asker, server.port, history), rng)
            load.start()
            wait_for_answers(load, server)
            gevent.sleep(rng.uniform(0.1, 0.3))
            server.kill()
            load.end()  # what has arrived is still read
        found = list(checkers.answered_is_kept(Database(server.at_rest(), HALL), read(history.file)))
        if found:
            return f"answering before COMMIT: {len(found)} lost answers found after {tries} kill(s)"
        server.start()
    raise AssertionError("the control lost nothing: the proof would not have seen a loss")
