"""The same SQL for PostgreSQL: values, the few words that differ, and each table's rows of a batch as one JSON text.

Nothing of the driver is imported here.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import count
from typing import Any

from sqlalchemy import Table

from server.storage.rows import Row
from server.storage.statements import INSERT, UPSERT
from server.storage.tables import metadata

LOCK_HALLS = (
    "SELECT hall, no, revision, day, first_revision, closed_ms, head_hash, time_ms FROM halls "
    "WHERE hall = ANY(%s) ORDER BY hall FOR UPDATE"
)
# Nobody makes a hall while this is held; who only changes one of those that are there locks its row before.
LOCK_NEW_HALLS = "LOCK TABLE halls IN SHARE ROW EXCLUSIVE MODE"
REPLIES = (
    "SELECT r.hall, r.key, r.digest, r.body, r.refused FROM unnest(%s::text[], %s::text[]) AS asked(hall, key) "
    "JOIN replies r ON r.hall = asked.hall AND r.key = asked.key"
)


@lru_cache(maxsize=256)
def for_postgres(sql: str) -> str:
    """SQL with `?` for values as psycopg takes it."""
    return sql.replace("%", "%%").replace("?", "%s").replace("instr(", "strpos(")


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _insert(table: Table) -> str:
    columns = _columns(table)
    rows = f"json_populate_recordset(NULL::{table.name}, %s::json)"
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {rows}"


def _upsert(table: Table) -> str:
    keys = [column.name for column in table.primary_key.columns]
    rest = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in table.columns if c.name not in keys)
    return f"{_insert(table)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest}"


POSTGRES_INSERT = {name: _insert(metadata.tables[name]) for name in INSERT}
POSTGRES_UPSERT = {name: _upsert(metadata.tables[name]) for name in UPSERT}
_NAMES = {name: [column.name for column in table.columns] for name, table in metadata.tables.items()}


def as_json(table: str, rows: Sequence[Row]) -> str:
    """Rows in the order of `tables.py` as a JSON array of objects."""
    names = _NAMES[table]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=_hex)


def _hex(value: object) -> str:
    """Bytes as PostgreSQL reads them."""
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return f"\\x{value.hex()}"


@cache
def _row_kind(names: tuple[str, ...]) -> type[tuple[Any, ...]]:
    places: dict[Any, int] = {name: place for place, name in enumerate(names)}

    class NamedTuple(tuple[Any, ...]):
        """Gives a column by its place or its name."""

        __slots__ = ()

        def __getitem__(self, which: Any) -> Any:
            return tuple.__getitem__(self, places[which] if type(which) is str else which)

    return NamedTuple


def named_rows(cursor: Any) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """psycopg's row factory: rows that give each column by place and by name, as SQLite's do."""
    return _row_kind(tuple(column.name for column in cursor.description or ()))


class Streamed:
    """The rows of one query, fetched as they are needed."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._cursor
        finally:
            self._cursor.close()

    def fetchone(self) -> Any:
        """The first row, or None."""
        try:
            return self._cursor.fetchone()
        finally:
            self._cursor.close()

    def fetchall(self) -> list[Any]:
        """All rows."""
        return list(self)


class StreamedReads:
    """Queries on a psycopg connection inside a transaction, none of which takes all its rows into memory."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._numbers = count()

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Streamed:
        """The rows of a query."""
        cursor = self._connection.cursor(name=f"paihao_{next(self._numbers)}")
        cursor.itersize = 2_000
        cursor.execute(for_postgres(sql), tuple(values))
        return Streamed(cursor)
