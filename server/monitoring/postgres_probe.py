"""A look at a PostgreSQL database, by a connection of its own."""

from server.monitoring.readiness import NotReady
from server.storage.schema import versions
from server.storage.which import HallDatabase


class PostgresProbe:
    """Works with the event loop: the driver waits as our sockets do."""

    def __init__(self, database: HallDatabase) -> None:
        self._database = database

    def __call__(self) -> list[NotReady]:
        """What is wrong. A server that only follows another takes no command."""
        try:
            if self._database.version() != versions()[-1]:
                return [NotReady.SCHEMA]
            with self._database.plain_reading() as reads:
                follows = reads.execute("SELECT pg_is_in_recovery()").fetchone()[0]
        except Exception:  # whatever the driver calls it: nobody gets there
            return [NotReady.DATABASE_AWAY]
        return [NotReady.NOT_WRITABLE] if follows else []
