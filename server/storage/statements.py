"""The hot statements: compiled once by SQLAlchemy, handed to the driver as text with executemany."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from server.storage import tables

_DIALECT = sqlite.dialect(paramstyle="qmark")


def _compile(statement: Any) -> str:
    return str(statement.compile(dialect=_DIALECT))


def _upsert(table: Table) -> str:
    """INSERT all columns in table order; on the same primary key replace the others."""
    statement = insert(table).values({c.name: None for c in table.columns})
    keys = [c.name for c in table.primary_key.columns]
    rest = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return _compile(statement.on_conflict_do_update(index_elements=keys, set_=rest))


def _insert(table: Table) -> str:
    return _compile(insert(table).values({c.name: None for c in table.columns}))


UPSERT = {
    table.name: _upsert(table)
    for table in (
        tables.halls, tables.tickets, tables.visits, tables.slips, tables.leases, tables.guide_requests,
        tables.windows, tables.line_stops, tables.devices,
        tables.users, tables.sessions,
    )
}  # fmt: skip
INSERT = {
    table.name: _insert(table)
    for table in (
        tables.definitions, tables.days, tables.ratings, tables.rating_reasons, tables.journal, tables.replies,
        tables.codes,
    )
}  # fmt: skip
# A table's columns in the order of `tables.py`; in the file they stand in the order in which migrations added them.
COLUMNS = {
    table.name: ", ".join(f'"{column.name}"' for column in table.columns)
    for table in (tables.tickets, tables.visits, tables.slips, tables.guide_requests)
}
REPLIES_BY_KEY = "SELECT key, digest, body, refused FROM replies WHERE hall = ? AND key IN ({})"
HALL_ROW = "SELECT no, revision, day, first_revision, closed_ms, head_hash, time_ms FROM halls WHERE hall = ?"
DELETE_CODE = "DELETE FROM codes WHERE hall = ? AND code_hash = ?"
LAST_OF_NEXT_KEYS = (
    "SELECT MAX(key) FROM (SELECT key FROM replies WHERE hall = ? AND key > ? ORDER BY key LIMIT ?) AS n"
)
DELETE_OLD_REPLIES = "DELETE FROM replies WHERE hall = ? AND key > ? AND key <= ? AND at_ms < ?"
