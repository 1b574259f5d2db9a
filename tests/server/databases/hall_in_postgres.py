"""The same hall as `hall_kit` opens on a SQLite file, in a PostgreSQL database."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import gevent
import psycopg
from psycopg.rows import dict_row

from contract import commands as c
from contract import replies as r
from contract.words import Code
from server.halls.document import hall_from
from server.reports.doctor import examine_all
from server.storage.hall_now import HallNow
from server.storage.hall_store import load, read_head
from server.storage.orders import Actor, Order
from server.storage.postgres import PostgresDatabase
from server.storage.tables import metadata
from tests.server.hall_kit import _TABLES, HallOnDisk, Rows, new_key, said
from tests.server.private_postgres import PrivatePostgres

T = TypeVar("T")


class Filled:
    """Databases with the schema, each lent to one test at a time and filled anew: quicker than making one for each."""

    def __init__(self, postgres: PrivatePostgres) -> None:
        self.postgres = postgres
        self._free: list[str] = []
        self._kept: dict[str, dict[str, str]] = {}  # what a hall begins with, as JSON of each table's rows

    def empty(self) -> str:
        """A database with the schema and no row."""
        if not self._free:
            made = self.postgres.make()
            PostgresDatabase(self.postgres.url(made)).look()
            return made
        name = self._free.pop()
        with closing(psycopg.connect(self.postgres.url(name))) as connection:
            for table in metadata.tables:
                connection.execute(f"DELETE FROM {table}")
            connection.commit()
        return name

    def filled(self, what: str, set_up: Callable[[str], None]) -> str:
        """A database with what `set_up` once put into one."""
        name = self.empty()
        with closing(psycopg.connect(self.postgres.url(name))) as connection:
            if what not in self._kept:
                set_up(name)
                rows = "SELECT COALESCE(json_agg(t), '[]')::text FROM {} t"
                self._kept[what] = {t: connection.execute(rows.format(t)).fetchall()[0][0] for t in metadata.tables}
                return name
            for table, rows in self._kept[what].items():
                filling = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s::json)"
                connection.execute(filling, (rows,))
            connection.commit()
        return name

    def give_back(self, name: str) -> None:
        """Nobody is connected to it any more."""
        self._free.append(name)


@dataclass
class HallInPostgres(HallOnDisk):
    """One hall, its writer and its clock; what is asserted comes from connections of the tests' own."""

    postgres: PrivatePostgres = field(default_factory=PrivatePostgres)
    name: str = ""

    @property
    def database(self) -> Any:
        return PostgresDatabase(self.postgres.url(self.name))

    @contextmanager
    def _looking(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        url = self.postgres.url(self.name)
        with closing(psycopg.connect(url, autocommit=True, row_factory=dict_row)) as connection:
            yield connection

    def rows(self) -> Rows:
        with self._looking() as connection:
            return {
                table: [tuple(row.values()) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]
                for table in _TABLES
            }

    def select(self, table: str, **where: object) -> list[dict[str, Any]]:
        fits = "".join(f' AND "{column}" IS NOT DISTINCT FROM %s' for column in where)
        with self._looking() as connection:
            query = f"SELECT * FROM {table} WHERE hall = %s{fits} ORDER BY 1, 2, 3"
            return connection.execute(query, (self.code, *where.values())).fetchall()

    def from_disk(self) -> HallNow:
        with closing(self.database.store()) as store, store.reading(self.code):
            head = read_head(store, self.code)
            assert head is not None
            return load(store, self.code, head, hall_from)

    def insist(self, command: c.Command, actor: Actor) -> r.Reply:
        """As agents do: the same key again until it is known what became of it."""
        order = Order(self.code, new_key(), actor, command)
        while True:
            answer = self.give(order)
            reply = said(answer)
            if not isinstance(reply, r.Refused) or reply.code not in (Code.DATABASE_AWAY, Code.BUSY):
                return reply
            gevent.sleep(0.05)

    def all_at_once(self, *asked: Callable[[], T]) -> list[T]:
        """Each by somebody of their own; what they got, in the order given."""
        asking = [gevent.spawn(one) for one in asked]
        gevent.joinall(asking, raise_error=True)
        return [cast(T, one.value) for one in asking]

    def check(self) -> None:
        super().check()
        assert examine_all(self.database)[self.code] == []

    def twin(self) -> "HallInPostgres":
        """Another process's view of the same hall, as it were: its own writer and memory."""
        other = HallInPostgres(Path(), self.now_ms, postgres=self.postgres, name=self.name)
        other.open()
        return other
