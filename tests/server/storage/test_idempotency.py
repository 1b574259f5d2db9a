"""Pressing again is safe: one effect for each key, and the very bytes of the first answer."""

import gevent
import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, Via
from server.storage.orders import SERVER, Answer, KeyReused, Order
from tests.server.hall_kit import AGENT, CODE, K1, HallOnDisk, new_key, said


def test_the_same_key_again_gets_the_same_bytes_and_does_nothing(hall: HallOnDisk) -> None:
    key = new_key()
    first = hall.submit(c.TakeNumber(line="A"), K1, key)
    head = hall.head
    for _ in range(3):
        again = hall.submit(c.TakeNumber(line="A"), K1, key)
        assert (again.body, again.refused, again.repeat) == (first.body, False, True)
        hall.reopen()
    assert first.repeat is False
    assert (hall.head, hall.waiting("A")) == (head, ["A001"])


def test_the_same_key_in_one_batch_has_one_effect(hall: HallOnDisk) -> None:
    key = new_key()
    orders = [Order(CODE, key, K1, c.TakeNumber(line="A")) for _ in range(20)]
    commits = hall.writer.commits
    asking = [gevent.spawn(hall.give, order) for order in orders]
    gevent.joinall(asking, raise_error=True)
    answers = [one.value for one in asking if one.value is not None]
    assert hall.writer.commits == commits + 1
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.repeat for answer in answers) == [False] + [True] * 19
    assert hall.waiting("A") == ["A001"]


def test_the_same_key_for_something_else_is_an_error_of_the_caller(hall: HallOnDisk) -> None:
    key = new_key()
    hall.submit(c.TakeNumber(line="A"), K1, key)
    head = hall.head
    with pytest.raises(KeyReused):
        hall.submit(c.TakeNumber(line="B"), K1, key)
    with pytest.raises(KeyReused):
        hall.submit(c.CallNext(window="101"), AGENT, key)
    assert hall.head == head and hall.waiting("B") == []


def test_the_same_key_for_something_else_in_one_batch_disturbs_nobody(hall: HallOnDisk) -> None:
    key = new_key()
    lines = ["A", "B", "A", "C"]
    asking = [gevent.spawn(hall.give, Order(CODE, key, K1, c.TakeNumber(line=line))) for line in lines]
    other = gevent.spawn(hall.give, Order(CODE, new_key(), K1, c.TakeNumber(line="C")))
    gevent.joinall([*asking, other])
    assert isinstance(other.value, Answer)
    assert [type(one.exception) for one in asking] == [type(None), KeyReused, type(None), KeyReused]
    assert (hall.waiting("A"), hall.waiting("B"), hall.waiting("C")) == (["A001"], [], ["C001"])


def test_a_refusal_is_a_reply_too_and_stays_what_it_was(hall: HallOnDisk) -> None:
    key = new_key()
    first = hall.submit(c.CallNext(window="101"), AGENT, key)
    assert first.refused and first.stored
    hall.take("A")
    again = hall.submit(c.CallNext(window="101"), AGENT, key)
    assert (again.body, again.refused, again.repeat) == (first.body, True, True)
    assert hall.waiting("A") == ["A001"]
    assert len(hall.select("replies", key=key)) == 1


def test_a_key_of_one_hall_means_nothing_to_another(hall: HallOnDisk) -> None:
    key = new_key()
    hall.submit(c.TakeNumber(line="A"), K1, key)
    reply = said(hall.writer.submit(Order("ELSEWHERE", key, K1, c.TakeNumber(line="A"))))
    assert isinstance(reply, r.Refused) and reply.code is Code.HALL_UNKNOWN


def test_what_the_server_gives_itself_too_early_may_be_given_again(hall: HallOnDisk) -> None:
    visit = hall.take("A") and hall.serve("101").visit
    order = Order(CODE, f"terminal_lost:{visit}", SERVER, c.TerminalLost(visit=visit))
    early = hall.give(order)
    assert (early.refused, early.stored) == (True, False)
    assert hall.select("replies", key=order.key) == []
    hall.later(72 * 3600)
    done = hall.give(order)
    assert (done.refused, done.stored, done.repeat) == (False, True, False)
    assert hall.give(order).repeat
    assert hall.entry()["via"] == Via.SERVER.value
