"""A hall with one big card, live in this process: over the product's ordered line, or over the libraries alone."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol, cast

import gevent
from engineio.packet import PING, Packet
from engineio.socket import Socket as EngineSocket
from flask import Flask
from flask_socketio import SocketIO, join_room
from gevent.pywsgi import WSGIServer

from contract.words import Audience
from server.api.web_server import WebServer
from server.crypto import Vault
from server.domain.hall import Hall
from server.identity.edge import Edge
from server.identity.gate import Holder
from server.identity.passes import Pass, Passes
from server.live.publish import Publisher
from server.live.upgrades import Upgrades
from server.live.watchers import Watchers, socketio_for
from server.settings import Settings
from server.storage.published import Published, View
from server.storage.register import Register

CONNECTIONS = 40


class SmallHall(Protocol):
    """What a test does with it."""

    url: str

    def auth(self) -> dict[str, str]:
        """What lets one screen in."""

    def say(self, revision: int, text: str) -> None:
        """Change the card."""

    def free_connections(self) -> int:
        """How many more connections the server would take."""

    def known(self) -> int:
        """How many connections the libraries keep in memory, by whatever leads to them."""


def published(revision: int, cards: dict[str, dict[str, Any]], register: Register | None = None) -> Published:
    """A hall whose audiences all see these cards."""
    views = {audience: View(audience, revision, cards) for audience in Audience}
    hall = cast(Hall, None)  # screens are told cards; the definition has no part in it
    register = register or Register()
    return Published("LJ", revision, date(2026, 3, 2), hall, register, views, {}, (), {}, closed=False, paces={})


def _kept_by(engine: Any) -> int:
    gc.collect()
    return sum(type(one) is EngineSocket and one.server is engine for one in gc.get_objects())


class _Ours:
    def __init__(self, folder: Path, answers_s: float) -> None:
        app, edge = Flask(__name__), Edge(Settings(data_dir=folder))
        live = socketio_for(app, edge)
        live.server.eio.ping_timeout = answers_s
        self._engine = live.server.eio
        self.vault = Vault(bytes(32))
        self._passes = Passes(self.vault, time.monotonic)
        self.publisher = Publisher(lambda _hall: None, lambda: "2026-03-02T01:00:00.000Z")
        halls: dict[str, Published] = {"LJ": published(1, {})}
        self._halls = halls
        self.publisher.tell(halls["LJ"])
        self._watchers = Watchers(live, self._passes, halls, lambda _right: True, self.publisher.room)
        self.upgrades = Upgrades(app.wsgi_app, edge, CONNECTIONS)
        self.web = WebServer(("127.0.0.1", 0), self.upgrades, CONNECTIONS)
        self.web.start()
        self.url = f"http://127.0.0.1:{self.web.server_port}"

    def auth(self) -> dict[str, str]:
        right = Pass("LJ", Audience.PUBLIC, Holder(token_hash="ab"))
        return {"hall": "LJ", "pass": self._passes.give(right)}

    def say(self, revision: int, text: str) -> None:
        self._halls["LJ"] = published(revision, {"n": {"text": text, "revision": revision}})
        self.publisher.tell(self._halls["LJ"])

    def ask_all(self) -> None:
        """Ask every screen now whether it is there, which the library does 25 s after it came."""
        for screen in list(self._engine.sockets.values()):
            screen.last_ping = time.time()
            screen.send(Packet(PING))

    def free_connections(self) -> int:
        assert self.web.pool is not None
        return int(self.web.pool.free_count())

    def known(self) -> int:
        return _kept_by(self._engine)


class _Library:
    """The same with nothing but Flask-SocketIO on gevent: `emit` to a room."""

    def __init__(self) -> None:
        app = Flask(__name__)
        self._live = SocketIO(app, async_mode="gevent", transports=["websocket"])
        self._live.on_event("watch", lambda: join_room("hall") or 1)
        self._told = 1
        self.web = WSGIServer(("127.0.0.1", 0), app.wsgi_app, log=None, error_log=None, spawn=CONNECTIONS)
        self.web.start()
        self.url = f"http://127.0.0.1:{self.web.server_port}"

    def auth(self) -> dict[str, str]:
        return {}

    def say(self, revision: int, text: str) -> None:
        change = {"previous": self._told, "revision": revision, "cards": {"n": {"text": text, "revision": revision}}}
        self._told = revision
        self._live.emit("change", change, to="hall")

    def free_connections(self) -> int:
        assert self.web.pool is not None
        return int(self.web.pool.free_count())

    def known(self) -> int:
        return _kept_by(self._live.server.eio)


@contextmanager
def over_our_line(folder: Path, answers_s: float = 25.0) -> Iterator[_Ours]:
    """The product's parts between a view and the wire; a screen must answer a ping within `answers_s`."""
    hall = _Ours(folder, answers_s)
    try:
        yield hall
    finally:
        hall.upgrades.cut_all()
        hall.publisher.stop()
        hall.web.stop(timeout=1)
        hall.vault.close()


@contextmanager
def over_the_library() -> Iterator[SmallHall]:
    """The libraries' own path."""
    hall = _Library()
    try:
        yield hall
    finally:
        hall.web.stop(timeout=1)
        gevent.sleep(0)
