"""From a reply or a refusal to an HTTP response. Every body that is not a 200 is a contract `Refused`."""

from flask import Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from contract.refusals import refuse
from contract.replies import Refused
from contract.words import Code
from server.domain.errors import Refusal

# Refusals of the edge; a refusal by a rule comes from the writer and is a 409.
STATUS: dict[Code, int] = {
    Code.BAD_REQUEST: 422,
    Code.KEY_MISSING: 422,
    Code.KEY_REUSED: 422,
    Code.WEAK_PASSWORD: 422,
    Code.BODY_TOO_LARGE: 413,
    Code.NOT_FOUND: 404,
    Code.KEY_UNKNOWN: 404,
    Code.HALL_UNKNOWN: 404,
    Code.SLIP_UNKNOWN: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.TICKET_UNKNOWN: 404,
    Code.TICKET_PROOF: 401,
    Code.NOT_ENROLLED: 401,
    Code.NOT_SIGNED_IN: 401,
    Code.WRONG_PASSWORD: 401,
    Code.WRONG_ROLE: 403,
    Code.WRONG_PLACE: 403,
    Code.WRONG_HALL: 403,
    Code.FOREIGN_ORIGIN: 403,
    Code.FORGED_HOST: 403,
    Code.TOO_MANY_TRIES: 429,
    Code.INTERNAL: 500,
    Code.DATABASE_AWAY: 503,
}
RULE_STATUS = 409


def json_bytes(body: bytes, status: int = 200) -> Response:
    """A response from ready JSON bytes."""
    return Response(body, status, content_type="application/json; charset=utf-8")


def refused(reason: Refused) -> Response:
    """A response that says no."""
    return json_bytes(reason.model_dump_json().encode(), STATUS.get(reason.code, RULE_STATUS))


def from_refusal(error: Refusal) -> Response:
    """The edge refused."""
    return refused(refuse(error.code, **error.details))


def from_validation(error: ValidationError) -> Response:
    """A body or path that does not fit its model: `where` names each field, never the value sent."""
    places = [f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors(include_input=False)]
    return refused(refuse(Code.BAD_REQUEST, where="; ".join(places[:5])))


def from_http(error: HTTPException) -> Response:
    """What Flask and Werkzeug refuse by themselves."""
    codes = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 413: Code.BODY_TOO_LARGE}
    if error.code in codes:
        answer = refused(refuse(codes[error.code]))
    else:
        answer = refused(refuse(Code.BAD_REQUEST, where=error.name))
    for name, value in error.get_headers():
        if name.lower() == "allow":
            answer.headers[name] = value
    return answer
