"""What screens fetch: the snapshot of an audience, and the pass of a live connection."""

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from contract.cards import Snapshot
from contract.replies import Refused
from contract.words import Audience
from server.api.answers import json_bytes
from server.api.door import HallPath
from server.api.snapshots import Snapshots
from server.identity.gate import Gate
from server.identity.passes import Pass, Passes


class AudiencePath(HallPath):
    """An audience of the hall."""

    audience: Audience


class AskPass(BaseModel):
    """Whose cards the connection is to bring."""

    model_config = ConfigDict(extra="forbid")
    audience: Audience


class PassGiven(BaseModel):
    """A pass: for one connection within 60 s."""

    pass_: str = Field(alias="pass")


def display_api(gate: Gate, passes: Passes, snapshots: Snapshots) -> APIBlueprint:
    """The endpoints of everybody who watches."""
    tag = Tag(name="display", description="屏幕 / screens: public cards need no token")
    api = APIBlueprint("display", __name__, url_prefix="/<hall>", abp_tags=[tag], abp_responses={"4XX": Refused})

    @api.get("/snapshot/<audience>", responses={200: Snapshot})
    def snapshot(path: AudiencePath) -> Response:
        """All cards of an audience at its newest revision; 304 where the caller has it."""
        gate.holder(path.hall, path.audience, request.environ)
        view = gate.hall(path.hall).views[path.audience]
        tag = f"{path.audience.value}-{view.revision}"
        if request.if_none_match.contains(tag):
            answer = Response(status=304)
        else:
            answer = json_bytes(snapshots.body(path.hall, view))
        answer.set_etag(tag)
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    @api.post("/live/pass", responses={200: PassGiven})
    def live_pass(path: HallPath, body: AskPass) -> dict[str, str]:
        """A pass for one live connection within 60 s, with the same rights as the snapshot."""
        holder = gate.holder(path.hall, body.audience, request.environ)
        agent = gate.agent(path.hall, request.environ)
        return {"pass": passes.give(Pass(path.hall, body.audience, holder, agent))}

    return api
