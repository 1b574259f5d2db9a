"""The invariants of a hall, looked up in its rows: what must hold whatever happened. Reads only.

Each invariant is one function that yields what breaks it. The list is that of the product's promises.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from server.reports.journal_fold import fold, plain
from server.storage.journal import LINES, Line, breaks
from server.storage.reader import Read

_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be: which invariant, and where."""

    invariant: str
    what: str


Check = Callable[[Connection, str], Iterator[str]]


def _rows(connection: Connection, query: str, **values: Any) -> Iterable[RowMapping]:
    return connection.execute(text(query), values).mappings()


def _fact(connection: Connection, name: str, kind: type = str) -> str:
    """A fact of the journal entry `j`, in the database's own words."""
    if connection.dialect.name == "sqlite":
        return f"json_extract(j.facts, '$.{name}')"
    return f"CAST(CAST(j.facts AS json) ->> '{name}' AS {'bigint' if kind is int else 'text'})"


def numbers_once(connection: Connection, hall: str) -> Iterator[str]:
    """A number is unique per hall, business day and series; a series has no gap but what was leased to its kiosk."""
    query = (
        "SELECT day, series, COUNT(*) AS n, COUNT(DISTINCT number) AS d, MAX(number) AS m FROM tickets "
        "WHERE hall = :hall GROUP BY day, series HAVING COUNT(*) <> COUNT(DISTINCT number) "
        "OR (COUNT(told_ms) = 0 AND MAX(number) <> COUNT(DISTINCT number))"
    )
    for row in _rows(connection, query, hall=hall):
        yield f"{row['day']} {row['series']}: {row['n']} tickets, {row['d']} numbers, highest {row['m']}"


def leased_in_blocks(connection: Connection, hall: str) -> Iterator[str]:
    """A number given without the server lies in just one block leased to its kiosk, and no other number of its series
    was given."""
    query = (
        "SELECT t.day, t.label, t.told_ms, COUNT(l.first) AS blocks FROM tickets t LEFT JOIN leases l "
        "ON l.hall = t.hall AND l.day = t.day AND l.series = t.series "
        "AND t.number BETWEEN l.first AND l.last AND l.kiosk = t.kiosk "
        "WHERE t.hall = :hall AND t.series LIKE '%-' "
        "GROUP BY t.hall, t.id HAVING COUNT(l.first) <> 1 OR t.told_ms IS NULL"
    )
    for row in _rows(connection, query, hall=hall):
        yield f"{row['day']} {row['label']}: in {row['blocks']} blocks, told {row['told_ms']}"


def one_open_visit(connection: Connection, hall: str) -> Iterator[str]:
    """A ticket has at most one open visit, a window at most one that is not parked."""
    for column, parked in (("ticket", ""), ("window", " AND held_ms IS NULL")):
        query = (
            f'SELECT "{column}" AS it, COUNT(*) AS n FROM visits WHERE hall = :hall AND ended_ms IS NULL{parked} '
            f'GROUP BY "{column}" HAVING COUNT(*) > 1'
        )
        for row in _rows(connection, query, hall=hall):
            yield f"{column} {row['it']}: {row['n']} open visits"


def visits_fit_states(connection: Connection, hall: str) -> Iterator[str]:
    """A ticket that is called, serving or held has its open visit, and no other ticket has one."""
    query = (
        "SELECT t.label, t.state, v.id AS visit FROM tickets t LEFT JOIN visits v "
        "ON v.hall = t.hall AND v.ticket = t.id AND v.ended_ms IS NULL WHERE t.hall = :hall "
        "AND (t.state IN ('called', 'serving', 'held')) <> (v.id IS NOT NULL)"
    )
    for row in _rows(connection, query, hall=hall):
        yield f"{row['label']} is {row['state']}, open visit {row['visit']}"


def waits_not_negative(connection: Connection, hall: str) -> Iterator[str]:
    """No wait, no handling time and no hold is negative."""
    query = (
        "SELECT v.label, v.id FROM visits v JOIN tickets t ON t.hall = v.hall AND t.id = v.ticket WHERE v.hall = :hall "
        "AND (v.called_ms < t.taken_ms OR v.started_ms < v.called_ms OR v.ended_ms < v.called_ms "
        "OR v.held_total_ms < 0)"
    )
    for row in _rows(connection, query, hall=hall):
        yield f"{row['label']} visit {row['id']}"


def one_counter_record(connection: Connection, hall: str) -> Iterator[str]:
    """A rateable visit has one counter record or none yet (pending); no other visit has one."""
    query = (
        "SELECT r.visit FROM ratings r LEFT JOIN visits v ON v.hall = r.hall AND v.id = r.visit "
        "WHERE r.hall = :hall AND (v.id IS NULL OR v.rateable = 0 OR (r.level IS NULL) = (r.reason IS NULL))"
    )
    for row in _rows(connection, query, hall=hall):
        yield f"rating of visit {row['visit']}"


def later_beside_not_rated(connection: Connection, hall: str) -> Iterator[str]:
    """A later rating stands only beside a counter record that says "not rated", and a visit has at most one."""
    query = (
        "SELECT r.visit, r.channel FROM ratings r LEFT JOIN ratings c ON c.hall = r.hall AND c.visit = r.visit "
        "AND c.channel = 'counter' WHERE r.hall = :hall AND r.channel <> 'counter' AND (c.visit IS NULL "
        "OR c.level IS NOT NULL OR r.level IS NULL OR EXISTS (SELECT 1 FROM ratings o WHERE o.hall = r.hall "
        "AND o.visit = r.visit AND o.channel NOT IN ('counter', r.channel)))"
    )
    for row in _rows(connection, query, hall=hall):
        yield f"visit {row['visit']}: a rating by {row['channel']}"


