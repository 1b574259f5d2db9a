"""What citizens and clerks did and saw themselves, one JSON object per line: the other side of the hall's records."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any


class Account:
    """Appends to a file, if there is one; `told` hears of each thing too."""

    def __init__(self, path: Path | None, told: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._lock = threading.Lock()
        self._file: IO[str] | None = None if path is None else path.open("a", encoding="utf-8")
        self._told = told

    def note(self, what: str, **facts: Any) -> None:
        """Time is UTC, by this machine's clock."""
        line = json.dumps({"time": datetime.now(UTC).isoformat(), "what": what, **facts}, ensure_ascii=False)
        with self._lock:
            if self._file is not None:
                self._file.write(line + "\n")
        self._told(what, facts)

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
