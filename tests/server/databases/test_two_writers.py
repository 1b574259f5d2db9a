"""Several writers on one PostgreSQL, each with its own memory: one order for each hall, and every command once."""

from functools import partial

import gevent
import psycopg
import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code
from server.halls.document import document_from
from server.halls.reading import inspect_hall
from server.storage import writer as writer_module
from server.storage.orders import Actor, Order
from tests.server.databases.hall_in_postgres import HallInPostgres
from tests.server.hall_kit import ADMIN, AGENT, CODE, DESK, HALLS, K1, new_key, said

pytestmark = pytest.mark.databases
TAKE = c.TakeNumber(line="A")


def test_numbers_and_calls_of_two_writers_at_once_are_each_given_once(hall: HallInPostgres) -> None:
    other = hall.twin()
    taken = hall.all_at_once(*[partial((hall, other)[i % 2].get, r.Issued, TAKE, DESK) for i in range(120)])
    assert sorted(one.number for one in taken) == [f"A{n:03d}" for n in range(1, 121)]
    called: list[str] = []
    for _ in range(6):
        in_hand = {no: hall.in_hand(no) for no in ("101", "102")}
        presses = [
            partial(one.get, r.Called, c.CallNext(window=no, visit=in_hand[no]), AGENT)
            for one, no in ((hall, "101"), (other, "102"))
        ]
        for one, no, there in zip(hall.all_at_once(*presses), ("101", "102"), (other, hall), strict=True):
            called.append(one.number)
            there.get(r.Done, c.StartService(window=no, visit=one.visit), AGENT)
            there.get(r.Finished, c.Finish(window=no, visit=one.visit), AGENT)
        hall.take("B")  # so that this writer's cards are the newest again
    assert sorted(called) == [f"A{n:03d}" for n in range(1, 13)]
    other.close()


def test_a_command_repeated_at_the_other_writer_is_done_once(hall: HallInPostgres) -> None:
    other = hall.twin()
    order = Order(CODE, new_key(), K1, TAKE)
    answers = hall.all_at_once(*[partial((hall, other)[i % 2].writer.submit, order) for i in range(20)])
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.repeat for answer in answers) == [False] + [True] * 19
    assert len(hall.select("tickets")) == 1
    hall.take("B")
    other.close()


def test_batches_over_two_halls_never_wait_for_each_other_in_a_circle(hall: HallInPostgres) -> None:
    branch = inspect_hall(HALLS / "branch").hall
    assert branch is not None
    load = c.LoadHall(document=document_from(branch))
    other = hall.twin()

    def give(i: int, code: str, command: c.Command, actor: Actor) -> r.Reply:
        return said((hall, other)[i % 2].writer.submit(Order(code, new_key(), actor, command)))

    loaded = hall.all_at_once(*[partial(give, i, branch.code, load, ADMIN) for i in (0, 1)])
    assert [reply.kind for reply in loaded] == ["hall_loaded", "hall_loaded"]  # a new hall, made once
    wanted = [(CODE, TAKE), (branch.code, c.TakeNumber(line=next(iter(branch.lines))))]
    both = [partial(give, i, code, take, DESK) for i in range(60) for code, take in wanted[:: 1 if i % 2 else -1]]
    replies = hall.all_at_once(*both)
    refused = {reply.code for reply in replies if isinstance(reply, r.Refused)}
    assert not refused & {Code.INTERNAL, Code.BUSY, Code.DATABASE_AWAY}
    assert len(hall.select("tickets")) == 60
    hall.take("B")
    other.close()


def test_the_loop_goes_on_while_the_database_is_waited_for(hall: HallInPostgres) -> None:
    url = hall.postgres.url(hall.name)
    with psycopg.connect(url) as holder:
        holder.execute("SELECT 1 FROM halls WHERE hall = %s FOR UPDATE", (CODE,))
        asking = gevent.spawn(hall.ask, TAKE, K1)
        ticks = 0
        while ticks < 100:
            gevent.sleep(0.001)
            ticks += 1
        assert not asking.ready()
    asking.join(timeout=60)
    assert isinstance(asking.value, r.Issued)


def test_who_holds_a_hall_too_long_makes_it_busy_and_nothing_is_recorded(hall: HallInPostgres) -> None:
    before = hall.rows()
    hall.writer._db.execute("SET lock_timeout = '50ms'")
    with psycopg.connect(hall.postgres.url(hall.name)) as holder:
        holder.execute("SELECT 1 FROM halls WHERE hall = %s FOR UPDATE", (CODE,))
        answer = hall.submit(TAKE, K1)
    reply = said(answer)
    assert isinstance(reply, r.Refused) and (reply.code, answer.stored) == (Code.BUSY, False)
    assert hall.rows() == before
    assert hall.take("A").number == "A001"


def test_a_line_cut_at_any_moment_leaves_every_answer_true(hall: HallInPostgres) -> None:
    """The database ends the session in the midst of batches; they come again, and the keys say what was done."""
    cuts = 0

    def cut() -> None:
        nonlocal cuts
        with psycopg.connect(hall.postgres.url(hall.name), autocommit=True) as connection:
            while True:
                cuts += connection.execute(_CUT).rowcount
                gevent.sleep(0.05)

    cutting = gevent.spawn(cut)
    numbers: list[str] = []
    while cuts < 20:
        taken = hall.all_at_once(*[partial(hall.insist, TAKE, DESK) for _ in range(10)])
        numbers += [reply.number for reply in taken if isinstance(reply, r.Issued)]
    cutting.kill()
    assert sorted(numbers) == [row["label"] for row in hall.select("tickets")]


_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'paihao'"
)


def test_a_database_killed_and_back_answers_with_words_and_goes_on_by_itself(hall: HallInPostgres) -> None:
    first = hall.take("A").number
    hall.postgres.kill()
    waiting = gevent.spawn(hall.insist, TAKE, K1)
    gevent.sleep(writer_module.AWAY_FOR_S)
    answer = hall.submit(TAKE, K1)
    reply = said(answer)
    assert isinstance(reply, r.Refused) and (reply.code, answer.stored) == (Code.DATABASE_AWAY, False)
    assert not waiting.ready()
    hall.postgres.start()
    waiting.join(timeout=60)
    assert (first, getattr(waiting.value, "number", waiting.value)) == ("A001", "A002")
