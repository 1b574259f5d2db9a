"""A hall in memory that another process took further is brought forward: only rows that are newer are read.

The journal says what was done since. Rows that were born since have higher ids than all before; of older ones those
are asked for that the deeds may have changed, and those come whose revision is newer. Nothing grows with the day.
Inside one snapshot, or under the hall's lock.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contract.words import State, VisitEnd
from server.domain.day import Day
from server.domain.numbering import make_id
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
from server.domain.ticket import Slip, Ticket, Visit
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
# Each deed whose journal entry says which rows of tickets, visits and slips it changed (`_named`); True: the register
# may be another. After a deed that does not stand here the whole day is looked through, and the register read.
NAMES_ROWS = {
    "take_number": False, "call_next": False, "recall": False, "start_service": False, "finish": False,
    "pass_on": False, "hold": False, "resume": False, "miss": False, "bring_back": False, "undo_call": False,
    "return_missed": False, "release": False, "reroute": False, "abandon": False, "cancel": False, "close_day": False,
    "stop_line": False, "lease_numbers": True, "record_leased": False, "record_finish": False, "call_guide": False,
    "attend_kiosk": False, "turn_of_day": False, "session_turn": False, "sign_in": True, "sign_out": True,
    "pause_window": False, "reopen_window": False, "rate": False, "not_rated": False, "rate_later": False,
    "add_reasons": False, "terminal_lost": False, "announce_call": False, "clock_set": False, "record_slip": False,
    "reprint_slip": False, "report_device": True, "add_user": True, "invite_user": True, "set_password": True,
    "disable_user": True, "set_roles": True, "desk_sign_in": True, "desk_sign_out": True, "enrol_device": True,
    "pair_display": True, "redeem_code": True, "revoke_device": True,
}  # fmt: skip
_JOURNAL = "SELECT revision, at_ms, deed, facts, hash FROM journal WHERE hall = ? AND revision >= ? ORDER BY revision"
_BY_ID = {  # in the braces: also these, of before
    table: f"SELECT {columns} FROM {table} WHERE hall = ? AND revision > ? AND (id >= ? AND id < ?{{}}) ORDER BY id"
    for table, columns in COLUMNS.items()
}
_WINDOWS = "SELECT * FROM windows WHERE hall = ? AND revision > ?"
_STOPS = "SELECT line, stopped FROM line_stops WHERE hall = ? AND revision > ?"
_LEASES = "SELECT * FROM leases WHERE hall = ? AND day = ? AND revision > ?"
_CHANGED_BY = {  # tables that only these deeds change, of those that name their rows
    "line_stops": {"stop_line"},
    "leases": {"lease_numbers", "record_leased"},
    "guide_requests": {"call_guide", "attend_kiosk"},
}
_RECORDS = "SELECT * FROM ratings WHERE hall = ? AND channel = 'counter' AND visit IN ({})"
_RATED = RATED + "v.id IN ({})"


@dataclass(slots=True)
class _Newer:
    """What another process did: entries of the journal, and rows as they stand now, those with an id in its order."""

    entries: list[Any]
    tickets: list[Ticket] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)  # of the day
    earlier: list[Visit] = field(default_factory=list)  # of earlier days, that may still get something
    slips: list[Slip] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    windows: list[Any] = field(default_factory=list)
    stops: list[Any] = field(default_factory=list)
    leases: list[Any] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    rated: list[Any] = field(default_factory=list)
    register: Register | None = None  # None: as it was

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
    """In two or three round trips; None where what happened is not told by rows of the day."""
    (entries,) = store.read([(_JOURNAL, (hall, known.revision))])
    newer = _Newer(entries[1:])
    if not entries or entries[0]["hash"] != known.hash or "load_hall" in newer.deeds():
        return None
    _read_rows(store, hall, known, head, day, newer)
    _read_more(store, hall, newer)
    return newer


def _read_rows(store: Store, hall: str, known: Head, head: Head, day: Day, newer: _Newer) -> None:
    """Rows that were born since, and those of before that may have changed."""
    (first, last), since, deeds = ids_of(head), known.revision, newer.deeds()
    if deeds <= NAMES_ROWS.keys():
        named, born = _named(day, newer.entries), make_id(head.no, since + 1)
        left_out = {table for table, changing in _CHANGED_BY.items() if not deeds & changing}
    else:
        named, born = {"visits": {visit for visit in (*day.pending, *day.cut_short) if visit < first}}, first
        left_out = set()
    queries: dict[str, Query] = {
        "windows": (_WINDOWS, (hall, since)),
        "line_stops": (_STOPS, (hall, since)),
        "leases": (_LEASES, (hall, head.day.isoformat(), since)),
        "guide_requests": (_BY_ID["guide_requests"].format(""), (hall, since, first, last)),
    }
    for table in ("tickets", "visits", "slips"):
        older = sorted(id_ for id_ in named.get(table, ()) if id_ < born)
        also = f" OR id IN ({_marks(older)})" if older else ""
        queries[table] = (_BY_ID[table].format(also), (hall, since, born, last, *older))
    asked = [table for table in queries if table not in left_out]
    found = dict(zip(asked, store.read([queries[table] for table in asked]), strict=True))
    newer.windows, newer.stops = found["windows"], found.get("line_stops", [])
    newer.leases, newer.requests = found.get("leases", []), found.get("guide_requests", [])
    newer.tickets = [rows.ticket_from(row) for row in found["tickets"]]
    newer.slips = [rows.slip_from(row) for row in found["slips"]]
    visits = [rows.visit_from(row) for row in found["visits"]]
    newer.visits = [visit for visit in visits if visit.id >= first]
    newer.earlier = [visit for visit in visits if visit.id < first]


def _named(day: Day, entries: Sequence[Any]) -> dict[str, set[int]]:
    """Rows that these deeds may have changed, by table: what an entry names, and what its deed changes besides.

    A ticket changes by a step only. A visit changes as long as its ticket is called, served or held, and its invitation
    until it has ended; afterwards its deed names it. A reprint changes what became of the ticket's older slips.
    """
    facts = [json.loads(entry["facts"]) for entry in entries]
    at_work = day.all_of(State.CALLED, State.SERVING, State.HELD)
    visits = {one["visit"] for one in facts if "visit" in one} | {t.visit for t in at_work if t.visit is not None}
    visits |= {visit.id for visit in day.pending.values() if visit.invitation_ended_ms is None}
    reprinted = {one["ticket"] for one, entry in zip(facts, entries, strict=True) if entry["deed"] == "reprint_slip"}
    slips = {one["slip"] for one in facts if "slip" in one}
    if reprinted:
        slips |= {slip.id for slip in day.slips.values() if slip.ticket in reprinted}
    tickets = {step[0] for one in facts for step in one.get("steps", ())}
    return {"tickets": tickets, "visits": visits, "slips": slips}


def _read_more(store: Store, hall: str, newer: _Newer) -> None:
    """Counter records and later ratings of visits that may have got one; the register where it may be another."""
    visits = _rated_since(newer)
    queries = [(query.format(_marks(visits)), (hall, *visits)) for query in (_RECORDS, _RATED) if visits]
    if any(NAMES_ROWS.get(deed, True) for deed in newer.deeds()):
        queries += [(query, (hall,)) for query in REGISTER]
    found = store.read(queries) if queries else []
    if visits:
        newer.records, newer.rated, *found = found
    if found:
        newer.register = register_from(*found)


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
    for slip in newer.slips:
        take_in_slip(day, slip)
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
