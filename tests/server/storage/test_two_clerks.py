"""Clerks press "next" in the same moment: nobody is called to two windows, and nobody is skipped.

Two writers over one file, each with its own memory, are two servers; the lock on the file keeps them in one order. The
last tests take the lock away and show that it was needed.
"""

import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gevent
import pytest

from contract import commands as c
from contract import replies as r
from contract.words import Code, Via
from server.actions.table import ACTIONS
from server.app import first_day
from server.domain.hall import Rules
from server.halls.document import document_from, hall_from
from server.live.cards import build
from server.storage.database import Database
from server.storage.hall_store import load, read_head
from server.storage.journal import verify
from server.storage.orders import Actor, Order
from server.storage.sqlite_store import SqliteStore
from server.storage.store import Keys
from server.storage.writer import Writer
from tests.benchmarks.bench_hall import HALL, LINE, WINDOWS, never_told, the_hall
from tests.server.hall_kit import entries_of, said

ANYBODY = Actor(Via.PAGE)


@dataclass
class Clerks:
    """So many windows of one line, each asking one of two servers."""

    folder: Path
    windows: list[str]
    kind: type[Writer] = Writer
    writers: list[Writer] = field(default_factory=list)
    in_hand: dict[str, int] = field(default_factory=dict)

    def open(self, people: int) -> None:
        """Open both servers over one file; all clerks sit there and so many people wait."""
        Database(self.folder).upgrade()
        definition = replace(the_hall(), rules=Rules(always_open=True, finish_on_call=True))
        first = self._writer(Writer)
        self.give(first, c.LoadHall(document=document_from(definition)))
        for i, no in enumerate(self.windows):
            self.give(first, c.SignIn(window=no, staff_no=str(1000 + i)))
        taking = [gevent.spawn(self.give, first, c.TakeNumber(line=LINE)) for _ in range(people)]
        gevent.joinall(taking, raise_error=True)
        first.stop()
        self.writers = [self._writer(self.kind), self._writer(self.kind)]

    def _writer(self, kind: type[Writer]) -> Writer:
        writer = kind(Database(self.folder), ACTIONS, hall_from, first_day, build, never_told)
        writer.start()
        return writer

    def close(self) -> None:
        for writer in self.writers:
            writer.stop()

    def give(self, writer: Writer, command: c.Command) -> r.Reply:
        return said(writer.submit(Order(HALL, secrets.token_hex(16), ANYBODY, command)))

    def of(self, i: int) -> Writer:
        """Every second window asks the other server."""
        return self.writers[i % 2]

    def press_next(self) -> list[r.Reply]:
        """All windows press in the same moment."""
        pressed = [
            gevent.spawn(self.give, self.of(i), c.CallNext(window=no, visit=self.in_hand.get(no)))
            for i, no in enumerate(self.windows)
        ]
        gevent.joinall(pressed, raise_error=True)
        replies = [one.value for one in pressed if one.value is not None]
        for no, reply in zip(self.windows, replies, strict=True):
            if isinstance(reply, r.Called):
                self.in_hand[no] = reply.visit
        return replies

    def start_all(self) -> list[r.Reply]:
        """All who were called step up."""
        starting = [
            gevent.spawn(self.give, self.of(i), c.StartService(window=no, visit=self.in_hand.get(no)))
            for i, no in enumerate(self.windows)
        ]
        gevent.joinall(starting, raise_error=True)
        return [one.value for one in starting if one.value is not None]

    def rows(self, query: str) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self.folder / "paihao.db")) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query).fetchall()


@pytest.fixture
def opened(quick_folder: Path) -> Iterator[list[Clerks]]:
    found: list[Clerks] = []
    yield found
    for clerks in found:
        clerks.close()


def sit_down(
    opened: list[Clerks], quick_folder: Path, windows: int, people: int, kind: type[Writer] = Writer
) -> Clerks:
    folder = quick_folder / secrets.token_hex(4)
    folder.mkdir()
    clerks = Clerks(folder, WINDOWS[:windows], kind)
    clerks.open(people)
    opened.append(clerks)
    return clerks