def reasons_of_rated(connection: Connection, hall: str) -> Iterator[str]:
    """Reasons stand only with a visit that was rated, are for its level, and are what their journal entry says."""
    query = (
        "SELECT n.visit, n.level, n.codes, n.text, j.facts, EXISTS (SELECT 1 FROM ratings r WHERE r.hall = n.hall "
        "AND r.visit = n.visit AND r.level = n.level) AS rated FROM rating_reasons n "
        "LEFT JOIN journal j ON j.hall = n.hall AND j.revision = n.revision WHERE n.hall = :hall"
    )
    for row in _rows(connection, query, hall=hall):
        facts = json.loads(row["facts"] or "{}")
        told = (facts.get("visit"), ";".join(facts.get("codes", [])))
        added = row["text"] and not facts.get("words")  # own words may be erased, never added
        if not row["rated"] or added or told != (row["visit"], row["codes"]):
            yield f"reasons of visit {row['visit']}"


def slips_reserved(connection: Connection, hall: str) -> Iterator[str]:
    """Every ticket has its slip, under its own id."""
    query = (
        "SELECT t.label FROM tickets t LEFT JOIN slips s ON s.hall = t.hall AND s.id = t.id AND s.ticket = t.id "
        "WHERE t.hall = :hall AND s.id IS NULL"
    )
    for row in _rows(connection, query, hall=hall):
        yield row["label"]


def chain_holds(connection: Connection, hall: str) -> Iterator[str]:
    """Revisions have no gap, each journal entry's hash follows from the one before, and the head is the newest."""
    newest: tuple[int, str] = (0, "")

    def lines() -> Iterator[Line]:
        nonlocal newest
        line: Line
        for line in plain(connection).execute(LINES, (hall,)):
            newest = (line[0], line[7])
            yield line

    found = False
    for broken in breaks(hall, lines()):
        found = True
        yield f"revision {broken.revision}: {broken.what}"
    if found:
        return
    for row in _rows(connection, "SELECT revision, head_hash FROM halls WHERE hall = :hall", hall=hall):
        if (row["revision"], row["head_hash"]) != newest:
            yield f"the hall stands at {row['revision']}, its journal ends at {newest[0]}"


def states_follow_journal(connection: Connection, hall: str) -> Iterator[str]:
    """States moved only along LIFE, and every ticket's state and visit's outcome is what its entries lead to."""
    return fold(plain(connection), hall)


def numbers_follow_journal(connection: Connection, hall: str) -> Iterator[str]:
    """A number is the one that its journal entry says."""
    told = _fact(connection, "number")
    query = (
        f"SELECT t.label, {told} AS told FROM tickets t JOIN journal j ON j.hall = t.hall "
        f"AND j.revision = t.id & 4294967295 WHERE t.hall = :hall AND {told} <> t.label"
    )
    for row in _rows(connection, query, hall=hall):
        yield f"{row['label']}, its journal entry says {row['told']}"


def ratings_follow_journal(connection: Connection, hall: str) -> Iterator[str]:
    """Every rating is what its journal entry says, so that an altered one is named."""
    level, finished = _fact(connection, "level", int), _fact(connection, "finished", int)
    visit, reason = _fact(connection, "visit", int), _fact(connection, "reason")
    differs = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    query = (
        f"SELECT r.visit, r.channel, r.level, v.label, r.window, {level} AS told "
        "FROM ratings r LEFT JOIN journal j ON j.hall = r.hall AND j.revision = r.revision "
        f"LEFT JOIN visits v ON v.hall = r.hall AND v.id = r.visit WHERE r.hall = :hall AND ({level} {differs} r.level "
        f"OR COALESCE({visit}, {finished}) {differs} r.visit "
        f"OR (j.deed = 'not_rated' AND {reason} {differs} r.reason))"
    )
    for row in _rows(connection, query, hall=hall):
        yield (
            f"rating of visit {row['visit']} ({row['label']}, window {row['window']}): level {row['level']}, "
            f"its journal entry says {row['told']}"
        )


INVARIANTS: dict[str, Check] = {
    "numbers_once": numbers_once,
    "leased_in_blocks": leased_in_blocks,
    "one_open_visit": one_open_visit,
    "visits_fit_states": visits_fit_states,
    "waits_not_negative": waits_not_negative,
    "one_counter_record": one_counter_record,
    "later_beside_not_rated": later_beside_not_rated,
    "reasons_of_rated": reasons_of_rated,
    "slips_reserved": slips_reserved,
    "chain_holds": chain_holds,
    "states_follow_journal": states_follow_journal,
    "numbers_follow_journal": numbers_follow_journal,
    "ratings_follow_journal": ratings_follow_journal,
}


def examine(connection: Connection, hall: str) -> list[Finding]:
    """Look at every invariant; at most 20 findings of each."""
    found = []
    for name, check in INVARIANTS.items():
        for number, what in enumerate(check(connection, hall)):
            if number == _EXAMPLES:
                found.append(Finding(name, "…"))
                break
            found.append(Finding(name, what))
    return found


def examine_all(database: Read, only: str | None = None) -> dict[str, list[Finding]]:
    """Every hall of a database, or only one, all from one consistent state."""
    engine = database.reading_engine()
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")  # the driver begins no transaction for reading
            halls = list(connection.scalars(text("SELECT hall FROM halls ORDER BY hall")))
            return {hall: examine(connection, hall) for hall in halls if only in (None, hall)}
    finally:
        engine.dispose()
