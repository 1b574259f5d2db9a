"""The outside of an agent: a real HTTP and Socket.IO server that keeps to the protocol, and can be made to fail."""

import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import gevent
from flask import Flask, Response, jsonify, request
from flask_socketio import SocketIO
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer

from contract.refusals import refuse
from contract.words import Code

HALL = "LJ"
NOT_STORED = (Code.BUSY, Code.DISK_FULL)
Answering = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


def until(fact: Callable[[], object], what: str = "", seconds: float = 60.0) -> None:
    """Wait for a fact; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} s: {what}")
        gevent.sleep(0.01)


@dataclass
class Asked:
    """One command as it arrived."""

    place: str
    deed: str
    key: str
    body: dict[str, Any]
    headers: Mapping[str, str]
    repeat: bool = False


@dataclass
class Outside:
    """One hall's server. `lose_answers`: so many answers are lost after the deed was done, of `lose_of` or of any."""

    beat_every: float = 0.1
    clock_ahead: timedelta = timedelta(0)
    port: int = 0
    revision: int = 1
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    answering: dict[str, Answering] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)
    lose_answers: int = 0
    lose_of: str | None = None
    beating: bool = True
    snapshots: int = 0
    passes: set[str] = field(default_factory=set)
    known: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def __enter__(self) -> "Outside":
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listen, on the same port as before."""
        app = Flask("outside")
        self.live = SocketIO(app, async_mode="gevent", transports=["websocket"], cors_allowed_origins=[])
        app.add_url_rule(f"/{HALL}/live/pass", "pass", self._pass, methods=["POST"])
        app.add_url_rule(f"/{HALL}/snapshot/<audience>", "snapshot", self._snapshot)
        app.add_url_rule(f"/{HALL}/<place>/<deed>", "deed", self._deed, methods=["POST"])
        app.add_url_rule(f"/{HALL}/<path:path>", "page", self._page)
        self.live.on_event("connect", self._connect)
        self.live.on_event("watch", lambda: {"revision": self.revision})
        self._pool = Pool()
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = listener.getsockname()[1]
        self._server = WSGIServer(listener, app, spawn=self._pool, log=None)
        self._server.start()
        self._beats = gevent.spawn(self._beat)

    def shut(self) -> None:
        """Gone, with every connection."""
        self._beats.kill()
        self._server.stop(timeout=0)
        self._pool.kill()

    def publish(self, cards: Mapping[str, dict[str, Any] | None], *, told: bool = True) -> None:
        """The next revision; with `told=False` the change is lost on the way."""
        previous, self.revision = self.revision, self.revision + 1
        for key, card in cards.items():
            if card is None:
                self.cards.pop(key, None)
            else:
                self.cards[key] = card
        if told:
            change = {"hall": HALL, "previous": previous, "revision": self.revision, "cards": dict(cards)}
            self.live.emit("change", change)

    def deeds(self, deed: str) -> list[Asked]:
        return [one for one in self.asked if one.deed == deed]

    def health(self) -> dict[str, str]:
        """What was reported of devices last; empty before the first report."""
        reports = self.deeds("report_device")
        return dict(reports[-1].body["health"]) if reports else {}

    def now(self) -> str:
        return (datetime.now(UTC) + self.clock_ahead).isoformat()

    def _beat(self) -> None:
        while True:
            if self.beating:
                self.live.emit("beat", {"hall": HALL, "revision": self.revision, "time": self.now()})
            gevent.sleep(self.beat_every)

    def _connect(self, auth: Any = None) -> bool:
        shown = str((auth or {}).get("pass"))
        with suppress(KeyError):
            self.passes.remove(shown)
            return True
        return False

    def _pass(self) -> Response:
        made = f"pass-{time.monotonic_ns()}"
        self.passes.add(made)
        return jsonify({"pass": made})

    def _snapshot(self, audience: str) -> Response:
        self.snapshots += 1
        return jsonify({"hall": HALL, "revision": self.revision, "time": self.now(), "cards": self.cards})

    def _page(self, path: str) -> Any:
        if path not in self.pages:
            return refuse(Code.NOT_FOUND).model_dump(mode="json"), 404
        return jsonify(self.pages[path])

    def _deed(self, place: str, deed: str) -> Any:
        key = request.headers.get("Idempotency-Key", "")
        body = request.get_json()
        repeat = key in self.known
        self.asked.append(Asked(place, deed, key, body, dict(request.headers), repeat))
        if not repeat and request.headers.get("X-Only-Known") == "true":
            self.known[key] = 404, refuse(Code.KEY_UNKNOWN).model_dump(mode="json")
        status, said = self.known[key] if key in self.known else self.answering.get(deed, self._done)(body)
        if status == 200 or (status == 409 and said.get("code") not in NOT_STORED):
            self.known[key] = (status, said)
        if self.lose_answers and self.lose_of in (None, deed):
            self.lose_answers -= 1
            return "", 503
        return jsonify(said), status, {"Idempotent-Replay": "true"} if repeat else {}

    def _done(self, _: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"kind": "done", "revision": self.revision}


def refusing(code: Code, status: int = 409) -> Answering:
    """An answer that refuses."""
    return lambda _: (status, refuse(code).model_dump(mode="json"))
