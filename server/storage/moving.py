"""All halls of a SQLite file moved into an empty PostgreSQL database: in one transaction, looked at before it ends."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from server.storage.database import Database
from server.storage.schema import DatabaseRefused
from server.storage.tables import metadata

if TYPE_CHECKING:
    from server.storage.postgres import PostgresDatabase

Check = Callable[[Connection, str], Iterator[str]]  # a hall in the new database → what does not hold
Progress = Callable[[str, int, int], None]  # table, rows done, of
_SAY_EVERY = 20_000


def move_halls(source: Database, target: "PostgresDatabase", check: Check, progress: Progress) -> dict[str, int]:
    """Copy every table and check rows, heads and each hall by `check`; how many rows each has.

    Raises DatabaseRefused; then, as after a kill at any moment, the target is as empty as before. Nobody else may work
    on the source meanwhile.
    """
    with closing(sqlite3.connect(source.path, isolation_level=None)) as rows, target.moved_into() as connection:
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        rows.execute("BEGIN")
        counts = {table: _copy(rows, connection, table, progress) for table in metadata.tables}
        for table, copied in counts.items():
            found = connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar()
            if found != copied:
                raise DatabaseRefused(f"{table}: {copied} → {found}")
        heads = "SELECT hall, no, revision, head_hash, time_ms FROM halls ORDER BY no"
        old, new = rows.execute(heads).fetchall(), [tuple(row) for row in connection.exec_driver_sql(heads)]
        if old != new:
            raise DatabaseRefused(f"halls: {old} → {new}")
        wrong = [f"{hall[0]}: {what}" for hall in new for what in check(connection, hall[0])]
        if wrong:
            raise DatabaseRefused(
                "数据不对，没有搬：先运行 paihao doctor / the data is not as it must be, nothing was moved; "
                f"run paihao doctor first: {'; '.join(wrong[:3])}"
            )
        connection.exec_driver_sql("ANALYZE")
    return counts


def _copy(rows: sqlite3.Connection, connection: Connection, table: str, progress: Progress) -> int:
    """One table by COPY; how many rows."""
    columns = ", ".join(f'"{column.name}"' for column in metadata.tables[table].columns)
    of = rows.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    raw: Any = connection.connection.driver_connection
    done = 0
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows.execute(f"SELECT {columns} FROM {table}"):
            copy.write_row(row)
            done += 1
            if done % _SAY_EVERY == 0:
                progress(table, done, of)
    progress(table, done, of)
    return done
