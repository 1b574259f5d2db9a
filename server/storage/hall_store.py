"""A hall between disk and memory: load the working day, write what a batch changed.

Runs on the writer's connection, inside the writer's transaction.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from contract.words import VisitEnd
from server.domain.changes import Changed, Touched
from server.domain.day import Day
from server.domain.hall import Hall
from server.domain.later_rating import remembered_since
from server.domain.numbering import make_id
from server.domain.rating import LOST_AFTER_MS
from server.domain.taking_in import (
    order_states,
    show_calls,
    take_in_earlier,
    take_in_rated,
    take_in_record,
    take_in_slip,
    take_in_ticket,
    take_in_visit,
    take_in_window,
)
from server.storage import rows
from server.storage.hall_now import HallNow
from server.storage.register import Register
from server.storage.statements import COLUMNS, HALL_ROW
from server.storage.store import Reads, Store

HallFrom = Callable[[dict[str, Any]], Hall]
Rows = Iterable[Any]
# Visits that have their counter record; which of them, is said after it.
RATED = (
    "SELECT v.id, v.ticket, c.window, c.clerk, v.ended_ms, n.visit IS NOT NULL AS reasons, "
    # Not a join: SQLite would look through all ratings of the days for each visit.
    "(SELECT MAX(r.level) FROM ratings r WHERE r.hall = v.hall AND r.visit = v.id) AS level "
    "FROM visits v JOIN ratings c ON c.hall = v.hall AND c.visit = v.id AND c.channel = 'counter' "
    "LEFT JOIN rating_reasons n ON n.hall = v.hall AND n.visit = v.id WHERE v.hall = ? AND "
)
REGISTER = (
    "SELECT * FROM devices WHERE hall = ?",
    "SELECT * FROM users WHERE hall = ?",
    "SELECT * FROM sessions WHERE hall = ? AND ended_ms IS NULL",
    "SELECT * FROM codes WHERE hall = ?",
)


@dataclass(slots=True)
class Head:
    """A hall's row: where its counter, its chain and its clock stand."""

    no: int
    revision: int
    day: date
    first_revision: int
    closed_ms: int | None
    hash: str
    time_ms: int


def read_head(connection: Reads, hall: str) -> Head | None:
    """The hall's row, or None if there is no such hall."""
    return head_from(connection.execute(HALL_ROW, (hall,)).fetchone())


def head_from(row: Sequence[Any] | None) -> Head | None:
    """A hall's head from its row."""
    if row is None:
        return None
    return Head(row[0], row[1], date.fromisoformat(row[2]), row[3], row[4], row[5], row[6])


def next_hall_no(connection: Reads) -> int:
    """The number of a new hall."""
    return int(connection.execute("SELECT COALESCE(MAX(no), 0) + 1 FROM halls").fetchone()[0])


def load(connection: Reads, hall: str, head: Head, hall_from: HallFrom) -> HallNow:
    """Build the working day and the register from the rows."""
    document = connection.execute(
        "SELECT document FROM definitions WHERE hall = ? ORDER BY revision DESC LIMIT 1", (hall,)
    ).fetchone()
    day = Day(hall_from(json.loads(document[0])), head.day, head.no, head.revision)
    day.closed_ms = head.closed_ms
    with _not_collecting():
        _load_day(connection, hall, head, day)
    day.changed, day.touched = Changed(), Touched(everything=True)
    return HallNow(day, register_from(*(connection.execute(query, (hall,)) for query in REGISTER)))


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Tens of thousands of objects are made and none dropped: the collector would look through all of them in vain."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _load_day(connection: Reads, hall: str, head: Head, day: Day) -> None:
    (first, last), day_text = ids_of(head), head.day.isoformat()

    def select(table: str) -> Iterator[Any]:
        query = f"SELECT {COLUMNS[table]} FROM {table} WHERE hall = ? AND id >= ? AND id < ? ORDER BY id"
        return iter(connection.execute(query, (hall, first, last)).fetchall())

    query = f"SELECT {COLUMNS['tickets']} FROM tickets WHERE hall = ? AND told_ms IS NOT NULL"
    for row in connection.execute(query, (hall,)):
        day.know_given(rows.ticket_from(row))
    for row in connection.execute("SELECT * FROM leases WHERE hall = ? AND day = ?", (hall, day_text)):
        day.leased.know(rows.lease_from(row))
    for row in select("tickets"):
        ticket = rows.ticket_from(row)
        if ticket.day == day_text:  # not one told after its day had ended
            take_in_ticket(day, ticket)
    order_states(day, day.tickets.values())
    for row in connection.execute("SELECT * FROM windows WHERE hall = ?", (hall,)):
        take_in_window(day, rows.window_from(row))
    for row in connection.execute("SELECT line, stopped FROM line_stops WHERE hall = ?", (hall,)):
        day.stop(row["line"], stopped=bool(row["stopped"]))
    for row in select("slips"):
        take_in_slip(day, rows.slip_from(row))
    for row in select("guide_requests"):
        day.requests[row["id"]] = rows.request_from(row)
    day.clock_set = _clock_set(connection, hall, head)
    _load_records(connection, hall, head, day)
    _load_rated(connection, hall, head, day)
    for row in select("visits"):
        take_in_visit(day, rows.visit_from(row))
    show_calls(day, day.visits.values())


def ids_of(head: Head) -> tuple[int, int]:
    """The first id that the day may have, and the first behind all that it may have."""
    return make_id(head.no, head.first_revision), make_id(head.no + 1, 0)


