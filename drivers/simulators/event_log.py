"""A simulator's own account of what happened to it: one JSON object per line."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path


class EventLog:
    """Appends events to a file; without a path nothing is written.

    Each line holds ``time`` (ISO 8601, UTC), ``event`` and the facts given. Safe to call from any thread.
    """

    def __init__(self, path: Path | str | None) -> None:
        self._lock = threading.Lock()
        self._path = Path(path) if path is not None else None

    def write(self, event: str, **facts: object) -> None:
        if self._path is None:
            return
        line = json.dumps({"time": datetime.now(UTC).isoformat(), "event": event, **facts}, ensure_ascii=False)
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
