"""Which database a data folder's halls are in: its own SQLite file, or the PostgreSQL that the folder names."""

import importlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from server.storage.database import NAME, Database
from server.storage.reader import Read
from server.storage.schema import DatabaseRefused
from server.storage.store import Opens, Reads

if TYPE_CHECKING:
    from server.storage.postgres import PostgresDatabase

ADDRESS = "database.url"  # readable by the owner only: the address may hold a password


class HallDatabase(Opens, Read, Protocol):
    """A database of halls, of either kind."""

    @property
    def name(self) -> str:
        """How people call it."""

    def version(self) -> str | None:
        """The schema it has; None for an empty one, or where there is none."""

    def newest_ms(self) -> int:
        """Time of the newest command of any hall; 0 where there is none."""

    def plain_reading(self) -> AbstractContextManager[Reads]:
        """One consistent state through the driver itself."""


def postgres_at(url: str) -> "PostgresDatabase":
    """The database of an address. Raises DatabaseRefused where its driver is not installed."""
    try:
        module = importlib.import_module("server.storage.postgres")
    except ImportError as missing:
        raise DatabaseRefused(
            f"要用 PostgreSQL，请先安装 / PostgreSQL needs: pip install 'paihao[postgres]' ({missing})"
        ) from missing
    database: PostgresDatabase = module.PostgresDatabase(url)
    return database


def address_of(folder: Path) -> str | None:
    """The PostgreSQL address that the folder names; None where its halls are in its own file."""
    try:
        return (folder / ADDRESS).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def remember(folder: Path, url: str) -> None:
    """From now on the folder's halls are there."""
    if address_of(folder) == url:
        return
    new = folder / f"{ADDRESS}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(f"{url}\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(folder / ADDRESS)


def database_at(folder: Path) -> HallDatabase:
    """The folder's database. Raises DatabaseRefused."""
    url = address_of(folder)
    return Database(folder) if url is None else postgres_at(url)


def choose(folder: Path, url: str | None) -> "PostgresDatabase | None":
    """The PostgreSQL a server is told to use or used last; None for the folder's own file. Raises DatabaseRefused."""
    if url is None:
        url = address_of(folder)
    elif (folder / NAME).exists() and address_of(folder) is None:
        raise DatabaseRefused(
            f"{folder} 的数据在 SQLite 里：先运行 paihao migrate-database / the halls of {folder} are in SQLite: "
            "run paihao migrate-database first"
        )
    return None if url is None else postgres_at(url)


@contextmanager
def refusals_as(kind: type[Exception]) -> Iterator[None]:
    """DatabaseRefused said in another part's words."""
    try:
        yield
    except DatabaseRefused as refused:
        raise kind(str(refused)) from refused
