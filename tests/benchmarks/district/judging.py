"""Whether everything that was answered stands in the rows, no number twice, and every invariant holds."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from server.reports.doctor import examine_all
from server.storage.which import HallDatabase

Answered = tuple[str, int, str]  # deed, revision, number
_TICKETS = "SELECT label FROM tickets WHERE hall = ?"
_JOURNAL = "SELECT revision, deed FROM journal WHERE hall = ?"


def breaches(database: HallDatabase, history: Path, halls: list[str]) -> Iterator[str]:
    """A sentence for each."""
    answered: dict[str, list[Answered]] = {hall: [] for hall in halls}
    with history.open(encoding="utf-8") as lines:
        for hall, deed, _, revision, number in map(json.loads, lines):
            answered[hall].append((deed, revision, number))
    with database.plain_reading() as rows:
        for hall in halls:
            given = [str(row[0]) for row in rows.execute(_TICKETS, (hall,))]
            journal = {row[0]: row[1] for row in rows.execute(_JOURNAL, (hall,))}
            yield from _of_one(hall, answered[hall], given, journal)
    for hall, findings in examine_all(database).items():
        yield from (f"{hall}: {one.invariant}: {one.what}" for one in findings)


def _of_one(hall: str, answered: list[Answered], given: list[str], journal: dict[int, str]) -> Iterator[str]:
    for label, times in Counter(given).items():
        if times > 1:
            yield f"{hall}: {label} stands there {times} times"
    taken = Counter(number for deed, _, number in answered if deed == "take_number")
    for label, times in taken.items():
        if times > 1 or label not in given:
            yield f"{hall}: {label} was answered {times} times, and stands there: {label in given}"
    for deed, revision, _ in answered:
        if journal.get(revision) != deed:
            yield f"{hall}: {deed} was answered, and revision {revision} is {journal.get(revision)}"
