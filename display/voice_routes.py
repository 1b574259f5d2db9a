"""What a page that speaks asks of the server: who speaks in a voice zone, the sound of a call, "I said it".

`Halls` is what the server hands over when it mounts these routes; refusals that it raises are its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol

from flask import Response, jsonify
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contract.commands import MAX_ID
from contract.refusals import refuse
from contract.replies import Done, Refused
from contract.words import Code
from display.announcer import Announcer, NoVoice
from display.sentence import Form, Manner, Said
from display.speaker_lease import LEASE_S, SpeakerLeases
from drivers.voices.pack import NotInPack

Lease = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Place = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,20}$")]


@dataclass(frozen=True, slots=True)
class VoiceZone:
    """A voice zone now: how its hall speaks, the zones whose calls belong to it, and these calls."""

    languages: tuple[str, ...]
    manner: Manner
    repeat: int  # how often each call is said
    silent: bool
    zones: tuple[str, ...]
    calls: Mapping[int, Said]


class Halls(Protocol):
    """The halls, as the server knows them."""

    def display(self, hall: str, zones: tuple[str, ...]) -> str:
        """The paired display that asks; raises the server's refusal for anybody who may not speak to these zones."""

    def heard(self, hall: str, display: str, zone: str, *, speaks: bool, blocked: bool) -> None:
        """The display's page said what it is for the voice zone."""

    def voice_zone(self, hall: str, zone: str) -> VoiceZone:
        """Raises the server's refusal where there is no such hall or voice zone."""

    def announced(self, hall: str, call: int) -> Response:
        """Record that a call was spoken; the server's answer."""


class ZonePath(BaseModel):
    """A voice zone of a hall."""

    hall: Place
    zone: Place


class CallPath(ZonePath):
    """A call of the zone."""

    call: int = Field(ge=1, le=MAX_ID)


class Wanted(BaseModel):
    """In which language, and how much is said."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,8}$")]
    form: Form = Form.FULL


class AskLease(BaseModel):
    """`lease`: the one this page holds, or null. `blocked`: its browser lets no sound out, so it asks for none."""

    model_config = ConfigDict(extra="forbid")
    lease: Lease | None = None
    blocked: bool = False


class HeldLease(BaseModel):
    """The lease this page holds."""

    model_config = ConfigDict(extra="forbid")
    lease: Lease


class SpokenCall(HeldLease):
    """A call that people heard."""

    call: int = Field(ge=1, le=MAX_ID)


class Speaker(BaseModel):
    """Whether this page speaks (`lease` is null where another one does or the hall is silent), and how."""

    lease: str | None
    lease_ms: int
    silent: bool
    languages: list[str]
    repeat: int
    rate: int  # samples per second of the first language
    full_ms: int  # a long call, said once in all languages
    brief_ms: int  # the same in the fewest words, first language only
    zones: list[str]
    spoken: list[int]  # calls that were spoken in the last two minutes


def voice_routes(halls: Halls, announcer: Announcer, leases: SpeakerLeases) -> APIBlueprint:
    """The endpoints below /<hall>/voice."""
    tag = Tag(name="voice", description="语音播报 / voice: pages that speak in a zone")
    api = APIBlueprint("voice", __name__, url_prefix="/<hall>/voice/<zone>", abp_tags=[tag],
                       abp_responses={"4XX": Refused})  # fmt: skip

    @api.get("/<int:call>.wav")
    def sound(path: CallPath, query: Wanted) -> Response:
        """The call as sound (audio/wav), while it stands on the boards."""
        zone = halls.voice_zone(path.hall, path.zone)
        try:
            data = announcer.wav(query.language, zone.calls[path.call], query.form, zone.manner)
        except (KeyError, NoVoice, NotInPack):
            return _refused(Code.NOT_FOUND, 404)
        return Response(data, mimetype="audio/wav", headers={"Cache-Control": "no-store"})

    @api.post("/speaker", responses={200: Speaker})
    def speaker(path: ZonePath, body: AskLease) -> Response:
        """Take or renew the zone's speaker lease, every two seconds, with the token of a paired display."""
        zone = halls.voice_zone(path.hall, path.zone)
        display = halls.display(path.hall, zone.zones)
        languages = announcer.able(zone.languages)
        silent = zone.silent or not languages
        place = (path.hall, path.zone)
        held = None if silent or body.blocked else leases.take(place, display, body.lease)
        halls.heard(path.hall, display, path.zone, speaks=held is not None, blocked=body.blocked)
        answer = Speaker(
            lease=held.lease if held else None,
            lease_ms=round((held.lasts_s if held else LEASE_S) * 1000),
            silent=silent,
            languages=list(languages),
            repeat=zone.repeat,
            rate=announcer.rate(languages[0]) if languages else 0,
            full_ms=round(announcer.seconds(languages, Form.FULL, zone.manner) * 1000),
            brief_ms=round(announcer.seconds(languages[:1], Form.BRIEF, zone.manner) * 1000),
            zones=list(zone.zones),
            spoken=leases.spoken(place),
        )
        return jsonify(answer.model_dump())

    @api.post("/leave")
    def leave(path: ZonePath, body: HeldLease) -> Response:
        """The page is closed; the next one speaks."""
        display = halls.display(path.hall, halls.voice_zone(path.hall, path.zone).zones)
        leases.give_back((path.hall, path.zone), display, body.lease)
        return jsonify(kind="left")

    @api.post("/spoken", responses={200: Done})
    def spoken(path: ZonePath, body: SpokenCall) -> Response:
        """The speaker says that people heard the call."""
        zone = halls.voice_zone(path.hall, path.zone)
        display = halls.display(path.hall, zone.zones)
        place = (path.hall, path.zone)
        if body.call not in zone.calls or not leases.holds(place, display, body.lease):
            return _refused(Code.STALE, 409)
        leases.said(place, body.call)
        return halls.announced(path.hall, body.call)

    return api


def _refused(code: Code, status: int) -> Response:
    return Response(refuse(code).model_dump_json(), status, content_type="application/json; charset=utf-8")
