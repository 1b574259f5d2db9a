"""Routes of pages and of the files they are made of; each folder is package data, none is scanned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

from contract.words import Code
from server.domain.errors import Refusal
from server.pages.index import index_page
from server.storage.published import Published


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the files of pages are: shared ones, the screens' and the server's own."""

    assets: Path
    display: Path
    pages: Path
    api: Path  # the API page's program, from its package


def pages(halls: Mapping[str, Published], folders: Folders) -> Blueprint:
    """The pages of the server."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def index() -> Response:
        return Response(index_page(halls), content_type="text/html; charset=utf-8")

    @routes.get("/<hall>/board")
    def board(hall: str) -> Response:
        _known(halls, hall)
        return send_from_directory(folders.display, "board.html")

    @routes.get("/<hall>/desk")
    def desk(hall: str) -> Response:
        _known(halls, hall)
        return send_from_directory(folders.pages, "desk.html")

    @routes.get("/openapi/")
    def api_page() -> Response:
        return send_from_directory(folders.pages, "api.html")

    for prefix, folder in (
        ("/assets", folders.assets),
        ("/display", folders.display),
        ("/pages", folders.pages),
        ("/openapi/ui", folders.api),
    ):
        routes.add_url_rule(f"{prefix}/<path:name>", f"files {prefix}", _file(folder), methods=["GET"])
    return routes


def _known(halls: Mapping[str, Published], hall: str) -> None:
    if hall not in halls:
        raise Refusal(Code.HALL_UNKNOWN, hall=hall)


def _file(folder: Path) -> Callable[[str], Response]:
    def send(name: str) -> Response:
        if name.endswith(".py"):
            raise Refusal(Code.NOT_FOUND)
        return send_from_directory(folder, name)

    return send
