"""What a citizen's phone may do: ask how its ticket stands, cancel it, rate a finished visit later and say why.

Every request shows the proof of that ticket (the link's, or the slip's short code) in the header `X-Ticket-Proof`.
"""

from collections.abc import Callable

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict

from contract.citizen import TicketStatus
from contract.commands import AddReasons, Cancel, Id, RateLater
from contract.replies import Done
from contract.words import Code, Via
from server.api.citizen_status import status_of
from server.api.door import Door, HallPath, blueprint
from server.domain.errors import Refusal
from server.identity.edge import Environ
from server.identity.rights import RIGHTS, By, Place
from server.identity.ticket_proof import TicketProof
from server.reports.citizen import TicketFound, ticket_found
from server.storage.orders import Actor
from server.storage.reader import Reader

PHONE = Actor(via=Via.PHONE)


class OwnTicket(BaseModel):
    """The citizen's own ticket."""

    model_config = ConfigDict(extra="forbid")
    ticket: Id


class Citizens:
    """What the endpoints and the page without a script share. `shown` is the link's proof or the short code."""

    def __init__(self, door: Door, reader: Reader, proof: TicketProof, now_ms: Callable[[], int]) -> None:
        self._door = door
        self._reader = reader
        self._proof = proof
        self._now_ms = now_ms

    def status(self, hall: str, ticket: int, shown: str) -> TicketStatus:
        """How the ticket stands. Raises Refusal: TICKET_PROOF, TOO_MANY_TRIES, TICKET_UNKNOWN, HALL_UNKNOWN."""
        self._door.gate.hall(hall)
        self._proof.need(hall, ticket, shown, self._door.source())
        return self._status(hall, ticket)

    def give(self, hall: str, command: Cancel | RateLater | AddReasons, shown: str, environ: Environ) -> Response:
        """Do the deed for whoever shows the proof of its ticket."""
        self._door.gate.hall(hall)
        if RIGHTS[Place.CITIZEN][command.deed].by is not By.TICKET:
            raise Refusal(Code.WRONG_ROLE)
        self._proof.need(hall, command.ticket, shown, self._door.source())
        if not isinstance(command, Cancel):
            self._refuse_forgotten(hall, command)
        return self._door.submit(hall, PHONE, command, environ)

    def _status(self, hall: str, ticket: int) -> TicketStatus:
        now_ms = self._now_ms()
        found = self._found(hall, ticket)
        self._door.until_published(hall, found.ticket.revision)
        return status_of(self._door.gate.hall(hall), found, now_ms)

    def _refuse_forgotten(self, hall: str, command: RateLater | AddReasons) -> None:
        """The working day has forgotten visits of long ago; the rows say that it is too late for them."""
        rated = self._found(hall, command.ticket).rated.get(command.visit)
        if rated is None:
            return
        days, now_ms = self._door.gate.hall(hall).definition.rules.supplement_days, self._now_ms()
        late = rated.why_not_rate if isinstance(command, RateLater) else rated.why_no_reasons
        if late(days, now_ms) is Code.SUPPLEMENT_TOO_LATE:
            raise Refusal(Code.SUPPLEMENT_TOO_LATE, days=days)

    def _found(self, hall: str, ticket: int) -> TicketFound:
        found = self._reader.run(lambda connection: ticket_found(connection, hall, ticket))
        if found is None:
            raise Refusal(Code.TICKET_UNKNOWN)
        return found


def citizen_api(citizens: Citizens) -> APIBlueprint:
    """The endpoints of the phones."""
    api = blueprint("citizen", "群众手机 / citizens' phones: the link or the short code of the ticket (X-Ticket-Proof)")

    def shown() -> str:
        return str(request.environ.get("HTTP_X_TICKET_PROOF", ""))

    def give(hall: str, command: Cancel | RateLater | AddReasons) -> Response:
        return citizens.give(hall, command, shown(), request.environ)

    @api.post("/status", responses={200: TicketStatus})
    def status(path: HallPath, body: OwnTicket) -> dict[str, object]:
        """How the ticket stands, what may be done about it, and the last calls as proof."""
        return citizens.status(path.hall, body.ticket, shown()).model_dump(mode="json")

    @api.post("/cancel", responses={200: Done})
    def cancel(path: HallPath, body: OwnTicket) -> Response:
        """The citizen no longer wants to be served."""
        return give(path.hall, Cancel(ticket=body.ticket))

    @api.post("/rate_later", responses={200: Done})
    def rate_later(path: HallPath, body: RateLater) -> Response:
        """Rate a visit that was not rated at the counter."""
        return give(path.hall, body)

    @api.post("/add_reasons", responses={200: Done})
    def add_reasons(path: HallPath, body: AddReasons) -> Response:
        """Say why it was rated so."""
        return give(path.hall, body)

    return api

