"""What was asked of the server, with its key, before it was asked: what an agent that died did not finish."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from terminal.json_lines import JsonLines

LOG = structlog.get_logger(__name__)

COMPACT_FROM_LINES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Intent:
    """`notes` are what became known on the way, e.g. that the printing began."""

    key: str
    deed: str
    body: dict[str, Any] = field(hash=False)
    notes: dict[str, Any] = field(hash=False, default_factory=dict)


class Intents:
    """A journal with three kinds of line: {"ask": intent}, {"note": key, ...} and {"end": key}."""

    def __init__(self, path: Path) -> None:
        self._lines = JsonLines(path)
        self._lock = threading.Lock()
        self._open: dict[str, Intent] = {}
        for line in self._lines.open():
            self._read(line)
        self._lines.rewrite(self._as_line(intent) for intent in self._open.values())

    def _read(self, line: dict[str, Any]) -> None:
        if "ask" in line:
            self._open[line["ask"]] = Intent(line["ask"], line["deed"], line["body"], line.get("notes", {}))
        elif "note" in line and line["note"] in self._open:
            self._open[line["note"]].notes.update(line["notes"])
        elif "end" in line:
            self._open.pop(line["end"], None)

    @staticmethod
    def _as_line(intent: Intent) -> dict[str, Any]:
        return {"ask": intent.key, "deed": intent.deed, "body": intent.body, "notes": intent.notes}

    def ask(self, key: str, deed: str, body: Mapping[str, Any], **notes: Any) -> Intent:
        """Keep it on the disk, then it may be sent. Raises OSError."""
        intent = Intent(key, deed, dict(body), dict(notes))
        with self._lock:
            self._lines.append(self._as_line(intent))
            self._open[key] = intent
        return intent

    def note(self, key: str, **notes: Any) -> None:
        """Something that must be known after a crash. On the disk when this returns. Raises OSError."""
        with self._lock:
            self._lines.append({"note": key, "notes": notes})
            self._open[key].notes.update(notes)

    def end(self, key: str) -> None:
        """It is finished. If this line is lost, the intent is looked after once more, which does no harm."""
        with self._lock:
            self._open.pop(key, None)
            try:
                self._lines.append({"end": key}, durable=False)
                if self._lines.lines >= COMPACT_FROM_LINES:
                    self._lines.rewrite(self._as_line(intent) for intent in self._open.values())
            except OSError as error:
                LOG.error("intents_disk", problem=str(error))

    def unfinished(self) -> tuple[Intent, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._open.values())

    def close(self) -> None:
        self._lines.close()
