"""Portraits of the staff for window screens: files of a folder, shown only as pictures this server made itself."""

import io
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import gevent
import structlog
from flask import Blueprint, Response, request
from PIL import Image, ImageOps

from contract.words import Code
from server.domain.errors import Refusal
from server.storage.published import Published

LARGEST_FILE = 10_000_000  # bytes
MOST_PIXELS = 40_000_000
SHOWN = (432, 576)  # twice the size of the panel's frame
SUFFIXES = (".jpg", ".jpeg", ".png")
_KEPT = 200
_log = structlog.get_logger("portraits")


class NoPicture(Exception):
    """The file is not a picture that can be shown; the message says why."""


def portrait(file: Path) -> bytes:
    """The picture in the file as a JPEG of `SHOWN` at most, without anything else the file holds. Raises NoPicture."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise NoPicture(f"more than {LARGEST_FILE} bytes")
        with Image.open(file, formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NoPicture(f"more than {MOST_PIXELS} pixels")
            picture.verify()
        with Image.open(file, formats=("JPEG", "PNG")) as picture:
            picture.draft("RGB", SHOWN)
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        upright.thumbnail(SHOWN)
        ground = Image.new("RGB", upright.size, (234, 230, 218))
        ground.paste(upright, mask=upright.getchannel("A"))
        made = io.BytesIO()
        ground.save(made, "JPEG", quality=85)
        return made.getvalue()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NoPicture(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Known:
    """What was made of a file as it was then."""

    changed: tuple[int, int]  # time (ns) and size
    content: bytes | None  # None: it is no picture


class Portraits:
    """The folder. A file is looked at again when it changed; decoding happens outside the server's own thread."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: OrderedDict[Path, _Known] = OrderedDict()

    def of(self, staff_no: str) -> bytes | None:
        """The JPEG of `<staff_no>.jpg` or `.png`; None where there is none to show. `staff_no` names nobody's path:
        it must be one of the hall's staff numbers, which hold no slash."""
        if self._folder is None:
            return None
        files = (self._folder / f"{staff_no}{suffix}" for suffix in SUFFIXES)
        file = next((file for file in files if file.is_file()), None)
        return None if file is None else self._made(file)

    def _made(self, file: Path) -> bytes | None:
        try:
            facts = file.stat()
        except OSError:
            return None  # taken away just now
        changed = (facts.st_mtime_ns, facts.st_size)
        known = self._known.get(file)
        if known is None or known.changed != changed:
            known = _Known(changed, gevent.get_hub().threadpool.apply(_made_of, (file,)))
            self._known[file] = known
        self._known.move_to_end(file)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return known.content


def _made_of(file: Path) -> bytes | None:
    try:
        return portrait(file)
    except NoPicture as why:
        _log.warning("not_a_picture", file=str(file), why=str(why))
        return None


def portrait_routes(halls: Mapping[str, Published], folder: Path | None) -> Blueprint:
    """`GET /<hall>/portrait/<staff_no>`: public, like the panel that shows it."""
    routes = Blueprint("portraits", __name__)
    portraits = Portraits(folder)

    @routes.get("/<hall>/portrait/<staff_no>")
    def of_person(hall: str, staff_no: str) -> Response:
        if hall not in halls:
            raise Refusal(Code.HALL_UNKNOWN, hall=hall)
        content = portraits.of(staff_no) if staff_no in halls[hall].definition.staff else None
        if content is None:
            raise Refusal(Code.NOT_FOUND)
        answer = Response(content, content_type="image/jpeg")
        answer.add_etag()
        return answer.make_conditional(request)  # type: ignore[return-value]  # it returns itself

    return routes
