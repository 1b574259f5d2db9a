"""What a window's agent may do: sign a clerk in, pass on the clerk's deeds, deliver ratings and device states."""

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict

from contract.commands import (
    BringBack,
    CallNext,
    Finish,
    Hold,
    Login,
    Miss,
    NotRatedAtCounter,
    PassOn,
    PauseWindow,
    Rate,
    Recall,
    RecordFinish,
    ReopenWindow,
    ReportDevice,
    Resume,
    ReturnMissed,
    SignIn,
    SignOut,
    StartService,
    UndoCall,
    WindowNo,
)
from contract.replies import Called, Done, Finished, SignedIn
from contract.words import Via
from server.api.door import Door, HallPath, accept, blueprint
from server.api.passwords import Password, sign_in
from server.identity.rights import RIGHTS, Place
from server.storage.orders import Actor


class WindowSignIn(BaseModel):
    """A clerk sits down at a window."""

    model_config = ConfigDict(extra="forbid")
    window: WindowNo
    staff_no: Login
    password: Password


class DeviceAtAgent(BaseModel):
    """A device of the hall that an agent looks after, as the hall's files name it."""

    model_config = ConfigDict(from_attributes=True)
    code: str
    kind: str
    window: str
    profile: str
    line: str
    address: int | None


class DevicesOfAgent(BaseModel):
    """All of them."""

    devices: list[DeviceAtAgent]


_CLERKS_DEEDS = (
    Recall, StartService, PassOn, Hold, Miss, UndoCall, ReturnMissed, PauseWindow, ReopenWindow, SignOut,
)  # fmt: skip


def window_api(door: Door) -> APIBlueprint:
    """The endpoints of the window agents."""
    api = blueprint("window", "窗口 / windows: the token of a window agent, and the session of its clerk (X-Session)")

    @api.post("/sign_in", responses={200: SignedIn})
    def window_sign_in(path: HallPath, body: WindowSignIn) -> Response:
        """Sign a clerk in at a window; the reply brings the session's token."""
        right = RIGHTS[Place.WINDOW]["sign_in"]
        device = door.gate.device(path.hall, right, request.environ, body.window)
        where = Actor(via=Via.PAGE, device=device.name, windows=frozenset(device.windows))
        command = SignIn(window=body.window, staff_no=body.staff_no)
        return sign_in(door, path.hall, body.staff_no, body.password, right, where, command)

    for command in (CallNext, Resume, BringBack):
        accept(api, door, Place.WINDOW, command, Called)
    for finishing in (Finish, RecordFinish):
        accept(api, door, Place.WINDOW, finishing, Finished)
    for deed in _CLERKS_DEEDS:
        accept(api, door, Place.WINDOW, deed, Done)
    for of_device in (Rate, NotRatedAtCounter, ReportDevice):
        accept(api, door, Place.WINDOW, of_device, Done)

    @api.get("/devices", responses={200: DevicesOfAgent})
    def devices(path: HallPath) -> dict[str, object]:
        """The devices that the hall's files give to this agent."""
        agent = door.gate.device(path.hall, RIGHTS[Place.WINDOW]["report_device"], request.environ)
        own = [d for d in door.gate.hall(path.hall).definition.devices if d.agent == agent.name]
        return DevicesOfAgent(devices=[DeviceAtAgent.model_validate(d) for d in own]).model_dump()

    return api
