"""What a kiosk may do: take numbers, tell of a slip and of its printer, ask for a guide; lease numbers and
tell of those it gave; and fetch a slip to print."""

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from contract.commands import MAX_ID, CallGuide, LeaseNumbers, RecordLeased, RecordSlip, ReportDevice, TakeNumber
from contract.replies import Done, Issued, Leased
from contract.words import Code
from server.actions.answers import issued
from server.api.answers import json_bytes
from server.api.door import Door, HallPath, accept, blueprint, with_secrets
from server.domain.errors import Refusal
from server.domain.indicators import wait_range
from server.domain.ticket import Slip, Ticket
from server.identity.rights import RIGHTS, Place
from server.reports.slip import slip_of_kiosk
from server.storage.published import Published
from server.storage.reader import Reader


class SlipPath(HallPath):
    """A slip of the hall."""

    slip: int = Field(ge=1, le=MAX_ID)


class PersonKey(BaseModel):
    """`key`: hex; hashes of another day's key count for nothing."""

    day: str
    key: str


def kiosk_api(door: Door, reader: Reader) -> APIBlueprint:
    """The endpoints of the kiosks."""
    api = blueprint("kiosk", "自助取号机 / kiosks: the token of an enrolled kiosk")

    accept(api, door, Place.KIOSK, TakeNumber, Issued)
    accept(api, door, Place.KIOSK, RecordSlip, Done)
    accept(api, door, Place.KIOSK, ReportDevice, Done)
    accept(api, door, Place.KIOSK, CallGuide, Done)
    accept(api, door, Place.KIOSK, LeaseNumbers, Leased)
    accept(api, door, Place.KIOSK, RecordLeased, Issued)

    @api.get("/slip/<int:slip>", responses={200: Issued})
    def slip(path: SlipPath) -> Response:
        """What stands on a slip that this kiosk is asked to print (a reprint, or a number taken at the desk)."""
        right = RIGHTS[Place.KIOSK]["record_slip"]
        device = door.gate.device(path.hall, right, request.environ)
        found = reader.run(lambda connection: slip_of_kiosk(connection, path.hall, path.slip, device.name))
        if found is None:
            raise Refusal(Code.SLIP_UNKNOWN)
        reply = _issued_now(door.gate.hall(path.hall), *found)
        add = door.add_link(path.hall)
        body = reply.model_dump_json().encode()
        return json_bytes(body if add is None else with_secrets(body, add))

    @api.get("/person_key", responses={200: PersonKey})
    def person_key(path: HallPath) -> dict[str, object]:
        """The day's key for the numbers of ID cards."""
        door.gate.device(path.hall, RIGHTS[Place.KIOSK]["take_number"], request.environ)
        day = door.gate.hall(path.hall).day.isoformat()
        return PersonKey(day=day, key=door.vault.person_key(path.hall, day)).model_dump()

    return api


def _issued_now(published: Published, slip: Slip, ticket: Ticket) -> Issued:
    """The slip's text with the present place in the line; the wait by the service's expected minutes."""
    hall = published.definition
    order = published.lines.get(ticket.line, ())
    if ticket.id not in order:
        return issued(hall, ticket, slip, 0, None, published.head)
    ahead = order.index(ticket.id)
    wait = wait_range(ahead, published.paces[ticket.line])
    return issued(hall, ticket, slip, ahead, wait, published.head)
