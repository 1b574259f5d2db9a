"""Portraits of the staff for window screens: files of a folder, shown only as pictures this server made itself."""

from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Response, request

from contract.words import Code
from server.domain.errors import Refusal
from server.pages.pictures import Pictures
from server.storage.published import Published

SHOWN = (432, 576)  # twice the size of the panel's frame
SUFFIXES = (".jpg", ".jpeg", ".png")


def _portrait(pictures: Pictures, folder: Path, staff_no: str) -> bytes | None:
    """The JPEG of `<staff_no>.jpg` or `.png`. `staff_no` is one of the hall's own, and those hold no slash."""
    files = (folder / f"{staff_no}{suffix}" for suffix in SUFFIXES)
    file = next((file for file in files if file.is_file()), None)
    return None if file is None else pictures.of(file)


def portrait_routes(halls: Mapping[str, Published], folder: Path | None) -> Blueprint:
    """`GET /<hall>/portrait/<staff_no>`: public, like the panel that shows it."""
    routes = Blueprint("portraits", __name__)
    pictures = Pictures(SHOWN)

    @routes.get("/<hall>/portrait/<staff_no>")
    def of_person(hall: str, staff_no: str) -> Response:
        if hall not in halls:
            raise Refusal(Code.HALL_UNKNOWN, hall=hall)
        if folder is None or staff_no not in halls[hall].definition.staff:
            raise Refusal(Code.NOT_FOUND)
        content = _portrait(pictures, folder, staff_no)
        if content is None:
            raise Refusal(Code.NOT_FOUND)
        answer = Response(content, content_type="image/jpeg")
        answer.add_etag()
        return answer.make_conditional(request)  # type: ignore[return-value]  # it returns itself

    return routes
