"""A citizen's ticket with its visits and ratings, read from the rows."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from server.domain.later_rating import RatedVisit
from server.domain.numbering import HALL_BITS, make_id
from server.domain.ticket import Ticket, Visit
from server.storage.rows import rated_from, ticket_from, visit_from
from server.storage.tables import tickets


@dataclass(frozen=True, slots=True)
class TicketFound:
    """`visits` in their order; `rated` are those with their counter record."""

    ticket: Ticket
    visits: tuple[Visit, ...]
    rated: dict[int, RatedVisit]


def ticket_found(connection: Connection, hall: str, ticket_id: int) -> TicketFound | None:
    """The ticket, or None if the hall has none with this id."""
    row = connection.execute(select(tickets).where(tickets.c.hall == hall, tickets.c.id == ticket_id)).first()
    if row is None:
        return None
    ticket = ticket_from(row)
    visits = tuple(_visits(connection, hall, ticket))
    rated = {visit.id: found for visit in visits if (found := _rated(connection, hall, visit.id)) is not None}
    return TicketFound(ticket, visits, rated)


def _visits(connection: Connection, hall: str, ticket: Ticket) -> list[Visit]:
    """The ticket's visits; their ids lie within its day."""
    query = text(
        "SELECT MIN(first_revision) FILTER (WHERE day = :day), MIN(first_revision) FILTER (WHERE day > :day) "
        "FROM days WHERE hall = :hall"
    )
    first, following = connection.execute(query, {"hall": hall, "day": ticket.day}).one()
    no = ticket.id >> HALL_BITS
    query = text(
        "SELECT * FROM visits WHERE hall = :hall AND id >= :first AND id < :last AND ticket = :ticket ORDER BY id"
    )
    values = {
        "hall": hall,
        "first": make_id(no, first or 0),
        "last": make_id(no, following) if following is not None else make_id(no + 1, 0),
        "ticket": ticket.id,
    }
    return [visit_from(row) for row in connection.execute(query, values).mappings()]


def _rated(connection: Connection, hall: str, visit: int) -> RatedVisit | None:
    query = text(
        "SELECT v.id, v.ticket, c.window, c.clerk, v.ended_ms, "
        "(SELECT MAX(r.level) FROM ratings r WHERE r.hall = v.hall AND r.visit = v.id) AS level, "
        "EXISTS (SELECT 1 FROM rating_reasons n WHERE n.hall = v.hall AND n.visit = v.id) AS reasons "
        "FROM visits v JOIN ratings c ON c.hall = v.hall AND c.visit = v.id AND c.channel = 'counter' "
        "WHERE v.hall = :hall AND v.id = :visit"
    )
    row = connection.execute(query, {"hall": hall, "visit": visit}).mappings().first()
    return rated_from(row) if row is not None else None
