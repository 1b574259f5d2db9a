"""What every request passes before an endpoint sees it, and what every answer carries."""

from typing import Any

import structlog
from flask import Flask, Request, Response, g, request
from flask.json.provider import DefaultJSONProvider
from pydantic_core import from_json
from werkzeug.exceptions import BadRequest, HTTPException

from contract.refusals import refuse
from contract.words import Code
from server.api.answers import from_http, from_refusal, refused
from server.domain.errors import Refusal
from server.identity.edge import Edge

_log = structlog.get_logger("api")
BODY_LIMIT = 64 * 1024
# The one page that works without a script sends forms; the code or link among their fields says what they may do.
FORMS = frozenset({"/<hall>/ticket/<int:ticket>"})
FORM_LIMIT = 8 * 1024
HALL_FILE_LIMIT = 2_000_000


class Defects:
    """How often an answer was a defect of ours; shown by /health."""

    def __init__(self) -> None:
        self.count = 0


class StrictJson(DefaultJSONProvider):
    """JSON as the standard says: UTF-8, no NaN, no lone surrogates, bounded depth; and no NUL in any text."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse; raises ValueError."""
        if (b"\\u0000" if isinstance(s, bytes) else "\\u0000") in s:  # type: ignore[operator]
            raise ValueError("NUL")
        return from_json(s, allow_inf_nan=False)


def guard(app: Flask, edge: Edge, frame_ancestors: list[str]) -> Defects:
    """Put the guards before and after every request of `app`; returns the counter of defects."""
    defects = Defects()
    framed_by = " ".join(frame_ancestors) or "'none'"
    app.json = StrictJson(app)

    @app.before_request
    def before() -> Response | None:
        code = g.refusal = edge.refusal(request.environ)
        if code is not None:
            return refused(refuse(code))
        if "\0" in request.path:
            return refused(refuse(Code.NOT_FOUND))
        return _body_refusal(request) if request.method == "POST" and request.url_rule else None

    @app.after_request
    def after(answer: Response) -> Response:
        _add_headers(answer, request.host if g.refusal is None else None, framed_by)
        return answer

    @app.errorhandler(Refusal)
    def on_refusal(error: Refusal) -> Response:
        return from_refusal(error)

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        return from_http(error)

    @app.errorhandler(Exception)
    def on_defect(error: Exception) -> Response:
        defects.count += 1
        route = request.url_rule.rule if request.url_rule else None  # a path holds what somebody typed
        _log.error("defect", method=request.method, route=route, exc_info=error)
        return refused(refuse(Code.INTERNAL))

    return defects


def _body_refusal(asked: Request) -> Response | None:
    """Read and parse the body once, bounded; flask-openapi3 gets the parsed value from the request's own cache."""
    if asked.url_rule is not None and asked.url_rule.rule in FORMS:
        return _form_refusal(asked)
    limit = HALL_FILE_LIMIT if asked.path.endswith("/admin/load_hall") else BODY_LIMIT
    if asked.mimetype != "application/json":
        return refused(refuse(Code.BAD_REQUEST, where="Content-Type: application/json"))
    # Werkzeug ends a chunked body at the maximum without a word: one byte more tells a full body from a cut one.
    asked.max_content_length = limit + 1
    if len(asked.get_data()) > limit:
        return refused(refuse(Code.BODY_TOO_LARGE))
    try:
        body = asked.get_json()
    except BadRequest:
        return refused(refuse(Code.BAD_REQUEST, where="JSON"))
    return None if isinstance(body, dict) else refused(refuse(Code.BAD_REQUEST, where="JSON object"))


def _form_refusal(asked: Request) -> Response | None:
    if asked.mimetype != "application/x-www-form-urlencoded":
        return refused(refuse(Code.BAD_REQUEST, where="Content-Type: application/x-www-form-urlencoded"))
    asked.max_content_length = FORM_LIMIT + 1
    return refused(refuse(Code.BODY_TOO_LARGE)) if len(asked.get_data(parse_form_data=False)) > FORM_LIMIT else None


def _add_headers(answer: Response, host: str | None, framed_by: str) -> None:
    # 'self' alone does not cover web sockets in older browsers; `host` was checked against the list.
    live = f" ws://{host} wss://{host}" if host else ""
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"media-src 'self'; connect-src 'self'{live}; frame-ancestors {framed_by}; base-uri 'none'; form-action 'self'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if "Cache-Control" not in answer.headers:
        secret = answer.mimetype in ("application/json", "text/csv")
        answer.headers["Cache-Control"] = "no-store" if secret else "no-cache"
