"""What a history file and the database must say together: written a second time from the design, without our own code.

Each check yields sentences, one for each breach. The database is read by its plain driver, beside a server or without.
`python -m tests.promises.checkers DATABASE HALL HISTORY` says all of them as a line of JSON.
"""

import hashlib
import heapq
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.promises.history import Asked, read

Row = dict[str, Any]
Where = Path | str  # the rows of halls: an SQLite file, or the address of a PostgreSQL
Gaps = Collection[tuple[str, str, int]]  # day, series, number: given to nobody, and it is known why

# Added when answering, stored nowhere: not part of what must be equal.
SECRETS = ("link", "short_code", "session", "token", "code")
FIRST_BEFORE = "0" * 64
KEYS_KEPT_MS = 72 * 3_600_000  # then a key and its reply may be forgotten


def read_rows(where: Where, query: str, *values: object) -> list[Row]:
    """What a query finds, `?` standing for each value."""
    if isinstance(where, Path):
        with closing(sqlite3.connect(f"file:{where}?mode=ro", uri=True, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]
    with closing(psycopg.connect(where, autocommit=True, row_factory=dict_row)) as reading:
        return reading.execute(query.replace("?", "%s"), values).fetchall()


@dataclass
class Database:
    """The rows of one hall as they stand there; of those with a revision only what is as new as `since`."""

    where: Where
    hall: str
    since: int = 0
    _kept: dict[str, list[Row]] = field(default_factory=dict)
    _replies: dict[str, Row] | None = None
    _times: dict[int, int] | None = None

    def rows(self, table: str, order: str = "revision") -> list[Row]:
        """All rows of a table, read once."""
        if table not in self._kept:
            newer = f" AND revision >= {self.since}" if self.since and table != "replies" else ""
            query = f'SELECT * FROM "{table}" WHERE hall = ?{newer} ORDER BY {order}'
            self._kept[table] = read_rows(self.where, query, self.hall)
        return self._kept[table]

    @property
    def head(self) -> Row:
        return self.rows("halls")[0]

    @property
    def tickets(self) -> list[Row]:
        return self.rows("tickets", "id")

    @property
    def visits(self) -> list[Row]:
        return self.rows("visits", "id")

    @property
    def journal(self) -> list[Row]:
        """Entries in order; `facts` as values."""
        if "facts" not in self._kept:
            self._kept["facts"] = [{**row, "told": json.loads(row["facts"])} for row in self.rows("journal")]
        return self._kept["facts"]

    def is_of_late(self, revision: int) -> bool:
        """Whether the key of what made this revision must still be known. So must that of what never was."""
        if self._times is None:
            self._times = {row["revision"]: row["at_ms"] for row in self.rows("journal")}
        newest: int = self.head["time_ms"]
        return self._times.get(revision, newest) >= newest - KEYS_KEPT_MS

    @property
    def lasted_ms(self) -> int:
        """From the first entry to the last."""
        return int(self.head["time_ms"] - min((row["at_ms"] for row in self.rows("journal")), default=0))

    @property
    def replies(self) -> dict[str, Row]:
        """Stored replies by key; `said` is the body as a value."""
        if self._replies is None:
            rows = self.rows("replies", "key")
            self._replies = {row["key"]: {**row, "said": json.loads(row["body"])} for row in rows}
        return self._replies


# --- what was answered --------------------------------------------------------------------------------------------


def answered_is_kept(db: Database, asked: Iterable[Asked]) -> Iterator[str]:
    """What was answered stands in the database under its key, equal; and every answer to one key was the same."""
    replies, journal = db.replies, {entry["revision"]: entry for entry in db.journal}
    rows = _Rows(db)
    for one in asked:
        stored = replies.get(one.key)
        for answer in (answer for answer in one.answers if answer.stored):
            if stored is None:
                if db.is_of_late(answer.body["revision"]) if answer.accepted else db.lasted_ms <= KEYS_KEPT_MS:
                    yield f"{one.deed} {one.key}: answered {answer.status}, and nothing is stored"
                elif answer.accepted:
                    yield from rows.lack(one, answer.body)
            elif open_part(answer.body) != open_part(stored["said"]):
                yield f"{one.deed} {one.key}: answered {answer.body}, stored {stored['said']}"
        if stored is not None and not stored["refused"]:
            entry = journal.get(stored["said"]["revision"])
            if entry is None or entry["deed"] != one.deed:
                yield f"{one.deed} {one.key}: its revision {stored['said']['revision']} is {entry and entry['deed']}"
            yield from rows.lack(one, stored["said"])


def open_part(body: Mapping[str, Any]) -> Row:
    """A reply without what is secret or not said."""
    return {name: value for name, value in body.items() if value is not None and name not in SECRETS}


class _Rows:
    """The rows that an accepted reply speaks of."""

    def __init__(self, db: Database) -> None:
        self._tickets = {row["id"]: row for row in db.tickets}
        self._visits = {row["id"]: row for row in db.visits}
        self._records = {row["visit"]: row for row in db.rows("ratings", "visit") if row["channel"] == "counter"}

    def lack(self, one: Asked, said: Row) -> Iterator[str]:
        """What the reply says and the rows do not."""
        if said["kind"] == "issued" and one.deed == "take_number":
            ticket = self._tickets.get(said["ticket"])
            if ticket is None or (ticket["label"], ticket["day"]) != (said["number"], said["day"]):
                yield f"number {said['number']} of {said['day']} was given, its row says {ticket}"
        elif said["kind"] == "called":
            visit = self._visits.get(said["visit"])
            if visit is None or (visit["ticket"], visit["label"]) != (said["ticket"], said["number"]):
                yield f"{said['number']} was called as visit {said['visit']}, its row says {visit}"
        elif said["kind"] == "finished":
            visit = self._visits.get(said["visit"])
            if visit is None or visit["end"] != "finished":
                yield f"visit {said['visit']} was finished, its row says {visit}"
        elif one.deed == "rate":
            record = self._records.get(one.body["visit"])
            if record is None or record["level"] != one.body["level"]:
                yield f"visit {one.body['visit']} was rated {one.body['level']}, its row says {record}"


def one_effect_per_intention(db: Database, asked: Iterable[Asked]) -> Iterator[str]:
    """What somebody meant to happen once happened once: never twice, and not never when it was answered."""
    replies, by_intention = db.replies, defaultdict(list)
    for one in asked:
        by_intention[one.intention].append(one)
    for intention, keys in by_intention.items():
        done = [one for one in keys if one.key in replies and not replies[one.key]["refused"]]
        if len(done) > 1:
            said = [replies[one.key]["said"].get("number") for one in done]
            yield f"{keys[0].deed} of {keys[0].who} ({intention}) happened {len(done)} times: {said}"


def numbers_said_once(asked: Iterable[Asked]) -> Iterator[str]:
    """No number of a day was shown to two people: by the answers alone, whatever the rows say."""
    shown: dict[tuple[str, str], str] = {}
    for one in asked:
        said = next((answer.body for answer in one.answers if answer.accepted), None)
        if said is None or one.deed != "take_number":
            continue
        number = said["day"], said["number"]
        if shown.setdefault(number, one.intention) != one.intention:
            yield f"{said['number']} of {said['day']} was shown to two people ({shown[number]}, {one.intention})"


def effects_are_keys(db: Database) -> Iterator[str]:
    """Every revision has exactly one accepted reply under one key, if it is not long ago, and every such reply one
    revision."""
    told = Counter(row["said"]["revision"] for row in db.replies.values() if not row["refused"])
    revisions = [entry["revision"] for entry in db.journal]
    for revision, times in told.items():
        if times > 1:
            yield f"revision {revision} is the effect of {times} keys"
    for revision in revisions:
        if revision not in told and db.is_of_late(revision):
            yield f"revision {revision} is the effect of no key"
    for revision in told.keys() - set(revisions):
        yield f"the reply that speaks of revision {revision} had no effect"


# --- numbers, calls, lines ----------------------------------------------------------------------------------------


def numbers_once(db: Database, explained: Gaps = ()) -> Iterator[str]:
    """Numbers are unique per day and series, and begin at 1 without a gap, but for those that are explained."""
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in db.tickets:
        series[row["day"], row["series"]].append(row["number"])
    for (day, prefix), numbers in series.items():
        for number, times in Counter(numbers).items():
            if times > 1:
                yield f"{prefix} {number} of {day} was given {times} times"
        for number in set(range(1, max(numbers) + 1)) - set(numbers):
            if (day, prefix, number) not in explained:
                yield f"{prefix} {number} of {day} was given to nobody"


def nobody_at_two_windows(db: Database) -> Iterator[str]:
    """A ticket's visits follow each other, a window's calls too, and who is called was waiting (or held, or missed)."""
    yield from _legs_in_turn(db.visits)
    states: dict[int, str] = {}
    for entry in db.journal:
        for ticket, step, state in entry["told"].get("steps", []):
            before = states.get(ticket)
            if state == "called" and step != "recall" and before not in ("waiting", "held", "missed"):
                yield f"revision {entry['revision']}: ticket {ticket} was {before} when it was called"
            states[ticket] = state
    for row in db.tickets:
        if states.get(row["id"]) != row["state"]:
            yield f"{row['label']} is {row['state']}, its journal says {states.get(row['id'])}"


def _legs_in_turn(visits: Sequence[Row]) -> Iterator[str]:
    """By ticket, and by window where nothing was parked: one leg ends before the next begins."""
    for column in ("ticket", "window"):
        legs: dict[Any, Row] = {}
        for visit in visits:
            before = legs.get(visit[column])
            parked = column == "window" and before is not None and (before["held_ms"] or before["held_total_ms"])
            if before is not None and not parked and not _ended_before(before, visit):
                yield f"{column} {visit[column]}: visit {before['id']} was open when visit {visit['id']} began"
            legs[visit[column]] = visit


def _ended_before(first: Row, second: Row) -> bool:
    return first["ended_ms"] is not None and first["ended_ms"] <= second["called_ms"]


def nobody_skipped(db: Database) -> Iterator[str]:
    """Each call took the head of its line: who stood earlier, by what is stored, was not waiting there then.

    Looked at where place in line is what it was on taking: tickets that were never moved, and calls of such.
    """
    tickets = {row["id"]: row for row in db.tickets}
    visits = {row["id"]: row for row in db.visits}
    still = {id_ for id_, row in tickets.items() if not (row["returns"] or row["transferred"] or row["only_window"])}
    waiting: dict[str, set[int]] = defaultdict(set)
    heads: dict[str, _Head] = defaultdict(_Head)
    for entry in db.journal:
        called = visits.get(entry["told"].get("visit", 0)) if entry["deed"] == "call_next" else None
        if called is not None and called["ticket"] in still and called["reason"] in ("oldest", "priority_turn"):
            yield from _stood_earlier(entry, tickets, called, waiting[called["line"]], heads)
        for ticket, _, state in entry["told"].get("steps", []):
            row = tickets.get(ticket)
            if row is None or ticket not in still or entry["deed"] == "reroute":
                continue
            place = waiting[row["line"]]
            if state == "waiting":
                place.add(ticket)
                heads[_rank(row)].add(row)
            else:
                place.discard(ticket)


class _Head:
    """Who stands first of those added: the order of one line and one rank."""

    def __init__(self) -> None:
        self._order: list[tuple[int, int]] = []

    def add(self, row: Row) -> None:
        """A ticket stands in line; one whose call was taken back stands where it stood."""
        heapq.heappush(self._order, (row["standing"], row["id"]))

    def first(self, waiting: Collection[int]) -> int | None:
        """The first who waits."""
        while self._order and self._order[0][1] not in waiting:
            heapq.heappop(self._order)
        return self._order[0][1] if self._order else None


def _rank(row: Row) -> str:
    return f"{row['line']}/{'priority' if row['priority'] else 'ordinary'}"


def _stood_earlier(
    entry: Row, tickets: Mapping[int, Row], visit: Row, waiting: Collection[int], heads: Mapping[str, _Head]
) -> Iterator[str]:
    row = tickets[visit["ticket"]]
    first = heads[_rank(row)].first(waiting)
    if first != row["id"]:
        skipped = tickets[first]["label"] if first is not None else "nobody"
        yield f"revision {entry['revision']}: {row['label']} was called to {visit['window']}, {skipped} stood first"


# --- journal ------------------------------------------------------------------------------------------------------


def journal_unbroken(db: Database) -> Iterator[str]:
    """Revisions count from 1 without gap or double, each hash follows from the one before, the head is the last."""
    before, expected = FIRST_BEFORE, 1
    for entry in db.journal:
        if entry["revision"] != expected:
            yield f"revision {expected} was expected, {entry['revision']} stands there"
            return
        told = [before, *(entry[n] for n in ("hall", "revision", "at_ms", "deed", "actor", "via", "why", "facts"))]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(text.encode("utf-8")).hexdigest()
        if before != entry["hash"]:
            yield f"revision {expected}: its hash does not follow from the entry before"
            return
        expected += 1
    if (db.head["revision"], db.head["head_hash"]) != (expected - 1, before):
        yield f"the hall stands at {db.head['revision']}, its journal ends at {expected - 1}"


# --- ratings ------------------------------------------------------------------------------------------------------


def one_record_per_visit(
    db: Database, presses: Mapping[int, Collection[int | None]] | None = None, *, pending: Collection[int] = ()
) -> Iterator[str]:
    """Every rateable finished visit has exactly one counter record, and no other visit has one.

    `presses`: by visit what its citizen was seen to press, None for nothing; several where it cannot be told whether a
    press was in time. Then the level must be one of them.
    `pending`: visits that may still be without a record.
    """
    records: dict[int, list[Row]] = defaultdict(list)
    for row in db.rows("ratings", "visit"):
        if row["channel"] == "counter":
            records[row["visit"]].append(row)
    rateable = {row["id"] for row in db.visits if row["rateable"]}
    for visit in rateable:
        if len(records[visit]) != 1 and not (visit in pending and not records[visit]):
            yield f"visit {visit} has {len(records[visit])} counter records"
    for visit, found in records.items():
        for row in found:
            if visit not in rateable:
                yield f"visit {visit} was not to be rated and has a record"
            if (row["level"] is None) == (row["reason"] is None):
                yield f"the record of visit {visit} says level {row['level']} and reason {row['reason']}"
            if presses is not None and row["level"] not in presses.get(visit, ()):
                told = sorted(map(str, presses.get(visit, ())))
                yield f"visit {visit}: level {row['level']} is recorded, {' or '.join(told)} was pressed"


# --- all together -------------------------------------------------------------------------------------------------


def everything(where: Where, hall: str, asked: Sequence[Asked], explained: Gaps = ()) -> list[str]:
    """All breaches that a run's database and history show, whatever the run was about. Records may be pending."""
    db = Database(where, hall)
    pending = {row["id"] for row in db.visits if row["rateable"]}
    return [
        *answered_is_kept(db, asked),
        *one_effect_per_intention(db, asked),
        *numbers_said_once(asked),
        *effects_are_keys(db),
        *numbers_once(db, explained),
        *nobody_at_two_windows(db),
        *nobody_skipped(db),
        *journal_unbroken(db),
        *one_record_per_visit(db, pending=pending),
    ]


if __name__ == "__main__":
    said, hall, history = sys.argv[1:]
    print(json.dumps(everything(said if "://" in said else Path(said), hall, read(Path(history)))))
