"""An agent that asks what became of its command never makes it happen by asking."""

from dataclasses import replace

from contract import commands as c
from contract import replies as r
from contract.words import Code
from server.storage.orders import Order
from tests.server.hall_kit import K1, HallOnDisk, new_key, rows_of, said


def test_a_command_that_never_arrived_is_said_so_and_not_done(hall: HallOnDisk) -> None:
    order = Order(hall.code, new_key(), K1, c.TakeNumber(line="A"), only_known=True)
    before = rows_of(hall.file)
    reply = said(hall.writer.submit(order))
    assert isinstance(reply, r.Refused) and reply.code is Code.KEY_UNKNOWN
    assert rows_of(hall.file) == before


def test_a_command_that_arrived_is_answered_as_then(hall: HallOnDisk) -> None:
    order = Order(hall.code, new_key(), K1, c.TakeNumber(line="A"))
    first = hall.writer.submit(order)
    again = hall.writer.submit(replace(order, only_known=True))
    assert (again.body, again.repeat) == (first.body, True)


def test_what_was_asked_for_in_vain_is_not_done_when_it_arrives_after_all(hall: HallOnDisk) -> None:
    order = Order(hall.code, new_key(), K1, c.TakeNumber(line="A"))
    hall.writer.submit(replace(order, only_known=True))
    late = said(hall.writer.submit(order))
    assert isinstance(late, r.Refused) and late.code is Code.KEY_UNKNOWN
    assert hall.select("tickets") == []
