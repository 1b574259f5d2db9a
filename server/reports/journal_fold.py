"""The rows against the journal: what its entries lead to, and what stands in the rows. In one pass, a day in memory.

A ticket's id holds the revision at which it was taken, so the tickets of a day are one range of ids, and a ticket that
is over can be compared and forgotten as soon as the next day has begun.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from sqlalchemy import Connection

from contract.words import FINAL_STATES, State
from server.domain.numbering import make_id
from server.domain.ticket import LIFE
from server.storage.postgres_sql import StreamedReads
from server.storage.store import Reads

_NEXT = {(str(before), str(step)): str(after) for before, steps in LIFE.items() for step, after in steps.items()}
_FINAL = frozenset(map(str, FINAL_STATES))
_WAITING = str(State.WAITING)
_STEPS = (
    "SELECT revision, facts FROM journal WHERE hall = ? AND revision >= ? AND revision < ? "
    "AND instr(facts, '\"steps\"') > 0 ORDER BY revision"
)
_TICKETS = "SELECT id, label, state FROM tickets WHERE hall = ? AND id >= ? AND id < ?"
_ONE = "SELECT label, state FROM tickets WHERE hall = ? AND id = ?"
_VISITS = "SELECT id, label, outcome FROM visits WHERE hall = ? AND id >= ? AND id < ?"
_END = 2**62
_decode = json.JSONDecoder().raw_decode  # twice as quick as json.loads, which looks for spaces around


class _Told:
    """What the journal says so far of tickets that are not compared yet, and of the day's visits."""

    def __init__(self) -> None:
        self.states: dict[int, str] = {}
        self.outcomes: dict[int, str] = {}

    def take_in(self, entries: Iterable[tuple[int, str]]) -> Iterator[str]:
        """The facts of entries in their order; the steps that are not in LIFE."""
        states = self.states
        for revision, facts in entries:
            try:
                told, _ = _decode(facts)
                for ticket, step, state in told["steps"]:
                    before = states.get(ticket)
                    if _after(before, step) != state:
                        yield f"revision {revision}: ticket {ticket} from {before} by {step} to {state}"
                    states[ticket] = state
                if "outcome" in told:
                    self.outcomes[told["visit"]] = told["outcome"]
            except (ValueError, TypeError, KeyError):
                yield f"revision {revision}: its facts cannot be read"


def fold(connection: Reads, hall: str) -> Iterator[str]:
    """What differs: states of tickets, outcomes of visits, steps that are not in LIFE."""
    found = connection.execute("SELECT no FROM halls WHERE hall = ?", (hall,)).fetchone()
    query = "SELECT first_revision FROM days WHERE hall = ? ORDER BY first_revision"
    later = [row[0] for row in connection.execute(query, (hall,))][1:]
    told = _Told()
    for begins, ends in zip([0, *later], [*later, _END], strict=True):
        yield from told.take_in(connection.execute(_STEPS, (hall, begins, ends)))
        ids = (make_id(found[0], begins), _END if ends == _END else make_id(found[0], ends))
        yield from _compare(connection, hall, ids, told)
    for ticket, state in told.states.items():
        row = connection.execute(_ONE, (hall, ticket)).fetchone()
        if row is None:
            yield f"the journal has a ticket {ticket} that has no row"
        elif row[1] != state:
            yield f"{row[0]} is {row[1]}, its journal says {state}"


def _after(before: str | None, step: str | None) -> str | None:
    """Where the step leads; None where it is not in LIFE. Taking the number (step None) comes first, and once."""
    if step is None:
        return _WAITING if before is None else None
    return _NEXT.get((before or "", step))


def _compare(connection: Reads, hall: str, ids: tuple[int, int], told: _Told) -> Iterator[str]:
    """The rows whose ids lie in the range, where the journal says that they are over; those are forgotten."""
    for ticket, label, state in connection.execute(_TICKETS, (hall, *ids)):
        said = told.states.get(ticket)
        if said is None:
            yield f"{label} is {state}, its journal says nothing"
        elif said in _FINAL:
            del told.states[ticket]
            if said != state:
                yield f"{label} is {state}, its journal says {said}"
    for visit, label, outcome in connection.execute(_VISITS, (hall, *ids)):
        said = told.outcomes.get(visit)
        if said is not None and said != outcome:
            yield f"{label} visit {visit} ended {outcome}, its journal says {said}"
    told.outcomes.clear()


def plain(value: Connection) -> Reads:
    """The driver's own connection behind one of SQLAlchemy: four times as many rows in a second."""
    connection: Any = value.connection.driver_connection
    return cast(Reads, connection) if value.dialect.name == "sqlite" else StreamedReads(connection)
