"""What the command line of this machine may do: halls, people, devices. It shows the secret of the data folder."""

from typing import Annotated

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contract.commands import (
    AddUser,
    DisableUser,
    EnrolDevice,
    InviteUser,
    LoadHall,
    Login,
    RevokeDevice,
    SetRoles,
    WindowNo,
)
from contract.replies import CodeGiven, Done, HallLoaded
from contract.words import DeviceKind
from server.api.door import AddSecrets, Door, HallPath, accept, blueprint, idempotency_key
from server.api.pairing import add_pairing
from server.identity.offers import Offers
from server.identity.rights import Place

Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]


class InviteUserBody(BaseModel):
    """Ask for a one-time code for somebody's first password."""

    model_config = ConfigDict(extra="forbid")
    login: Login
    reset: bool = False


class EnrolDeviceBody(BaseModel):
    """Ask for an enrolment code of an agent."""

    model_config = ConfigDict(extra="forbid")
    kind: DeviceKind
    name: Name
    windows: Annotated[list[WindowNo], Field(max_length=200)] = []
    zone: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,8}$")] | None = None


class DeviceListed(BaseModel):
    """A device without its secrets."""

    name: str
    kind: str
    windows: list[str]
    zone: str | None
    state: str  # "waiting for its code" | "enrolled" | "revoked"


class UserListed(BaseModel):
    """A person without their secrets."""

    login: str
    name: str
    roles: list[str]
    has_password: bool
    disabled: bool


class Devices(BaseModel):
    """All devices."""

    devices: list[DeviceListed]


class Users(BaseModel):
    """All people with a login."""

    users: list[UserListed]


def admin_api(door: Door, offers: Offers) -> APIBlueprint:
    """The endpoints of the command line."""
    api = blueprint("admin", "管理 / administration: this machine's command line only (X-Local-Secret)")
    accept(api, door, Place.ADMIN, LoadHall, HallLoaded)
    for command in (AddUser, DisableUser, SetRoles, RevokeDevice):
        accept(api, door, Place.ADMIN, command, Done)
    _add_codes(api, door)
    add_pairing(api, door, offers, Place.ADMIN)
    _add_lists(api, door)
    return api


def _add_codes(api: APIBlueprint, door: Door) -> None:
    def give_code(hall: str) -> tuple[str, AddSecrets]:
        """A code's hash for the command, and what puts the code itself into the answer."""
        code = door.vault.one_time_code(hall, idempotency_key(request.environ))
        return door.vault.code_hash(hall, code), lambda reply: reply.update(code=code)

    @api.post("/invite_user", responses={200: CodeGiven})
    def invite_user(path: HallPath, body: InviteUserBody) -> Response:
        """Make a one-time code for a first password; `reset` forgets the old one and ends all sessions."""
        actor = door.gate.actor(path.hall, Place.ADMIN, InviteUser.deed, request.environ)
        code_hash, add = give_code(path.hall)
        command = InviteUser(login=body.login, reset=body.reset, code_hash=code_hash)
        return door.submit(path.hall, actor, command, request.environ, add)

    @api.post("/enrol_device", responses={200: CodeGiven})
    def enrol_device(path: HallPath, body: EnrolDeviceBody) -> Response:
        """Make an enrolment code for an agent: six characters, 10 minutes, once."""
        actor = door.gate.actor(path.hall, Place.ADMIN, EnrolDevice.deed, request.environ)
        code_hash, add = give_code(path.hall)
        command = EnrolDevice(kind=body.kind, name=body.name, windows=body.windows, zone=body.zone, code_hash=code_hash)
        return door.submit(path.hall, actor, command, request.environ, add)


def _add_lists(api: APIBlueprint, door: Door) -> None:
    @api.get("/devices", responses={200: Devices})
    def devices(path: HallPath) -> dict[str, object]:
        """All devices of the hall."""
        door.gate.local(request.environ)
        register = door.gate.hall(path.hall).register
        return Devices(
            devices=[
                DeviceListed(
                    name=d.name,
                    kind=d.kind,
                    windows=list(d.windows),
                    zone=d.zone,
                    state="revoked" if d.revoked else "enrolled" if d.token_hash else "waiting for its code",
                )
                for d in register.devices.values()
            ]
        ).model_dump()

    @api.get("/users", responses={200: Users})
    def users(path: HallPath) -> dict[str, object]:
        """All people with a login."""
        door.gate.local(request.environ)
        register = door.gate.hall(path.hall).register
        return Users(
            users=[
                UserListed(
                    login=u.login,
                    name=u.name,
                    roles=list(u.roles),
                    has_password=u.password_hash is not None,
                    disabled=u.disabled,
                )
                for u in register.users.values()
            ]
        ).model_dump()
