"""Routes of pages and of the files they are made of; each folder is package data, none is scanned."""

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Blueprint, Response, jsonify, send_from_directory

from contract.words import Code
from server.domain.errors import Refusal
from server.domain.hall import Hall
from server.storage.published import Published

# The browser is told never to guess, so what Python does not know everywhere is named here.
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


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
        return send_from_directory(folders.pages, "index.html")

    @routes.get("/halls")
    def list_of_halls() -> Response:
        """What the first page lists: each hall's code, name and zones."""
        return jsonify(halls=[_shown(one.definition) for one in halls.values()])

    @routes.get("/<hall>/board")
    def board(hall: str) -> Response:
        _known(halls, hall)
        return send_from_directory(folders.display, "board.html")

    @routes.get("/<hall>/window/<no>")
    def window(hall: str, no: str) -> Response:
        """Also for a window that is not there (yet): the page says so, and shows it once it is."""
        _known(halls, hall)
        return send_from_directory(folders.display, "window.html")

    @routes.get("/<hall>/desk")
    def desk(hall: str) -> Response:
        _known(halls, hall)
        return send_from_directory(folders.pages, "desk.html")

    @routes.get("/<hall>/command")
    def command(hall: str) -> Response:
        _known(halls, hall)
        return send_from_directory(folders.pages, "command.html")

    @routes.get("/<hall>/pair")
    def pair(hall: str) -> Response:
        _known(halls, hall)
        return send_from_directory(folders.pages, "pair.html")

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


def _shown(hall: Hall) -> dict[str, object]:
    zones = [
        {"zone": z.code, "floor": z.floor, "name": asdict(z.name), "voice_zone": z.voice_zone}
        for z in hall.zones.values()
    ]
    return {"code": hall.code, "name": asdict(hall.name), "zones": zones}


def _known(halls: Mapping[str, Published], hall: str) -> None:
    if hall not in halls:
        raise Refusal(Code.HALL_UNKNOWN, hall=hall)


def _file(folder: Path) -> Callable[[str], Response]:
    def send(name: str) -> Response:
        if name.endswith(".py"):
            raise Refusal(Code.NOT_FOUND)
        return send_from_directory(folder, name)

    return send
