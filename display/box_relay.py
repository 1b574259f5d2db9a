"""What a page of a box asks besides its state: files of the hall, and, on a box that was enrolled, the voice."""

import json
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, unquote

import structlog
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from contract.words import Code
from display.box_files import PROGRAMME, BoxFiles, Kept
from terminal.connection import Connection, Unreachable
from terminal.presses import refusal

LOG = structlog.get_logger(__name__)

VOICE_WITHIN_S: Final = 3.0
LARGEST_SAID: Final = 4096  # bytes
_PORTRAIT = re.compile(r"portrait/([0-9A-Za-z_.\-]{1,32})")
_SOUND = re.compile(r"voice/[0-9A-Za-z\-]{1,8}/[0-9]{1,16}\.wav")
_VOICE = re.compile(r"voice/[0-9A-Za-z\-]{1,8}/(speaker|leave|spoken)")


class BoxRelay:
    """Answers from the disk or from the server. `enrolled`: a box that was not does not speak."""

    def __init__(
        self, files: BoxFiles, connection: Connection, connected: Callable[[], bool], *, enrolled: bool
    ) -> None:
        self._files = files
        self._connection = connection
        self._connected = connected
        self._enrolled = enrolled

    def answer(self, request: Request, path: str, refused: Code | None) -> Response | None:
        """None where the page asks for something else. `refused`: why this request is not the page's own, or None."""
        if request.method == "GET":
            return self._get(request, path)
        if request.method != "POST" or not _VOICE.fullmatch(path):
            return None
        if refused is not None:
            return _refusal(refused, 403)
        if not self._enrolled:
            return _refusal(Code.NOT_ENROLLED, 401)
        if (request.content_length or 0) > LARGEST_SAID:
            return _refusal(Code.BODY_TOO_LARGE, 413)
        return self._passed_on("POST", path, request.get_data())

    def _get(self, request: Request, path: str) -> Response | None:
        if path == PROGRAMME:
            return _json({"items": self._files.programme()}, 200)
        if path.startswith(f"{PROGRAMME}/"):
            name = unquote(path.removeprefix(f"{PROGRAMME}/"))
            return self._file(request, self._files.shown(f"{PROGRAMME}/{quote(name)}"))
        if _PORTRAIT.fullmatch(path):
            if self._connected():
                self._files.refresh(path)
            return self._file(request, self._files.shown(path))
        if _SOUND.fullmatch(path):
            return self._passed_on("GET", f"{path}?{request.query_string.decode('ascii', 'replace')}")
        return None

    def _file(self, request: Request, kept: Kept | None) -> Response:
        if kept is None:
            return _refusal(Code.NOT_FOUND, 404)
        try:
            return send_file(kept.file, request.environ, mimetype=kept.media or "application/octet-stream")
        except OSError:  # given up for room just now
            return _refusal(Code.NOT_FOUND, 404)

    def _passed_on(self, method: str, path: str, body: bytes | None = None) -> Response:
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            with self._connection.pass_on(method, path, body=body, headers=headers, within_s=VOICE_WITHIN_S) as answer:
                told = answer.content
                media = answer.headers.get("Content-Type", "application/json")
                return Response(told, answer.status_code, headers={"Cache-Control": "no-store"}, content_type=media)
        except (Unreachable, OSError) as error:  # requests' own errors are OSErrors
            LOG.info("not_passed_on", path=path.partition("?")[0], problem=type(error).__name__)
            return _refusal(Code.NO_SERVER, 409)


def _refusal(code: Code, status: int) -> Response:
    return _json(refusal(code).body, status)


def _json(content: object, status: int) -> Response:
    data = json.dumps(content, ensure_ascii=False).encode()
    return Response(data, status, headers={"Cache-Control": "no-store"}, content_type="application/json")
