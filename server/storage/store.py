"""What the writer asks of a database: one transaction at a time over some halls' rows.

SQL is written with `?` for values. What it takes to be the only one who writes, and which call waits, each store knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from contract.words import Code
from server.storage.rows import Row

Keys = Mapping[str, Sequence[str]]  # of a batch: each hall that it concerns, with the idempotency keys it brings
Query = tuple[str, Sequence[Any]]  # SQL, values
StoredReply = tuple[str, str, bytes, int]  # key, digest, body, refused


class Found(Protocol):
    """The rows of a query; each gives a column by its place and by its name."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All that are left."""

    def __iter__(self) -> Iterator[Any]:
        """One after the other."""


class Reads(Protocol):
    """Whoever answers a query."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Any:
        """The rows as `Found`."""


class Store(Reads, Protocol):
    """The writer's connection. Every method but `blame` may raise the driver's errors."""

    def begin(self, keys: Keys) -> None:
        """Begin a transaction and lock these halls; what `hall_row` and `replies` ask for may be read ahead."""

    def hall_row(self, hall: str) -> Any:
        """The hall's row as it stands under the lock, or None."""

    def read(self, queries: Sequence[Query]) -> list[list[Any]]:
        """The rows of each query; on the way together."""

    def replies(self, hall: str) -> Sequence[StoredReply]:
        """The stored replies of the keys that `begin` was given for the hall."""

    def upsert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows (columns in the order of `tables.py`), or replace those of the same primary key."""

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows whose primary keys are new."""

    def delete_codes(self, rows: Sequence[Row]) -> None:
        """Delete one-time codes by hall and hash."""

    def commit(self) -> None:
        """Returns when it is on the disk; the event loop runs meanwhile."""

    def roll_back(self) -> None:
        """End the transaction, if one is open, without a trace."""

    def reading(self, hall: str) -> AbstractContextManager[None]:
        """Inside, all queries about the hall see one state."""

    def blame(self, fault: BaseException) -> Code | None:
        """Whether the disk, another program or the way to the database is at fault, and which."""

    def close(self) -> None:
        """Let go of the database."""


class Opens(Protocol):
    """A database as the writer needs it."""

    def store(self) -> Store:
        """Open the one connection that writes."""