@pytest.mark.parametrize(("windows", "rounds"), [(2, 25), (20, 8)])
def test_nobody_is_called_twice_and_nobody_is_skipped(
    opened: list[Clerks], quick_folder: Path, windows: int, rounds: int
) -> None:
    clerks = sit_down(opened, quick_folder, windows, windows * rounds)
    called: list[str] = []
    for number in range(rounds):
        replies = clerks.press_next()
        assert [type(reply).__name__ for reply in replies] == ["Called"] * windows
        numbers = sorted(reply.number for reply in replies if isinstance(reply, r.Called))
        assert numbers == [f"A{i:03d}" for i in range(number * windows + 1, (number + 1) * windows + 1)]
        called += numbers
        assert {type(reply).__name__ for reply in clerks.start_all()} == {"Done"}
    assert max(Counter(called).values()) == 1
    nobody = clerks.press_next()
    assert {type(reply).__name__ for reply in nobody} == {"NobodyWaiting"}
    assert clerks.rows("SELECT DISTINCT state FROM tickets")[0]["state"] == "done"
    entries = [dict(row) for row in clerks.rows("SELECT * FROM journal ORDER BY revision")]
    assert list(verify(entries_of(entries))) == []


def test_fewer_people_than_windows_are_called_once_each(opened: list[Clerks], quick_folder: Path) -> None:
    clerks = sit_down(opened, quick_folder, 20, people=7)
    replies = clerks.press_next()
    assert len({reply.ticket for reply in replies if isinstance(reply, r.Called)}) == 7
    refused = [reply.code for reply in replies if isinstance(reply, r.Refused)]
    assert refused == [Code.NOBODY_WAITING] * 13


class UnlockedStore(SqliteStore):
    """The same file without the lock, each statement by itself."""

    def begin(self, keys: Keys) -> None:
        """Nobody is kept out."""
        self._keys = keys

    def commit(self) -> None:
        """Every statement was committed by itself."""


class UnlockedDatabase(Database):
    """Opens it so."""

    def store(self) -> SqliteStore:
        """Without the lock."""
        return UnlockedStore(self.writer_connection())


class Unlocked(Writer):
    """The same writer without the lock, and believing its own memory."""

    def __init__(self, database: Database, *more: Any) -> None:
        super().__init__(UnlockedDatabase(database.path.parent), *more)

    def _have(self, name: str) -> None:
        if name not in self._halls:
            head = read_head(self._db, name)
            assert head is not None
            self._halls[name] = (head, load(self._db, name, head, self._hall_from))


def pressed_without_lock(clerks: Clerks, rounds: int) -> tuple[list[int], int]:
    """Tickets called in all rounds, and how many presses were answered with a defect or not at all."""
    called, failed = [], 0
    for _ in range(rounds):
        replies = clerks.press_next()
        called += [reply.ticket for reply in replies if isinstance(reply, r.Called)]
        codes = [reply.code for reply in replies if isinstance(reply, r.Refused)]
        failed += sum(1 for code in codes if code in (Code.INTERNAL, Code.BUSY))
        clerks.start_all()
    return called, failed


def test_without_the_lock_the_database_itself_stops_what_would_be_called_twice(
    opened: list[Clerks], quick_folder: Path
) -> None:
    clerks = sit_down(opened, quick_folder, 2, 40, Unlocked)
    called, failed = pressed_without_lock(clerks, 20)
    assert failed > 0  # a revision twice: the batch is broken, the clerk gets no ticket
    assert max(Counter(called).values()) == 1


def test_without_the_lock_and_without_the_keys_of_the_database_people_are_called_twice(
    opened: list[Clerks], quick_folder: Path
) -> None:
    clerks = sit_down(opened, quick_folder, 2, 40, Unlocked)
    with closing(sqlite3.connect(clerks.folder / "paihao.db", isolation_level=None)) as connection:
        for index in ("one_open_visit", "one_visit_in_hand"):
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE journal RENAME TO before")
        connection.execute("CREATE TABLE journal AS SELECT * FROM before")
    called, _ = pressed_without_lock(clerks, 20)
    assert max(Counter(called).values()) == 2
    revisions = [row["revision"] for row in clerks.rows("SELECT revision FROM journal")]
    assert len(revisions) > len(set(revisions))
