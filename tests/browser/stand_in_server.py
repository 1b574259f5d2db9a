"""Stands in for the hall's server: pages, snapshots, passes, live changes and beats, commands that answer as told."""

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import gevent
import socketio
from gevent.pywsgi import WSGIServer

from contract.cards import Beat, Change, Snapshot
from contract.refusals import refuse
from contract.words import Code
from tests.browser.sample_hall import Cards
from tests.browser.web_files import ROOT, Environ, StartResponse, read_json, send_file, send_json

BEAT_S = 2.0
STATIC = {"/assets/": "browser", "/display/": "display/web", "/pages/": "server/pages/web"}


class StandInServer:
    """`answer(place, deed, body)` gives the reply to a command; all are kept in `commands` with their key."""

    def __init__(self, cards: Cards, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.cards, self.revision, self.clock = cards, 7, clock
        self.commands: list[tuple[str, str, dict[str, Any], str]] = []
        self.snapshots = 0
        self.programme: list[dict[str, str]] = []  # items as the server lists them
        self.files: dict[str, bytes] = {}
        self.portraits: dict[str, bytes] = {}  # by staff number: JPEG
        self.answer: Callable[[str, str, dict[str, Any]], dict[str, Any]] = lambda *_: refuse(
            Code.NOT_FOUND
        ).model_dump(mode="json")
        self.halls: list[dict[str, Any]] = []
        self.deaf = False  # no beats, no changes: a line that is cut one way
        self._passes: set[str] = set()
        self._io = socketio.Server(
            async_mode="gevent", transports=["websocket"], cors_allowed_origins="*", monitor_clients=False
        )
        self._io.on("connect", self._connect)
        self._io.on("watch", lambda sid: {"revision": self.revision})
        self._listen(0)
        self._beating = gevent.spawn(self._beat)

    def _listen(self, port: int) -> None:
        self._server = WSGIServer(("127.0.0.1", port), socketio.WSGIApp(self._io, self._respond), log=None)
        self._server.start()
        self.port = int(self._server.address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._beating.kill()
        self.go_away()

    def go_away(self) -> None:
        """Close every connection and the port."""
        for sid in list(self._io.eio.sockets):
            self._io.eio.disconnect(sid)
        self._server.stop(timeout=1)

    def come_back(self) -> None:
        """Listen again on the same port."""
        self._listen(self.port)

    def change(self, cards: dict[str, Any], *, lost: bool = False) -> None:
        """Change cards and tell; `lost`: the message does not arrive, as Socket.IO may lose one."""
        previous, self.revision = self.revision, self.revision + 1
        self.cards = {key: card for key, card in {**self.cards, **cards}.items() if card is not None}
        if not lost and not self.deaf:
            self._io.emit(
                "change", Change(hall="LJ", previous=previous, revision=self.revision, cards=cards).model_dump()
            )

    def _time(self) -> str:
        return self.clock().isoformat().replace("+00:00", "Z")

    def _beat(self) -> None:
        while True:
            gevent.sleep(BEAT_S)
            if not self.deaf:
                self._io.emit("beat", Beat(hall="LJ", revision=self.revision, time=self._time()).model_dump())

    def _connect(self, sid: str, environ: Environ, auth: dict[str, str]) -> None:
        if auth.get("pass") not in self._passes:
            raise socketio.exceptions.ConnectionRefusedError("pass_invalid")
        self._passes.discard(auth["pass"])

    def _respond(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        for start, folder in STATIC.items():
            if path.startswith(start):
                return send_file(ROOT / folder / path.removeprefix(start), start_response)
        pages = {
            "/": "server/pages/web/index.html",
            "/LJ/board": "display/web/board.html",
            "/LJ/desk": "server/pages/web/desk.html",
            "/LJ/command": "server/pages/web/command.html",
        }
        if method == "GET" and path.startswith("/LJ/window/"):
            return send_file(ROOT / "display/web/window.html", start_response)
        if path.startswith("/LJ/programme"):
            return self._programme(path.removeprefix("/LJ/programme").lstrip("/"), start_response)
        if path.startswith("/LJ/portrait/"):
            return self._portrait(path.rpartition("/")[2], start_response)
        if method == "GET" and path in pages:
            return send_file(ROOT / pages[path], start_response)
        if path == "/halls":
            return send_json({"halls": self.halls}, start_response)
        if path.startswith("/LJ/snapshot/"):
            return self._snapshot(environ, start_response)
        if path == "/LJ/live/pass":
            made = secrets.token_hex(8)
            self._passes.add(made)
            return send_json({"pass": made}, start_response)
        if path == "/LJ/desk/today.csv":
            start_response("200 OK", [("Content-Type", "text/csv; charset=utf-8")])
            return ["\ufeffnumber\nL086\n".encode()]
        return self._command(path, environ, start_response)

    def _programme(self, name: str, start_response: StartResponse) -> Iterable[bytes]:
        if not name:
            return send_json({"items": self.programme}, start_response)
        if name not in self.files:
            return send_json({}, start_response, "404 Not Found")
        start_response("200 OK", [("Content-Type", "video/mp4" if name.endswith("mp4") else "image/jpeg")])
        return [self.files[name]]

    def _portrait(self, staff_no: str, start_response: StartResponse) -> Iterable[bytes]:
        if staff_no not in self.portraits:
            return send_json(refuse(Code.NOT_FOUND).model_dump(mode="json"), start_response, "404 Not Found")
        start_response("200 OK", [("Content-Type", "image/jpeg")])
        return [self.portraits[staff_no]]

    def _snapshot(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith(("staff", "manager")) and environ.get("HTTP_X_SESSION") != "7.session":
            return send_json(refuse(Code.NOT_SIGNED_IN).model_dump(mode="json"), start_response, "401 Unauthorized")
        self.snapshots += 1
        snapshot = Snapshot(hall="LJ", revision=self.revision, time=self._time(), cards=self.cards)
        return send_json(snapshot.model_dump(), start_response)

    def _command(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        _, _, place, deed = path.split("/")
        body = read_json(environ)
        self.commands.append((place, deed, body, environ["HTTP_IDEMPOTENCY_KEY"]))
        answer = self.answer(place, deed, body)
        return send_json(answer, start_response, "409 Conflict" if answer["kind"] == "refused" else "200 OK")
