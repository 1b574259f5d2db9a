"""A slip and its ticket, for the kiosk that is asked to print it."""

from sqlalchemy import Connection, select

from server.domain.ticket import Slip, Ticket
from server.storage.rows import slip_from, ticket_from
from server.storage.tables import slips, tickets


def slip_of_kiosk(connection: Connection, hall: str, slip: int, kiosk: str) -> tuple[Slip, Ticket] | None:
    """The slip and its ticket, or None if this kiosk is not asked to print it."""
    query = select(slips).where(slips.c.hall == hall, slips.c.id == slip, slips.c.kiosk == kiosk)
    row = connection.execute(query).first()
    if row is None:
        return None
    found = slip_from(row)
    query = select(tickets).where(tickets.c.hall == hall, tickets.c.id == found.ticket)
    return found, ticket_from(connection.execute(query).one())
