"""A day in memory is brought to what the file says by the rows that are newer; one process alone never needs it."""

from contextlib import closing

from contract import commands as c
from contract import replies as r
from server.storage.forward import bring_forward
from server.storage.hall_store import read_head
from tests.server.databases.same_memory import differences, strangers
from tests.server.hall_kit import CODE, DESK, HallOnDisk


def test_what_was_done_meanwhile_is_known_without_loading_the_day_again(hall: HallOnDisk) -> None:
    hall.take("A", DESK)
    hall.call("101")
    now = hall.from_disk()
    with closing(hall.database.store()) as store:
        known = read_head(store, CODE)
        hall.start("101")
        hall.rate(hall.finish("101").visit, 4)
        hall.take("A", DESK)
        hall.call("102")
        hall.get(r.Done, c.Miss(window="102", visit=hall.in_hand("102")))
        head = read_head(store, CODE)
        assert known is not None and head is not None
        assert bring_forward(store, CODE, known, head, now)
    assert differences(now, hall.from_disk()) == {}
    assert strangers(now.day) == []
    assert now.day.touched.windows >= {"101", "102"} and not now.day.changed.tickets
