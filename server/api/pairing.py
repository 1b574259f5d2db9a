"""Pairing of displays: a display offers itself, a manager enters the code it shows, the display claims its token."""

from typing import Annotated, Literal

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, ConfigDict, StringConstraints

from contract.commands import PairDisplay, RedeemCode
from contract.replies import CodeGiven, Enrolled
from contract.words import Code, Via
from server.api.door import Door, HallPath, idempotency_key
from server.api.passwords import OneTime
from server.crypto import token_hash
from server.domain.errors import Refusal
from server.identity.offers import LIFE_S, Offers
from server.identity.rights import Place
from server.storage.orders import Actor


class NoFields(BaseModel):
    """Nothing."""

    model_config = ConfigDict(extra="forbid")


class Offered(BaseModel):
    """What the display shows (`code`) and what it keeps to itself (`claim`)."""

    kind: Literal["offered"] = "offered"
    code: str
    claim: str
    seconds: int


class Claim(BaseModel):
    """The display asks whether it was let in."""

    model_config = ConfigDict(extra="forbid")
    claim: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]{20,100}$")]


class NotYet(BaseModel):
    """Nobody has entered the code so far."""

    kind: Literal["not_yet"] = "not_yet"


class PairBody(BaseModel):
    """The code that a display shows, and what the display is to be called. Without a zone it sees what managers see."""

    model_config = ConfigDict(extra="forbid")
    code: OneTime
    name: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]
    zone: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,8}$")] | None = None


def add_pairing(api: APIBlueprint, door: Door, offers: Offers, place: Place) -> None:
    """POST /<hall>/<place>/pair_display, at the desk and for the command line."""

    @api.post("/pair_display", responses={200: CodeGiven})
    def pair_display(path: HallPath, body: PairBody) -> Response:
        """Let in the display that shows this code."""
        actor = door.gate.actor(path.hall, place, PairDisplay.deed, request.environ)
        door.gate.hall(path.hall)
        idempotency_key(request.environ)
        offer = offers.by_code(path.hall, body.code)
        if offer is None:
            raise Refusal(Code.CODE_INVALID)
        command = PairDisplay(name=body.name, zone=body.zone, code_hash=door.vault.code_hash(path.hall, offer.claim))
        answer = door.submit(path.hall, actor, command, request.environ)
        offer.taken = offer.taken or answer.status_code == 200
        return answer


def add_offering(api: APIBlueprint, door: Door, offers: Offers) -> None:
    """The display's own side, below /<hall>/device."""

    @api.post("/offer", responses={200: Offered})
    def offer(path: HallPath, body: NoFields) -> dict[str, object]:
        """A code to show for ten minutes, and the claim that goes with it."""
        door.gate.hall(path.hall)
        door.throttle.begin({f"offer {path.hall} {door.source()}": door.settings.passwords.tries_per_source})
        made = offers.make(path.hall)
        return Offered(code=made.code, claim=made.claim, seconds=int(LIFE_S)).model_dump()

    @api.post("/claim", responses={200: Enrolled})
    def claim(path: HallPath, body: Claim) -> Response | dict[str, object]:
        """The token, once a manager has entered the code; before that `not_yet`."""
        key = idempotency_key(request.environ)
        code_hash = door.vault.code_hash(path.hall, body.claim)
        known = offers.by_claim(path.hall, body.claim)
        let_in = code_hash in door.gate.hall(path.hall).register.codes or (known is not None and known.taken)
        if not let_in and known is not None:
            return NotYet().model_dump()
        if not let_in:
            raise Refusal(Code.CODE_INVALID)
        token = door.vault.device_token(path.hall, body.claim, key)
        command = RedeemCode(code_hash=code_hash, token_hash=token_hash(token))

        def add(reply: dict[str, object]) -> None:
            reply["token"] = token

        return door.submit(path.hall, Actor(via=Via.COMMAND_LINE), command, request.environ, add)
