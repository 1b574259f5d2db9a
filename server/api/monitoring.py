"""What a monitoring system asks: the figures, and whether the server can serve. Never anything of a person."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from contract.words import Code
from server.crypto import same
from server.domain.errors import Refusal
from server.identity.edge import Edge
from server.monitoring.readiness import SENTENCES, NotReady


def monitoring_routes(
    edge: Edge, token: str | None, figures: Callable[[], bytes], reasons: Callable[[], list[NotReady]]
) -> Blueprint:
    """The two routes. `token`: what a monitoring system on another machine shows; None: only this machine may ask."""
    routes = Blueprint("monitoring", __name__)

    @routes.get("/metrics")
    def metrics() -> Response:
        """All figures in Prometheus' text format."""
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not edge.is_local(request.environ) and not (token and same(shown, token)):
            raise Refusal(Code.WRONG_ROLE)
        return Response(figures(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    @routes.get("/ready")
    def ready() -> tuple[Response, int]:
        """200 if the server can serve its halls, else 503 with the reasons."""
        found = reasons()
        said = [{"code": one.value, "zh": SENTENCES[one][0], "en": SENTENCES[one][1]} for one in found]
        return jsonify(ready=not found, reasons=said), 503 if found else 200

    return routes
