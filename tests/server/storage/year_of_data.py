"""A hall's database grown by many days at once, row by row as the server would have written it, without the server.

Every ticket is taken, printed, called, started, finished and rated; the chain of the journal goes on from its head.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from contract.options import VERSION
from server.domain.numbering import label, make_id
from server.storage.database import NAME
from server.storage.journal import facts_text, hash_of
from tests.server.hall_kit import CODE, document, ms, set_up

FIRST_DAY = date(2026, 10, 13)
LOADED = "2026-10-12 23:00"
WINDOWS = ("101", "102", "103", "104", "107", "113")
CLERK = "1003"
OPENS_MS = 5 * 3_600_000  # after the turn of the day
_TABLES = {
    "journal": ("hall", "revision", "at_ms", "deed", "actor", "via", "why", "facts", "hash"),
    "tickets": (
        "hall", "id", "day", "series", "number", "label", "line", "taken_ms", "standing", "via", "state",
        "priority_reason", "language", "kiosk", "returns", "transferred", "only_window", "visit", "revision",
    ),
    "visits": (
        "hall", "id", "ticket", "label", "line", "window", "clerk", "called_ms", "reason", "call", "last_call_ms",
        "recalls", "started_ms", "ended_ms", '"end"', "outcome", "items", "hold_reason", "held_total_ms", "rateable",
        "invited_ms", "deadline_ms", "invitation_ended_ms", "invitation_ended_by", "revision",
    ),
    "slips": ("hall", "id", "ticket", "label", "kiosk", "reprint", "outcome", "reason", "substituted", "revision"),
    "ratings": (
        "hall", "visit", "channel", "level", "reason", "at_ms", "received_ms", "window", "clerk", "list_version",
        "revision",
    ),
    "days": ("hall", "day", "first_revision"),
}  # fmt: skip
Batch = dict[str, list[tuple[Any, ...]]]


class _Growing:
    """One hall's head, and the rows of the day being lived."""

    def __init__(self, no: int, revision: int, before: str) -> None:
        self.no, self.revision, self.hash = no, revision, before
        self.rows: Batch = {table: [] for table in _TABLES}

    def entry(self, at_ms: int, deed: str, actor: str, via: str, facts: dict[str, Any]) -> int:
        """The next revision."""
        self.revision += 1
        text = facts_text(facts)
        self.hash = hash_of(self.hash, CODE, self.revision, at_ms, deed, actor, via, "", text)
        self.rows["journal"].append((CODE, self.revision, at_ms, deed, actor, via, "", text, self.hash))
        return self.revision

    def citizen(self, day: str, number: int, taken_ms: int) -> None:
        """One who comes, is served, and presses."""
        at, window = taken_ms, WINDOWS[number % len(WINDOWS)]
        ticket = make_id(self.no, self.revision + 1)
        name = label("A", number)
        taken = {"number": name, "line": "A", "steps": [[ticket, None, "waiting"]]}
        self.entry(at, "take_number", "K1", "kiosk", taken)
        printed = self.entry(at + 900, "record_slip", "K1", "kiosk", {"slip": ticket, "outcome": "printed"})
        self.rows["slips"].append((CODE, ticket, ticket, name, "K1", 0, "printed", "", 0, printed))
        visit = make_id(self.no, self.revision + 1)
        called, started, ended = at + 60_000, at + 75_000, at + 300_000
        steps = [[ticket, "call", "called"]]
        self.entry(called, "call_next", CLERK, "page", {"visit": visit, "window": window, "steps": steps})
        self.entry(started, "start_service", CLERK, "page", {"visit": visit, "steps": [[ticket, "start", "serving"]]})
        facts = {"visit": visit, "outcome": "finished", "items": 1, "steps": [[ticket, "finish", "done"]]}
        done = self.entry(ended, "finish", CLERK, "page", facts)
        level = 5 if number % 9 else 2
        rated = self.entry(ended + 5_000, "rate", "line-A", "keypad", {"visit": visit, "level": level})
        self.rows["tickets"].append(
            (CODE, ticket, day, "A", number, name, "A", at, at * 1024, "kiosk", "done", "", "zh", "K1", 0, 0, "", visit,
             done)
        )  # fmt: skip
        self.rows["visits"].append(
            (CODE, visit, ticket, name, "A", window, CLERK, called, "oldest", visit, called, 0, started, ended,
             "finished", "finished", 1, "", 0, 1, ended, ended + 60_000, ended + 5_000, "rated", rated)
        )  # fmt: skip
        self.rows["ratings"].append(
            (CODE, visit, "counter", level, None, ended + 5_000, ended + 5_000, window, CLERK, VERSION, rated)
        )

    def written(self, connection: sqlite3.Connection) -> None:
        """Put the day's rows into the file."""
        for table, columns in _TABLES.items():
            marks = ",".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", self.rows[table])
            self.rows[table].clear()


def grow(folder: Path, days: int, a_day: int) -> Iterator[int]:
    """Set up a hall in the folder and let the days pass; the tickets so far, after each. The last day goes on."""
    set_up(folder, document("demo"), LOADED)
    with closing(sqlite3.connect(folder / NAME)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        no, revision, head = connection.execute("SELECT no, revision, head_hash FROM halls").fetchone()
        growing = _Growing(no, revision, head)
        for passed in range(days):
            day = FIRST_DAY + timedelta(days=passed)
            turned = ms(f"{day} 04:00")
            with connection:
                first = growing.entry(turned, "turn_of_day", "server", "server", {})
                growing.rows["days"].append((CODE, day.isoformat(), first))
                for number in range(1, a_day + 1):
                    growing.citizen(day.isoformat(), number, turned + OPENS_MS + number * 9_000)
                growing.written(connection)
                connection.execute(
                    "UPDATE halls SET revision = ?, head_hash = ?, day = ?, first_revision = ?, time_ms = ?",
                    (growing.revision, growing.hash, day.isoformat(), first, turned + 15 * 3_600_000),
                )
            yield (passed + 1) * a_day