def _clock_set(connection: Reads, hall: str, head: Head) -> tuple[int, int, int] | None:
    """The day's newest step of the machine's clock: when, by how many seconds, how far the hall was ahead."""
    query = (
        "SELECT at_ms, facts FROM journal WHERE hall = ? AND revision >= ? AND deed = 'clock_set' "
        "ORDER BY revision DESC LIMIT 1"
    )
    row = connection.execute(query, (hall, head.first_revision)).fetchone()
    if row is None:
        return None
    return clock_set_from(row)


def clock_set_from(row: Any) -> tuple[int, int, int]:
    """A step of the clock from its journal entry."""
    facts = json.loads(row["facts"])
    return row["at_ms"], facts["by_s"], facts["ahead_s"]


def _load_records(connection: Reads, hall: str, head: Head, day: Day) -> None:
    """The day's counter records, and visits of the last days that still owe theirs."""
    first, last = ids_of(head)
    since = connection.execute(
        "SELECT MIN(first_revision) FROM "
        "(SELECT first_revision FROM days WHERE hall = ? ORDER BY day DESC LIMIT ?) AS newest",
        (hall, LOST_AFTER_MS // 86_400_000 + 2),
    ).fetchone()[0]
    oldest = make_id(head.no, since if since is not None else head.first_revision)
    query = "SELECT * FROM ratings WHERE hall = ? AND visit >= ? AND visit < ? AND channel = 'counter'"
    for row in connection.execute(query, (hall, first, last)):
        take_in_record(day, rows.record_from(row))
    query = (
        "SELECT * FROM visits WHERE hall = ? AND id >= ? AND id < ? AND rateable = 1 AND NOT EXISTS "
        "(SELECT 1 FROM ratings r WHERE r.hall = visits.hall AND r.visit = visits.id AND r.channel = 'counter')"
    )
    for row in connection.execute(query, (hall, oldest, first)):
        take_in_earlier(day, rows.visit_from(row), recorded=False)
    query = (
        "SELECT * FROM visits WHERE hall = ? AND id >= ? AND id < ? AND \"end\" = ? "
        "AND started_ms IS NOT NULL AND outcome IS NULL"
    )
    for row in connection.execute(query, (hall, oldest, first, VisitEnd.ABANDONED.value)):
        take_in_earlier(day, rows.visit_from(row), recorded=False)


def _load_rated(connection: Reads, hall: str, head: Head, day: Day) -> None:
    """Visits with their counter record, of the days in which a citizen may still add to it."""
    since = remembered_since(day.hall, head.day)
    query = "SELECT MIN(first_revision) FROM days WHERE hall = ? AND day >= ?"
    first = connection.execute(query, (hall, since.isoformat())).fetchone()[0]
    oldest = make_id(head.no, first if first is not None else head.first_revision)
    for row in connection.execute(f"{RATED} v.id >= ? AND v.id < ?", (hall, oldest, ids_of(head)[1])):
        take_in_rated(day, rows.rated_from(row))


def register_from(devices: Rows, users: Rows, sessions: Rows, codes: Rows) -> Register:
    """The register from the rows that REGISTER asks for."""
    return Register.of(
        map(rows.device_from, devices),
        map(rows.user_from, users),
        map(rows.session_from, sessions),
        map(rows.code_from, codes),
    )


def save(store: Store, hall: str, head: Head, now: HallNow) -> None:
    """Write each table's rows at once."""
    day, changed = now.day, now.day.changed

    store.upsert("tickets", [rows.ticket_row(hall, t) for t in changed.tickets.values()])
    # What ends or is parked goes before what is taken in hand, so that the unique indexes hold at every row.
    visits = sorted(changed.visits.values(), key=lambda v: 0 if v.ended_ms is not None else 1 if v.held_ms else 2)
    store.upsert("visits", [rows.visit_row(hall, v) for v in visits])
    store.upsert("slips", [rows.slip_row(hall, s) for s in changed.slips.values()])
    store.upsert("leases", [rows.lease_row(hall, b) for b in changed.blocks])
    store.upsert("guide_requests", [rows.request_row(hall, r) for r in changed.requests.values()])
    store.upsert("windows", [rows.window_row(hall, w) for w in changed.windows.values()])
    store.upsert(
        "line_stops",
        [(hall, line, int(day.stopped.get(line, False)), head.revision) for line in sorted(changed.stops)],
    )
    ratings = [rows.rating_row(hall, r, head.time_ms) for r in changed.records]
    store.insert("ratings", ratings + [rows.later_row(hall, r) for r in changed.later])
    store.insert("rating_reasons", [rows.reasons_row(hall, r) for r in changed.reasons])
    _save_register(store, hall, now)
    store.insert("definitions", [(hall, revision, head.time_ms, text) for revision, text in now.new_documents])
    store.insert("days", [(hall, new.isoformat(), first) for new, first in now.new_days])
    head_row = (
        hall, head.no, head.revision, head.day.isoformat(), head.first_revision, head.closed_ms, head.hash,
        head.time_ms,
    )  # fmt: skip
    store.upsert("halls", [head_row])
    day.written()
    now.written()


def _save_register(store: Store, hall: str, now: HallNow) -> None:
    changed = now.changed
    store.upsert("devices", [rows.device_row(hall, d) for d in changed.devices.values()])
    store.upsert("users", [rows.user_row(hall, u) for u in changed.users.values()])
    store.upsert("sessions", [rows.session_row(hall, s, ended) for s, ended in changed.sessions.values()])
    store.delete_codes([(hall, code) for code in sorted(changed.used_codes)])
    store.insert("codes", [rows.code_row(hall, c) for c in changed.new_codes.values()])
