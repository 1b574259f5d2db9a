"""The one line of commands: committed in groups, answered after the commit, and never broken by one bad command."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import gevent
import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, Via
from server.actions.table import ACTIONS
from server.storage import sqlite_store
from server.storage.hall_now import HallNow
from server.storage.orders import Actor, Order
from server.storage.published import Published
from tests.server.hall_kit import AGENT, DESK, K1, K2, HallOnDisk, memory_of, new_key, rows_of, said

TAKE = c.TakeNumber(line="A")


def test_many_at_once_share_commits_and_each_is_on_disk_before_its_answer(hall: HallOnDisk) -> None:
    on_disk: list[bool] = []

    def ask(i: int) -> None:
        reply = hall.get(r.Issued, TAKE, (K1, K2)[i % 2])
        on_disk.append(hall.state(reply.ticket) == "waiting")  # a connection of our own sees only what is committed

    commits, commands = hall.writer.commits, hall.writer.commands
    gevent.joinall([gevent.spawn(ask, i) for i in range(200)], raise_error=True)
    assert on_disk == [True] * 200
    assert hall.writer.commands - commands == 200
    assert hall.writer.commits - commits < 50
    assert [ticket["number"] for ticket in hall.select("tickets")] == list(range(1, 201))
    revisions = [entry["revision"] for entry in hall.select("journal")]
    assert revisions == list(range(1, len(revisions) + 1))


def broken(hall: HallOnDisk, deed: str) -> list[int]:
    """The deed's action fails after it did its work, like a defect nobody foresaw; counts how often it ran."""
    ran: list[int] = []

    def action(now: HallNow, order: Order, now_ms: int) -> r.Reply:
        ACTIONS[deed](now, order, now_ms)
        ran.append(now.day.revision)
        raise ZeroDivisionError("a defect")

    hall.actions[deed] = action
    return ran


def test_a_command_that_breaks_breaks_only_itself(hall: HallOnDisk) -> None:
    hall.take("A")
    ran = broken(hall, "stop_line")
    orders = [(TAKE, K1), (c.CallNext(window="101"), AGENT), (c.StopLine(line="B", stopped=True), DESK), (TAKE, K2)]
    replies = hall.together([*orders, (c.TakeNumber(line="B"), DESK)])
    assert [type(reply).__name__ for reply in replies] == ["Issued", "Called", "Refused", "Issued", "Issued"]
    broke = replies[2]
    assert isinstance(broke, r.Refused) and broke.code is Code.INTERNAL
    assert len(ran) == 2  # once in the batch, once alone
    assert hall.waiting("A") == ["A002", "A003"]
    assert hall.card("line/B")["open"]
    assert hall.select("line_stops") == []
    assert memory_of(hall.day_in_memory) == memory_of(hall.from_disk())


def test_a_broken_command_is_not_stored_and_may_be_given_again(hall: HallOnDisk) -> None:
    broken(hall, "take_number")
    order = Order("LJ", "0" * 32, K1, TAKE)
    answer = hall.give(order)
    assert (answer.refused, answer.stored) == (True, False)
    hall.actions["take_number"] = ACTIONS["take_number"]
    reply = said(hall.give(order))
    assert isinstance(reply, r.Issued) and reply.number == "A001"


def test_an_action_that_refuses_after_it_moved_a_ticket_is_a_defect_and_not_kept(hall: HallOnDisk) -> None:
    def action(now: HallNow, order: Order, now_ms: int) -> r.Reply:
        ACTIONS["take_number"](now, order, now_ms)
        return ACTIONS["abandon"](now, Order("LJ", "", DESK, c.Abandon(ticket=1, reason="x")), now_ms)

    hall.actions["take_number"] = action
    reply = hall.ask(TAKE, K1)
    assert isinstance(reply, r.Refused) and reply.code is Code.INTERNAL
    assert hall.select("tickets") == []


def test_a_view_that_cannot_be_made_is_made_later_and_nobody_waits_for_it(hall: HallOnDisk) -> None:
    build, failing = hall.writer._build, [True]

    def faulty(name: str, now: HallNow, head: int, before: Published | None, now_ms: int) -> Published:
        view = build(name, now, head, before, now_ms)
        if failing[0]:
            raise ZeroDivisionError("a defect")
        return view

    hall.writer._build = faulty
    answers = [hall.writer.submit(Order("LJ", f"{i:032x}", K1, TAKE)) for i in range(3)]
    assert not any(answer.refused for answer in answers)
    failing[0] = False
    hall.revision = said(answers[-1]).revision
    assert hall.waiting("A") == ["A001", "A002", "A003"]
    hall.check_cards()


