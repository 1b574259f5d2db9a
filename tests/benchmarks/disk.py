"""A disk that takes longer, alike on every machine: so many seconds more for each commit, in the disk's own thread."""

from gevent import monkey

from server.storage.sqlite_store import SqliteStore
from server.storage.writer import Writer

_NATIVE_SLEEP = monkey.get_original("time", "sleep")


def slow_writer(seconds: float) -> type[Writer]:
    """A writer on such a disk; the product's own where nothing is added."""
    if not seconds:
        return Writer

    class _SlowDisk(Writer):
        def _commit(self) -> None:
            store = self._db
            assert isinstance(store, SqliteStore)
            store._disk.apply(_NATIVE_SLEEP, (seconds,))
            super()._commit()

    return _SlowDisk
