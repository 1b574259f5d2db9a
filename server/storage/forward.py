"""A hall in memory that another process took further is brought forward: only rows that are newer are read.

Each row carries the revision of the command that changed it last, and the day's ids are one range: the database looks
through the day and hands over what is newer. Inside one snapshot, or under the hall's lock.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contract.words import State, VisitEnd
from server.domain.day import Day
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
from server.domain.ticket import Ticket, Visit
from server.storage import rows
from server.storage.hall_now import HallNow
from server.storage.hall_store import (
    RATED,
    REGISTER,
    Head,
    clock_set_from,
    ids_of,
    register_from,
)
from server.storage.register import Register
from server.storage.statements import COLUMNS
from server.storage.store import Query, Store

MOST_COMMANDS = 1_000  # of more, loading the day is as quick
_ON_LINE_CARDS = frozenset({State.WAITING, State.HELD, State.MISSED})
# After these the register is as it was; after any other deed it is read anew.
LEAVES_REGISTER = frozenset({
    "take_number", "call_next", "recall", "start_service", "finish", "pass_on", "hold", "resume", "miss", "bring_back",
    "undo_call", "return_missed", "release", "reroute", "abandon", "cancel", "close_day", "stop_line", "record_leased",
    "record_finish", "call_guide", "attend_kiosk", "session_turn", "pause_window", "reopen_window", "rate", "not_rated",
    "rate_later", "add_reasons", "terminal_lost", "announce_call", "clock_set", "record_slip", "reprint_slip",
})  # fmt: skip
_JOURNAL = "SELECT revision, at_ms, deed, facts, hash FROM journal WHERE hall = ? AND revision >= ? ORDER BY revision"
_OF_DAY = {
    table: f"SELECT {COLUMNS[table]} FROM {table} WHERE hall = ? AND id >= ? AND id < ? AND revision > ? ORDER BY id"
    for table in ("tickets", "visits", "slips", "guide_requests")
}
_WINDOWS = "SELECT * FROM windows WHERE hall = ? AND revision > ?"
_STOPS = "SELECT line, stopped FROM line_stops WHERE hall = ? AND revision > ?"
_LEASES = "SELECT * FROM leases WHERE hall = ? AND day = ? AND revision > ?"
_EARLIER = "SELECT * FROM visits WHERE hall = ? AND revision > ? AND id IN ({})"
_RATED = RATED + "v.id IN ({})"
_RECORDS = "SELECT * FROM ratings WHERE hall = ? AND channel = 'counter' AND visit IN ({})"


@dataclass(slots=True)
class _Newer:
    """What another process did: rows as they stand now."""

    entries: list[Any]  # of the journal
    tickets: list[Ticket]
    visits: list[Visit]
    slips: list[Any]
    requests: list[Any]
    windows: list[Any]
    stops: list[Any]
    leases: list[Any]
    earlier: list[Visit]  # visits of earlier days that may still get something
    records: list[Any]
    rated: list[Any]
    register: Register | None  # None: as it was

    def deeds(self) -> set[str]:
        """Which deeds these were."""
        return {entry["deed"] for entry in self.entries}


def bring_forward(store: Store, hall: str, known: Head, head: Head, now: HallNow) -> bool:
    """Whether the hall in memory is at `head` now; if not, it is untouched and must be loaded anew.

    Raises the driver's errors, and LookupError where memory and rows do not fit; then it must be loaded too.
    """
    same_day = (head.no, head.day, head.first_revision) == (known.no, known.day, known.first_revision)
    if not same_day or not 0 < head.revision - known.revision <= MOST_COMMANDS:
        return False
    newer = _read(store, hall, known, head, now.day)
    if newer is None:
        return False
    day = now.day
    _apply(day, head, newer)
    if newer.register is not None and newer.register != now.register:
        now.replace_register(newer.register)
    day.revision = head.revision
    day.written()
    return True


def _read(store: Store, hall: str, known: Head, head: Head, day: Day) -> _Newer | None:
    """In two round trips; None where what happened is not told by rows of the day."""
    (first, last), since = ids_of(head), known.revision
    owed = [visit for visit in (*day.pending, *day.cut_short) if visit < first]
    queries: list[Query] = [(_JOURNAL, (hall, since))]
    queries += [(query, (hall, first, last, since)) for query in _OF_DAY.values()]
    queries += [(_WINDOWS, (hall, since)), (_STOPS, (hall, since)), (_LEASES, (hall, head.day.isoformat(), since))]
    if owed:
        queries.append((_EARLIER.format(_marks(owed)), (hall, since, *owed)))
    entries, tickets, visits, slips, requests, windows, stops, leases, *earlier = store.read(queries)
    newer = _Newer(
        entries[1:], [rows.ticket_from(row) for row in tickets], [rows.visit_from(row) for row in visits], slips,
        requests, windows, stops, leases, [rows.visit_from(row) for found in earlier for row in found], [], [], None,
    )  # fmt: skip
    deeds = newer.deeds()
    if not entries or entries[0]["hash"] != known.hash or "load_hall" in deeds:
        return None
    rated = _rated_since(newer)
    queries = [(query.format(_marks(rated)), (hall, *rated)) for query in (_RECORDS, _RATED) if rated]
    if not deeds <= LEAVES_REGISTER:
        queries += [(query, (hall,)) for query in REGISTER]
    found = store.read(queries) if queries else []
    if rated:
        newer.records, newer.rated, *found = found
    if found:
        newer.register = register_from(*found)
    return newer


def _marks(values: Sequence[int]) -> str:
    return ", ".join("?" * len(values))


def _rated_since(newer: _Newer) -> list[int]:
    """Visits that may have got a counter record, which changes them too, or something later, which does not."""
    changed = {visit.id for visit in (*newer.visits, *newer.earlier) if visit.rateable}
    later = [entry for entry in newer.entries if entry["deed"] in ("rate_later", "add_reasons")]
    return sorted(changed | {json.loads(entry["facts"])["visit"] for entry in later})


def _apply(day: Day, head: Head, newer: _Newer) -> None:
    """As when a day is loaded, and in the same order; what cards show of it is marked."""
    steps = [entry for entry in newer.entries if entry["deed"] == "clock_set"]
    if steps:
        day.clock_was_set(*clock_set_from(steps[-1]))
    if day.closed_ms != head.closed_ms or "session_turn" in newer.deeds():
        day.touched.everything = True
    day.closed_ms = head.closed_ms
    for row in newer.leases:
        day.leased.know(rows.lease_from(row))
    _tickets(day, newer.tickets)
    for row in newer.windows:
        window = rows.window_from(row)
        take_in_window(day, window)
        day.changed.windows[window.no] = window
    for row in newer.stops:
        day.stop(row["line"], stopped=bool(row["stopped"]))
    for row in newer.slips:
        take_in_slip(day, rows.slip_from(row))
        day.changed.devices = day.changed.prints = True
    for row in newer.requests:
        day.requests[row["id"]] = rows.request_from(row)
        day.changed.devices = True
    _visits(day, head, newer)


def _tickets(day: Day, tickets: Sequence[Ticket]) -> None:
    of_day = [ticket for ticket in tickets if ticket.day == day.day.isoformat()]
    for ticket in tickets:
        day.know_given(ticket)
    for ticket in of_day:
        for one in (day.tickets.get(ticket.id), ticket):
            if one is not None and one.state in _ON_LINE_CARDS:
                day.changed.lines.add(one.line)
        day.changed.devices |= bool(ticket.doubts)
        take_in_ticket(day, ticket)
    order_states(day, of_day)


def _visits(day: Day, head: Head, newer: _Newer) -> None:
    first, _ = ids_of(head)
    for row in newer.records:
        if row["visit"] >= first:
            take_in_record(day, rows.record_from(row))
    for row in newer.rated:
        take_in_rated(day, rows.rated_from(row))
    called = [visit for visit in newer.visits if _call_known(day, visit) != visit.call]
    for visit in newer.visits:
        before = day.visits.get(visit.id)
        if visit.end is VisitEnd.FINISHED and (before is None or before.end is not VisitEnd.FINISHED):
            day.changed.lines.add(visit.line)
        take_in_visit(day, visit)
    show_calls(day, called)
    recorded = {row["visit"] for row in newer.records}
    for visit in newer.earlier:
        take_in_earlier(day, visit, recorded=visit.id in recorded)
    for visit in (*newer.visits, *newer.earlier):
        day.changed.visits[visit.id] = visit
        if visit.window in day.windows:
            day.changed.windows[visit.window] = day.windows[visit.window]


def _call_known(day: Day, visit: Visit) -> int | None:
    before = day.visits.get(visit.id)
    return before.call if before is not None else None