@contextmanager
def small_disk(hall: HallOnDisk) -> Iterator[None]:
    """The database may not grow by another page, as if the disk were full."""
    connection = hall.writer._db
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}").fetchone()
    yield
    connection.execute("PRAGMA max_page_count=1073741823").fetchone()


def test_a_full_disk_is_said_nothing_is_recorded_and_it_goes_on_when_there_is_room(hall: HallOnDisk) -> None:
    issued = 0
    with small_disk(hall):
        full: list[r.Refused] = []
        for _ in range(500):
            before = rows_of(hall.file, ("halls", "tickets", "journal", "replies"))
            for reply in hall.together((TAKE, (K1, K2)[i % 2]) for i in range(4)):
                issued += isinstance(reply, r.Issued)
                full += [reply] if isinstance(reply, r.Refused) else []
            if full:
                break
        assert [refusal.code for refusal in full] == [Code.DISK_FULL] * 4
        assert rows_of(hall.file, ("halls", "tickets", "journal", "replies")) == before
        answer = hall.submit(TAKE, K1)
        assert (answer.refused, answer.stored) == (True, False)
    assert hall.take("A").number == f"A{issued + 1:03d}"
    hall.reopen()
    assert len(hall.select("tickets")) == issued + 1


def test_another_program_that_writes_is_waited_for_with_the_loop_running(hall: HallOnDisk) -> None:
    ticks = 0
    with closing(sqlite3.connect(hall.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asking = gevent.spawn(hall.ask, TAKE, K1)
        while ticks < 50:
            gevent.sleep(0.001)
            ticks += 1
        assert not asking.ready()
        other.execute("COMMIT")
    asking.join(timeout=20)
    assert isinstance(asking.value, r.Issued)


def test_a_program_that_does_not_let_go_makes_the_server_busy(
    hall: HallOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "BUSY_FOR_S", 0.05)
    before = rows_of(hall.file)
    with closing(sqlite3.connect(hall.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = hall.submit(TAKE, K1)
        other.execute("ROLLBACK")
    reply = said(answer)
    assert isinstance(reply, r.Refused) and reply.code is Code.BUSY
    assert not answer.stored and rows_of(hall.file) == before
    assert hall.take("A").number == "A001"


def test_what_another_writer_stored_is_read_before_deciding(hall: HallOnDisk) -> None:
    other = HallOnDisk(hall.folder, hall.now_ms)
    other.open()
    numbers = [one.take("A", actor).number for one, actor in ((hall, K1), (other, K2), (hall, K2), (other, K1))]
    other.close()
    assert numbers == ["A001", "A002", "A003", "A004"]
    hall.take("B")
    assert hall.waiting("A") == numbers


def test_stopping_commits_what_stands_in_the_line(hall: HallOnDisk) -> None:
    asking = [gevent.spawn(hall.writer.submit, Order("LJ", f"{i:032x}", K1, TAKE)) for i in range(100)]
    gevent.sleep(0)
    hall.close()
    gevent.joinall(asking, raise_error=True)
    assert len(hall.select("tickets")) == 100
    hall.open()


def test_a_command_after_the_stop_is_told_to_come_again_and_is_not_recorded(hall: HallOnDisk) -> None:
    writer = hall.writer
    hall.close()
    late = writer.submit(Order("LJ", new_key(), K1, TAKE))
    reply = said(late)
    assert isinstance(reply, r.Refused) and (reply.code, late.stored) == (Code.BUSY, False)
    hall.open()
    assert hall.waiting("A") == []


def test_every_command_has_its_deed() -> None:
    assert set(c.COMMANDS) == set(ACTIONS)


def test_an_actor_is_named_by_login_then_device_then_the_way_they_came() -> None:
    assert Actor(Via.PAGE, device="W101", login="1003").name == "1003"
    assert Actor(Via.KIOSK, device="K1").name == "K1"
    assert Actor(Via.COMMAND_LINE).name == "command_line"
