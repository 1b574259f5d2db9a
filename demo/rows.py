"""What stands in the server's database file, read beside the running server. Only rows of this play count."""

import sqlite3
import threading
import time
from pathlib import Path


class Rows:
    """`after_ticket`: the newest ticket before the play; later ones are the play's."""

    def __init__(self, database: Path, hall: str) -> None:
        # Read-only, but with the shared memory of the write-ahead log.
        self._connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
        self._hall = hall
        ids = self._connection.execute("SELECT max(id) FROM tickets WHERE hall = ?", (hall,)).fetchone()
        self.after_ticket = int(ids[0] or 0)
        self._seen: dict[int, float] = {}
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None

    def states(self) -> dict[str, int]:
        """The play's tickets by state."""
        found = self._connection.execute(
            "SELECT state, count(*) FROM tickets WHERE hall = ? AND id > ? GROUP BY state ORDER BY state",
            (self._hall, self.after_ticket),
        )
        return {str(state): int(count) for state, count in found}

    def owed(self) -> int:
        """Rateable visits without a counter record."""
        return self._one(
            "SELECT count(*) FROM visits v WHERE v.hall = ? AND v.ticket > ? AND v.rateable = 1 AND NOT EXISTS "
            "(SELECT 1 FROM ratings r WHERE r.hall = v.hall AND r.visit = v.id AND r.channel = 'counter')"
        )

    def records(self) -> int:
        """Counter records, the not rated ones too."""
        return self._one(
            "SELECT count(*) FROM ratings r JOIN visits v ON v.hall = r.hall AND v.id = r.visit "
            "WHERE r.hall = ? AND v.ticket > ? AND r.channel = 'counter'"
        )

    def open_slips(self) -> int:
        """Slips whose outcome is not known yet."""
        return self._one("SELECT count(*) FROM slips WHERE hall = ? AND ticket > ? AND outcome IS NULL")

    def watch_records(self, every_s: float = 0.01) -> None:
        """From now on note when each level becomes visible to another reader; see `seen_at`."""

        def watch() -> None:
            newest = 0
            while not self._over.wait(every_s):
                found = self._connection.execute(
                    "SELECT v.ticket, r.revision FROM ratings r JOIN visits v ON v.hall = r.hall AND v.id = r.visit "
                    "WHERE r.hall = ? AND v.ticket > ? AND r.level IS NOT NULL AND r.revision > ?",
                    (self._hall, self.after_ticket, newest),
                ).fetchall()
                now = time.time()
                for ticket, revision in found:
                    self._seen.setdefault(int(ticket), now)
                    newest = max(newest, int(revision))

        self._watcher = threading.Thread(target=watch, name="records", daemon=True)
        self._watcher.start()

    def seen_at(self) -> dict[int, float]:
        """By ticket: the wall-clock second at which its level was first read."""
        return dict(self._seen)

    def close(self) -> None:
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()
        self._connection.close()

    def _one(self, sql: str) -> int:
        return int(self._connection.execute(sql, (self._hall, self.after_ticket)).fetchone()[0])
