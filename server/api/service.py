"""Health and the description of the interface; the API page itself is a page like others."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify
from flask_openapi3.openapi import OpenAPI

from server.api.guards import Defects
from server.storage.published import Published


def service_routes(
    app: OpenAPI, halls: Mapping[str, Published], defects: Defects, started: str, clock: Callable[[], dict[str, int]]
) -> Blueprint:
    """The two routes; `clock`: how far the halls' time is ahead of the machine's, and how that was last set."""
    routes = Blueprint("service", __name__)

    @routes.get("/health")
    def health() -> Response:
        """That the server answers, its halls with their revisions, how often it failed, and its clock."""
        revisions = {hall: published.head for hall, published in halls.items()}
        return jsonify(ok=True, started=started, halls=revisions, defects=defects.count, clock=clock())

    @routes.get("/openapi/openapi.json")
    def description() -> Response:
        """The interface as OpenAPI 3.1."""
        return jsonify(app.api_doc)

    return routes
