"""What a kiosk may do: take numbers, say what became of a slip, say how its printer is; and fetch a slip to print."""

from flask import Response, request
from flask_openapi3 import APIBlueprint
from pydantic import Field

from contract.commands import MAX_ID, RecordSlip, ReportDevice, TakeNumber
from contract.replies import Done, Issued
from contract.words import Code
from server.api.answers import json_bytes
from server.api.door import Door, HallPath, accept, blueprint
from server.domain.errors import Refusal
from server.identity.rights import RIGHTS, Place
from server.reports.slip import slip_to_print
from server.storage.reader import Reader


class SlipPath(HallPath):
    """A slip of the hall."""

    slip: int = Field(ge=1, le=MAX_ID)


def kiosk_api(door: Door, reader: Reader) -> APIBlueprint:
    """The endpoints of the kiosks."""
    api = blueprint("kiosk", "自助取号机 / kiosks: the token of an enrolled kiosk")

    @api.post("/take_number", responses={200: Issued})
    def take_number(path: HallPath, body: TakeNumber) -> Response:
        """Take a number in a line; priority and printing elsewhere are for the desk."""
        if body.priority is not None or body.reason is not None or body.print_at is not None:
            raise Refusal(Code.WRONG_ROLE)
        return door.give(path.hall, Place.KIOSK, body, request.environ)

    accept(api, door, Place.KIOSK, RecordSlip, Done)
    accept(api, door, Place.KIOSK, ReportDevice, Done)

    @api.get("/slip/<int:slip>", responses={200: Issued})
    def slip(path: SlipPath) -> Response:
        """What stands on a slip that this kiosk is asked to print (a reprint, or a number taken at the desk)."""
        right = RIGHTS[Place.KIOSK]["record_slip"]
        device = door.gate.device(path.hall, right, request.environ)
        issued = reader.run(lambda connection: slip_to_print(connection, path.hall, path.slip, device.name))
        if issued is None:
            raise Refusal(Code.SLIP_UNKNOWN)
        return json_bytes(door.with_link(path.hall, issued))

    return api
