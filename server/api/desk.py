"""What the desk may do: guides and the floor manager, signed in on a page of the server."""

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict

from contract.commands import (
    Abandon,
    AttendKiosk,
    Cancel,
    CloseDay,
    DeskSignIn,
    DeskSignOut,
    Login,
    Release,
    ReprintSlip,
    Reroute,
    ReturnMissed,
    StopLine,
    TakeNumber,
)
from contract.replies import Done, Issued, SignedIn
from contract.words import Via
from server.api.door import Door, HallPath, accept, blueprint
from server.api.pairing import add_pairing
from server.api.passwords import Password, sign_in
from server.identity.offers import Offers
from server.identity.rights import EXPORT_ROLES, RIGHTS, Place
from server.reports.today import today_csv
from server.storage.orders import Actor
from server.storage.reader import Reader


class DeskSignInBody(BaseModel):
    """Somebody signs in on a page of the server."""

    model_config = ConfigDict(extra="forbid")
    login: Login
    password: Password


def desk_api(door: Door, reader: Reader, offers: Offers) -> APIBlueprint:
    """The endpoints of the desk."""
    api = blueprint("desk", "导办台 / the desk: the session of a guide or manager (X-Session)")

    @api.post("/sign_in", responses={200: SignedIn})
    def desk_sign_in(path: HallPath, body: DeskSignInBody) -> Response:
        """Sign in on a page of the server; the reply brings the session's token."""
        right = RIGHTS[Place.DESK]["desk_sign_in"]
        command = DeskSignIn(login=body.login)
        return sign_in(door, path.hall, body.login, body.password, right, Actor(via=Via.DESK), command)

    @api.post("/sign_out", responses={200: Done})
    def desk_sign_out(path: HallPath, body: DeskSignOut) -> Response:
        """End the session this is sent with."""
        return door.give(path.hall, Place.DESK, body, request.environ)

    accept(api, door, Place.DESK, TakeNumber, Issued)
    accept(api, door, Place.DESK, ReprintSlip, Issued)
    for command in (Reroute, ReturnMissed, Cancel, Release, Abandon, StopLine, CloseDay, AttendKiosk):
        accept(api, door, Place.DESK, command, Done)

    add_pairing(api, door, offers, Place.DESK)

    @api.get("/today.csv")
    def today(path: HallPath) -> Response:
        """All visits of the present day as a table (UTF-8 with BOM); single ratings are not in it."""
        door.gate.desk(path.hall, EXPORT_ROLES, request.environ)
        published = door.gate.hall(path.hall)
        table = reader.run(lambda connection: today_csv(connection, published.definition, published.day))
        name = f"{path.hall}-{published.day.isoformat()}.csv"
        answer = Response(table, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    return api
