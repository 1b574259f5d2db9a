"""The side-by-side page on 127.0.0.1: its files, the state as JSON lines, presses and switches. Needs gevent's loop."""

import json
import socket
from collections.abc import Iterable, Iterator
from typing import Any, Final

from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from werkzeug.wrappers import Request, Response

from contract.refusals import refuse
from contract.words import Code
from demo.scenery import Scenery
from demo.switches import Switches
from terminal.page_files import folder, read, respond

HEARTBEAT_S: Final = 5.0
LARGEST_BODY: Final = 4096  # bytes
MOST_CONNECTIONS: Final = 100
STOP_WITHIN_S: Final = 2.0
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    # Any port: a page that stays open finds the next run's agents at others.
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; frame-src http://127.0.0.1:*"
)


class StagePage:
    """Takes the listener that was opened before anything else, so that its origin is known to whom it frames."""

    def __init__(self, listener: socket.socket, scenery: Scenery, switches: Switches) -> None:
        self.port = int(listener.getsockname()[1])
        self._scenery = scenery
        self._switches = switches
        self._server = WSGIServer(listener, self, spawn=Pool(MOST_CONNECTIONS), log=None)
        self._files = {"": folder("demo", "web"), "assets": folder("browser")}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def origins(self) -> list[str]:
        """Under which this page may frame others."""
        return [f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"]

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop(timeout=STOP_WITHIN_S)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = LARGEST_BODY
        response = self._answer(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if f"http://{request.headers.get('Host', '')}" not in self.origins:
            return _refused(Code.FORGED_HOST, 403)
        if request.path.startswith("/stage/"):
            return self._stage(request, request.path.removeprefix("/stage/"))
        if request.method not in ("GET", "HEAD"):
            return _refused(Code.METHOD_NOT_ALLOWED, 405)
        name = request.path.removeprefix("/")
        assets = name.startswith("assets/")
        found = read(self._files["assets" if assets else ""], name.removeprefix("assets/") or "index.html")
        return _refused(Code.NOT_FOUND, 404) if found is None else respond(request, *found)

    def _stage(self, request: Request, what: str) -> Response:
        """The frames' addresses hold their pages' secrets, so no other site's page may have them."""
        origin = request.headers.get("Origin")
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return _refused(Code.FOREIGN_ORIGIN, 403)
        if origin is not None and origin not in self.origins:
            return _refused(Code.FOREIGN_ORIGIN, 403)
        if what == "state" and request.method == "GET":
            headers = {"Cache-Control": "no-store"}
            return Response(self._lines(), headers=headers, content_type="application/x-ndjson")
        if what.startswith("paper/") and request.method == "GET":
            picture = self._scenery.paper(what.removeprefix("paper/").removesuffix(".png"))
            return _refused(Code.NOT_FOUND, 404) if picture is None else Response(picture, content_type="image/png")
        return self._do(request, what)

    def _do(self, request: Request, what: str) -> Response:
        if request.method != "POST":
            return _refused(Code.METHOD_NOT_ALLOWED, 405)
        body = _body(request)
        done = {"press": self._press, "pad": self._pad, "fault": self._fault}.get(what)
        if done is None:
            return _refused(Code.NOT_FOUND, 404)
        if body is None or not done(body):
            return _refused(Code.BAD_REQUEST, 422, where=what)
        return Response("{}", content_type="application/json")

    def _press(self, body: dict[str, Any]) -> bool:
        return self._scenery.press(body.get("window"), body.get("level"))

    def _pad(self, body: dict[str, Any]) -> bool:
        return self._scenery.pad(body.get("window"), body.get("key"))

    def _fault(self, body: dict[str, Any]) -> bool:
        device, fault, on = body.get("device"), body.get("fault"), body.get("on")
        if not isinstance(device, str) or not isinstance(fault, str) or not isinstance(on, bool):
            return False
        return self._switches.switch(device, fault, on=on)

    def _lines(self) -> Iterator[bytes]:
        """All members, then those that changed; an empty object when nothing did for a while."""
        seen = self._scenery.members()
        yield _line(seen)
        while self._scenery.wait_change(seen, HEARTBEAT_S):
            now = self._scenery.members()
            yield _line({name: value for name, value in now.items() if value is not seen.get(name)})
            seen = now


def _body(request: Request) -> dict[str, Any] | None:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        return None
    return body if isinstance(body, dict) and request.mimetype == "application/json" else None


def _line(members: dict[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


def _refused(code: Code, status: int, **details: str | int | list[str]) -> Response:
    body = refuse(code, **details).model_dump_json()
    return Response(body, status, headers={"Cache-Control": "no-store"}, content_type="application/json")
