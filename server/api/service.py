"""Health and the description of the interface; the API page itself is a page like others."""

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify
from flask_openapi3.openapi import OpenAPI

from server.api.guards import Defects
from server.storage.published import Published


def service_routes(app: OpenAPI, halls: Mapping[str, Published], defects: Defects, now_text: str) -> Blueprint:
    """The two routes; `now_text` is when the server started."""
    routes = Blueprint("service", __name__)

    @routes.get("/health")
    def health() -> Response:
        """That the server answers, its halls with their revisions, and how often it failed."""
        revisions = {hall: published.head for hall, published in halls.items()}
        return jsonify(ok=True, started=now_text, halls=revisions, defects=defects.count)

    @routes.get("/openapi/openapi.json")
    def description() -> Response:
        """The interface as OpenAPI 3.1."""
        return jsonify(app.api_doc)

    return routes
