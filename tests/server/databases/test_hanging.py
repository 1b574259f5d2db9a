"""A database that hangs: its lines stay open and nobody answers on them, which no refused connection is like."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import gevent
import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code
from server.storage import postgres as postgres_module
from server.storage import postgres_line
from server.storage import writer as writer_module
from server.storage.orders import Order
from server.storage.postgres import PostgresDatabase
from server.storage.schema import DatabaseRefused
from server.storage.writer import Writer
from tests.server.api.running_server import HALL, new_key, until
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.databases.pair import Pair
from tests.server.hall_kit import CODE, K1, said

pytestmark = pytest.mark.databases
TAKE = c.TakeNumber(line="A")
LONG_S = 60.0


@contextmanager
def impatience() -> Iterator[None]:
    """So that nobody has to wait for eight seconds where nobody answers. One that works may take longer than this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres_line, "ANSWERS_WITHIN_S", 0.5)
        patch.setattr(writer_module, "AWAY_FOR_S", 0.4)
        patch.setitem(postgres_module._LINE, "connect_timeout", "2")  # the least that there is
        yield


def test_a_database_that_stands_still_stops_nobody_and_it_goes_on_by_itself(hall: HallInPostgres) -> None:
    first = hall.take("A").number
    with gevent.Timeout(LONG_S), hall.postgres.standing_still(), impatience():
        asking = gevent.spawn(hall.submit, TAKE, K1)
        while not asking.ready():
            gevent.sleep(0.005)  # the loop goes on
        answer = asking.get()
        reply = said(answer)
        assert isinstance(reply, r.Refused) and (reply.code, answer.stored) == (Code.DATABASE_AWAY, False)
        again = hall.ask(TAKE, K1)
        assert isinstance(again, r.Refused) and again.code is Code.DATABASE_AWAY
        waiting = gevent.spawn(hall.insist, TAKE, K1)
    assert (first, getattr(waiting.get(timeout=LONG_S), "number", waiting.value)) == ("A001", "A002")


class _StopsBeforeCommit(Writer):
    """Its database stops while COMMIT is on its way."""

    stops: ExitStack
    halls: HallInPostgres | None = None

    def _commit(self) -> None:
        if self.halls is not None:
            self.stops.enter_context(self.halls.postgres.standing_still())
            self.stops.enter_context(impatience())
            type(self).halls = None
        super()._commit()


def test_a_commit_that_nobody_answers_is_found_by_its_key(hall: HallInPostgres) -> None:
    hall.close()
    hall.kind = _StopsBeforeCommit
    hall.open()
    order = Order(CODE, new_key(), K1, TAKE)
    with ExitStack() as _StopsBeforeCommit.stops, gevent.Timeout(LONG_S):
        _StopsBeforeCommit.halls = hall
        reply = said(hall.writer.submit(order))
        assert isinstance(reply, r.Refused) and reply.code is Code.DATABASE_AWAY
    taken = gevent.spawn(hall.insist, TAKE, K1).get(timeout=LONG_S)
    assert isinstance(taken, r.Issued)
    known = hall.give(order)
    assert not known.refused
    labels = [row["label"] for row in hall.select("tickets")]
    assert sorted(labels) == ["A001", "A002"]
    assert {getattr(said(known), "number", None), taken.number} == {"A001", "A002"}


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port whose machine takes no connection and refuses none: its line of those who wait is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as callers:
        port = int(listener.getsockname()[1])
        for _ in range(4):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield port


def test_an_address_that_swallows_everything_is_said_so(black_hole: int) -> None:
    database = PostgresDatabase(f"postgresql://paihao@127.0.0.1:{black_hole}/paihao")
    with impatience(), gevent.Timeout(LONG_S), pytest.raises(DatabaseRefused, match=f"{black_hole}"):
        database.look()
    silent = socket.create_server(("127.0.0.1", 0))  # takes the connection, and that is all
    with impatience(), closing(silent), gevent.Timeout(LONG_S), pytest.raises(DatabaseRefused, match="cannot reach"):
        PostgresDatabase(f"postgresql://paihao@127.0.0.1:{silent.getsockname()[1]}/paihao").look()


def test_a_whole_server_on_a_database_that_hangs_answers_everybody(pair: Pair) -> None:
    server, key = pair.of(0), new_key()
    path = f"/{HALL}/kiosk/take_number"
    with closing(server.http), pair.postgres.standing_still():
        away = server.post(path, {"line": "A"}, pair.kiosk, key=key)
        assert (away.status_code, away.json()["code"]) == (503, "database_away")
        assert server.get("/health").status_code == 200
        for page in (f"/{HALL}/board?zone=A", f"/{HALL}/snapshot/public"):
            assert server.get(page).status_code == 200
        ready = server.get("/ready")
        assert (ready.status_code, [one["code"] for one in ready.json()["reasons"]]) == (503, ["database_away"])
        assert 'paihao_not_ready{reason="database_away"} 1.0' in server.get("/metrics").text
    assert pair.take(0, key)["number"] == pair.take(1, key)["number"]
    with closing(pair.of(0).http) as http:
        until(lambda: http.get(f"{server.url}/ready", timeout=30).status_code == 200, "it is ready again")
