"""The name of the request that is being answered: on its answer, and on every log line that it causes."""

import re
import secrets
from contextvars import ContextVar

from flask import Flask, Response, request

from server.identity.edge import Edge

HEADER = "X-Request-ID"
# What nginx calls $request_id. Anything else that a client sends could be somebody's number, and would be logged.
_OF_A_PROXY = re.compile(r"[0-9a-f]{32}")
current: ContextVar[str | None] = ContextVar("request_id", default=None)


def name_requests(app: Flask, edge: Edge) -> None:
    """Give each request of `app` a name: the proxy's on this machine, else one of our own."""

    @app.before_request
    def name() -> None:
        sent = request.headers.get(HEADER, "")
        proxied = edge.behind_proxy(request.environ) and _OF_A_PROXY.fullmatch(sent)
        current.set(sent if proxied else secrets.token_hex(8))

    @app.after_request
    def say(answer: Response) -> Response:
        answer.headers[HEADER] = current.get() or ""
        return answer
