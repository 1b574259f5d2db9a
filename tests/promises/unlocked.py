"""The control of R4 and R5: two servers over one file, without the hall's lock and without the database's own keys."""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import gevent

from contract import commands as c
from contract import replies as r
from contract.words import Code
from server.storage.orders import Order
from server.storage.writer import Writer
from tests.benchmarks.bench_hall import HALL, LINE, WINDOWS
from tests.promises.history import History
from tests.server.hall_kit import said
from tests.server.storage.test_two_clerks import ANYBODY, Clerks, Unlocked

PAIRS = 20


@dataclass
class HeardClerks(Clerks):
    """Two clerks whose presses stand in a history file."""

    history: History | None = None

    def give(self, writer: Writer, command: c.Command) -> r.Reply:
        key = secrets.token_hex(16)
        if self.history is not None:
            who = getattr(command, "window", "kiosk")
            self.history.sent(key, who, command.deed, command.model_dump(mode="json"))
        answer = writer.submit(Order(HALL, key, ANYBODY, command))
        reply = said(answer)
        if self.history is not None:
            self.history.answered(key, 409 if answer.refused else 200, reply.model_dump(mode="json"))
        return reply

    def take_two(self) -> None:
        """Two people touch two kiosks in the same moment."""
        taking = [gevent.spawn(self.give, self.of(i), c.TakeNumber(line=LINE)) for i in (0, 1)]
        gevent.joinall(taking, raise_error=True)

    def press_two(self) -> None:
        """Two clerks press "next" in the same moment, and those called step up."""
        self.press_next()
        self.start_all()


@contextmanager
def without_lock(folder: Path, *, people: int) -> Iterator[HeardClerks]:
    """Two windows of one line, so many people waiting; nothing keeps the two servers apart."""
    folder.mkdir()
    clerks = HeardClerks(folder, WINDOWS[:2], Unlocked)
    clerks.open(people)
    with closing(sqlite3.connect(folder / "paihao.db", isolation_level=None)) as connection:
        for index in ("one_open_visit", "one_visit_in_hand"):
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE journal RENAME TO before")
        connection.execute("CREATE TABLE journal AS SELECT * FROM before")
    with History(folder / "history") as history:
        clerks.history = history
        try:
            yield clerks
        finally:
            clerks.close()


def together(clerks: HeardClerks, once: Callable[[], None]) -> int:
    """Do it many times; how many of the answers were defects."""
    for _ in range(PAIRS):
        once()
    assert clerks.history is not None
    text = clerks.history.file.read_text(encoding="utf-8")
    return text.count(f'"{Code.INTERNAL.value}"')
