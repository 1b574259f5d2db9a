"""A look at a PostgreSQL database, by a connection of its own."""

from typing import TYPE_CHECKING

from server.monitoring.readiness import NotReady
from server.storage.schema import versions

if TYPE_CHECKING:
    from server.storage.postgres import PostgresDatabase


class PostgresProbe:
    """Works with the event loop: the driver waits as our sockets do."""

    def __init__(self, database: "PostgresDatabase") -> None:
        self._database = database

    def __call__(self) -> list[NotReady]:
        """What is wrong. A server that only follows another takes no command."""
        try:
            if self._database.version() != versions()[-1]:
                return [NotReady.SCHEMA]
            follows = self._database.follows()
        except Exception:  # whatever the driver calls it: nobody gets there
            return [NotReady.DATABASE_AWAY]
        return [NotReady.NOT_WRITABLE] if follows else []
