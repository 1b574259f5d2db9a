"""The boards' programme: notices, pictures and videos that lie in a folder, as a list with an ETag, and its files.

A notice is a text file: Chinese, then a line `---`, then the same in English. A file that is no picture, no text or too
large is left out with a line in the log.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog
from flask import Blueprint, Response, jsonify, request, send_file

from contract.words import Code
from server.domain.errors import Refusal
from server.pages.pictures import Pictures
from server.storage.published import Published

SHOWN = (1280, 1280)
PICTURES = (".jpg", ".jpeg", ".png")
VIDEOS = {".mp4": "video/mp4", ".webm": "video/webm"}
NOTICES = (".txt", ".md")
MOST_ITEMS = 60
LONGEST_NOTICE = 2_000  # characters, of each language
_MARKS = re.compile(r"^\s{0,3}(#{1,6}|[-*+>])\s+|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", re.MULTILINE)
_log = structlog.get_logger("programme")
Item = dict[str, object]


class Programme:
    """The folder; read anew for every question, in the order of the files' names."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._pictures = Pictures(SHOWN)
        self._told: set[str] = set()  # file names whose fault stands in the log

    def items(self) -> list[Item]:
        """What can be shown."""
        return [item for file in self._files() if (item := self._item(file)) is not None]

    def file(self, name: str) -> Path | None:
        """A file of the folder by its name as the list has it, and by no other."""
        return next((file for file in self._files() if file.name == name), None)

    def picture(self, file: Path) -> bytes | None:
        """The picture as it is shown."""
        return self._pictures.of(file)

    def _files(self) -> Iterator[Path]:
        if self._folder is None or not self._folder.is_dir():
            return
        shown = (*PICTURES, *VIDEOS, *NOTICES)
        found = sorted(f for f in self._folder.iterdir() if f.suffix.lower() in shown and f.is_file())
        yield from found[:MOST_ITEMS]

    def _item(self, file: Path) -> Item | None:
        suffix = file.suffix.lower()
        if suffix in VIDEOS:
            return {"kind": "video", "file": file.name}
        if suffix in PICTURES:
            return {"kind": "picture", "file": file.name} if self._pictures.of(file) is not None else None
        try:
            return _notice(file.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            if file.name not in self._told:
                self._told.add(file.name)
                _log.warning("not_a_notice", file=str(file), why=str(error))
            return None


def _notice(text: str) -> Item | None:
    zh, _, en = text.partition("\n---")
    said = [" ".join(_MARKS.sub("", part).split())[:LONGEST_NOTICE] for part in (zh, en.lstrip("-"))]
    return {"kind": "notice", "zh": said[0], "en": said[1] or said[0]} if said[0] else None


def programme_routes(halls: Mapping[str, Published], folder: Path | None) -> Blueprint:
    """`GET /<hall>/programme` and its files: public, like the boards that show them."""
    routes = Blueprint("programme", __name__)
    programme = Programme(folder)

    @routes.get("/<hall>/programme")
    def items(hall: str) -> Response:
        _known(halls, hall)
        answer = jsonify(items=programme.items())
        answer.headers["Cache-Control"] = "no-cache"
        answer.add_etag()
        return answer.make_conditional(request)  # type: ignore[return-value]  # it returns itself

    @routes.get("/<hall>/programme/<name>")
    def file_of(hall: str, name: str) -> Response:
        _known(halls, hall)
        file = programme.file(name)
        if file is not None and file.suffix.lower() in VIDEOS:
            return send_file(file, mimetype=VIDEOS[file.suffix.lower()], conditional=True)  # answers byte ranges
        content = programme.picture(file) if file is not None and file.suffix.lower() in PICTURES else None
        if content is None:
            raise Refusal(Code.NOT_FOUND)
        answer = Response(content, content_type="image/jpeg")
        answer.add_etag()
        return answer.make_conditional(request)  # type: ignore[return-value]

    return routes


def _known(halls: Mapping[str, Published], hall: str) -> None:
    if hall not in halls:
        raise Refusal(Code.HALL_UNKNOWN, hall=hall)
