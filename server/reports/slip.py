"""A slip and its ticket, for the kiosk that is asked to print it."""

import sqlite3
from typing import cast

from sqlalchemy import Connection, RowMapping, select

from server.domain.ticket import Slip, Ticket
from server.storage.rows import slip_from, ticket_from
from server.storage.tables import slips, tickets


def slip_of_kiosk(connection: Connection, hall: str, slip: int, kiosk: str) -> tuple[Slip, Ticket] | None:
    """The slip and its ticket, or None if this kiosk is not asked to print it."""
    query = select(slips).where(slips.c.hall == hall, slips.c.id == slip, slips.c.kiosk == kiosk)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    query = select(tickets).where(tickets.c.hall == hall, tickets.c.id == row["ticket"])
    return slip_from(_named(row)), ticket_from(_named(connection.execute(query).mappings().one()))


def _named(row: RowMapping) -> sqlite3.Row:
    # Both give a column for its name, which is all that the readers of rows ask for.
    return cast(sqlite3.Row, row)
