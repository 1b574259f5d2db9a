"""The way of every command: who asks, under which key, to the writer, and back with the secrets added."""

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Protocol

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, StringConstraints

from contract.commands import Command, ReprintSlip, TakeNumber
from contract.replies import Refused
from contract.words import Code
from server.api.answers import RULE_STATUS, STATUS, json_bytes
from server.crypto import Vault
from server.domain.errors import Refusal
from server.identity.edge import Edge, Environ
from server.identity.gate import Gate
from server.identity.rights import Place
from server.identity.throttle import Throttle
from server.settings import Settings
from server.storage.orders import Actor, Answer, KeyReused, Order

_KEY = re.compile(r"[0-9a-f]{32}")
_PUBLISHED_WITHIN_S = 5.0
_CHANGES_THE_REGISTER = frozenset(
    {
        "sign_in", "sign_out", "desk_sign_in", "desk_sign_out", "set_password", "redeem_code", "load_hall", "add_user",
        "invite_user", "disable_user", "set_roles", "enrol_device", "pair_display", "revoke_device",
    }
)  # fmt: skip
HallCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]
AddSecrets = Callable[[dict[str, Any]], None]


class HallPath(BaseModel):
    """The first part of every path: the hall's code."""

    hall: HallCode


class Submits(Protocol):
    """What the door needs of the writer."""

    def submit(self, order: Order) -> Answer:
        """Run the order; returns when it is on disk. Raises KeyReused."""


class WaitsFor(Protocol):
    """What the door needs of the publisher."""

    def wait(self, reached: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `reached` holds, looking again after each new view."""


def alone(_hall: str) -> bool:
    """No other process commands these halls: what is published is the newest."""
    return False


class Door:
    """What all endpoints that give commands share."""

    def __init__(
        self,
        writer: Submits,
        published: WaitsFor,
        gate: Gate,
        vault: Vault,
        edge: Edge,
        throttle: Throttle,
        settings: Settings,
        fresh: Callable[[str], bool] = alone,
    ) -> None:
        self._fresh = fresh
        self._writer = writer
        self._published = published
        self.gate = gate
        self.vault = vault
        self.edge = edge
        self.throttle = throttle
        self.settings = settings

    def give(self, hall: str, place: Place, command: Command, environ: Environ) -> Response:
        """Check the right to this deed at this place, submit it, answer."""
        window = getattr(command, "window", None)
        try:
            actor = self.gate.actor(hall, place, command.deed, environ, window)
        except Refusal:
            if not self._fresh(hall):
                raise
            actor = self.gate.actor(hall, place, command.deed, environ, window)  # another process may have let them in
        return self.submit(hall, actor, command, environ)

    def submit(
        self, hall: str, actor: Actor, command: Command, environ: Environ, add: AddSecrets | None = None
    ) -> Response:
        """Submit for an actor who was established before; `add` puts secrets into an accepted reply."""
        try:
            only_known = environ.get("HTTP_X_ONLY_KNOWN", "") == "true"
            key = idempotency_key(environ)
            answer = self._writer.submit(Order(hall, key, actor, command, only_known=only_known))
        except KeyReused:
            raise Refusal(Code.KEY_REUSED) from None
        if answer.refused:
            response = json_bytes(answer.body, _refusal_status(answer))
        else:
            if command.deed in _CHANGES_THE_REGISTER:
                self._until_published(hall, answer.body)
            if add is None and isinstance(command, TakeNumber | ReprintSlip):
                add = self.add_link(hall)
            response = json_bytes(answer.body if add is None else with_secrets(answer.body, add))
        if answer.repeat:
            response.headers["Idempotent-Replay"] = "true"
        return response

    def add_link(self, hall: str) -> AddSecrets | None:
        """What puts the citizen's link and short code on an issued ticket; None without a public address."""
        if self.settings.public_url is None:
            return None

        def add(reply: dict[str, Any]) -> None:
            proof = self.vault.ticket_link(hall, reply["ticket"])
            lang = "?lang=en" if reply["language"] == "en" else ""
            reply["link"] = f"{self.settings.public_url}/{hall}/ticket/{reply['ticket']}{lang}#{proof}"
            reply["short_code"] = self.vault.short_code(hall, reply["ticket"])

        return add

    def _until_published(self, hall: str, body: bytes) -> None:
        """Identity is read from what was published, a moment after the commit: the next request must find it there."""
        self.until_published(hall, json.loads(body)["revision"])

    def until_published(self, hall: str, revision: int) -> None:
        """Wait until what everybody sees is as new as this revision."""
        self._published.wait(lambda: self.gate.head(hall) >= revision, _PUBLISHED_WITHIN_S)

    def source(self) -> str:
        """Where the present request comes from, for counting tries."""
        return f"source {self.edge.source(request.environ)}"


def idempotency_key(environ: Environ) -> str:
    """The request's key. Raises Refusal(KEY_MISSING)."""
    key: str = environ.get("HTTP_IDEMPOTENCY_KEY", "").lower()
    if not _KEY.fullmatch(key):
        raise Refusal(Code.KEY_MISSING)
    return key


def _refusal_status(answer: Answer) -> int:
    """A stored refusal is a rule's; one that was not stored may say that the sender is out, or that we failed."""
    code = Refused.model_validate_json(answer.body).code
    return RULE_STATUS if answer.stored and code is not Code.KEY_UNKNOWN else STATUS.get(code, RULE_STATUS)


def with_secrets(body: bytes, add: AddSecrets) -> bytes:
    """An accepted reply's JSON with what `add` puts in."""
    reply = json.loads(body)
    add(reply)
    return json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode()


def blueprint(place: str, meaning: str) -> APIBlueprint:
    """An empty set of endpoints under /<hall>/<place>, with its heading in the API page."""
    tag = Tag(name=place, description=meaning)
    return APIBlueprint(place, __name__, url_prefix=f"/<hall>/{place}", abp_tags=[tag], abp_responses={"4XX": Refused})


def accept(api: APIBlueprint, door: Door, place: Place, command: type[Command], reply: type[BaseModel]) -> None:
    """Add POST /<hall>/<place>/<deed>, whose body is the command's fields and whose 200 is `reply`."""

    def view(path: HallPath, body: Command) -> Response:
        return door.give(path.hall, place, body, request.environ)

    view.__annotations__["body"] = command
    view.__name__ = command.deed
    view.__doc__ = command.__doc__
    api.post(f"/{command.deed}", responses={200: reply})(view)
