"""The waits of a connection to PostgreSQL: none where there is nothing to wait for, and nobody is kept from working."""

from contextlib import closing
from typing import Any

import gevent
import pytest
from psycopg import waiting
from psycopg.abc import PQGen

from server.storage.postgres import PostgresDatabase
from tests.server.private_postgres import PrivatePostgres

pytestmark = pytest.mark.databases


def test_others_have_their_turn_while_much_is_read(postgres: PrivatePostgres) -> None:
    turns = 0

    def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            gevent.sleep(0)

    with closing(PostgresDatabase(postgres.url("postgres"))._plain()) as line:
        counting = gevent.spawn(count)
        rows = line.execute("SELECT repeat('号', 1000) FROM generate_series(1, 5000)").fetchall()
        counting.kill()
    assert len(rows) == 5_000
    assert turns > 20


def _told(gen: PQGen[Any], asked: list[int]) -> PQGen[Any]:
    """The same waits, each noted."""
    try:
        wanted = next(gen)
        while True:
            asked.append(wanted)
            wanted = gen.send((yield wanted))
    except StopIteration as end:
        return end.value


def test_what_may_be_sent_at_once_is_not_waited_for(postgres: PrivatePostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    wait = waiting.wait

    def counted(gen: PQGen[Any], *more: Any, **named: Any) -> Any:
        return wait(_told(gen, asked), *more, **named)

    with closing(PostgresDatabase(postgres.url("postgres"))._plain()) as line:
        monkeypatch.setattr(waiting, "wait", counted)
        line.execute("SELECT 1")
        with line.pipeline():
            for _ in range(10):
                line.execute("SELECT pg_sleep(0.001)")
    assert set(asked) == {waiting.Wait.R}, "it waited until it might send"
