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
