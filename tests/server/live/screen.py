"""A screen as a program: a real Socket.IO client, and a bare web socket that says what it is told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import socketio
import websocket

from tests.server.api.running_server import HALL, WITHIN_S, RunningServer, until


@dataclass
class Screen:
    """What one screen heard."""

    client: socketio.Client
    server: RunningServer
    changes: list[dict[str, Any]] = field(default_factory=list)
    beats: list[dict[str, Any]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    revision: int = 0


def live_pass(server: RunningServer, audience: str, headers: Mapping[str, str] | None = None) -> str:
    """A pass for one connection."""
    answer = server.post(f"/{HALL}/live/pass", {"audience": audience}, headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["pass"])


@contextmanager
def watching(server: RunningServer, audience: str, headers: Mapping[str, str] | None = None) -> Iterator[Screen]:
    """A screen that watches an audience."""
    screen = Screen(socketio.Client(reconnection=False), server)
    screen.client.on("change", screen.changes.append)
    screen.client.on("beat", screen.beats.append)
    screen.client.on("disconnect", lambda *_: screen.gone.append("gone"))
    shown = {"hall": HALL, "pass": live_pass(server, audience, headers)}
    screen.client.connect(server.url, auth=shown, transports=["websocket"], wait_timeout=WITHIN_S)
    try:
        screen.revision = screen.client.call("watch", timeout=WITHIN_S)["revision"]
        yield screen
    finally:
        screen.client.disconnect()
        screen.client.eio.http and screen.client.eio.http.close()


@contextmanager
def bare_socket(server: RunningServer, headers: Mapping[str, str] | None = None) -> Iterator[websocket.WebSocket]:
    """A web socket that speaks no Socket.IO by itself. `Origin` is not sent unless it is in `headers`."""
    url = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    sent = dict(headers or {})
    origin = sent.pop("Origin", None)
    options: dict[str, Any] = {"origin": origin} if origin is not None else {"suppress_origin": True}
    connection = websocket.create_connection(url, timeout=WITHIN_S, header=sent, **options)
    try:
        yield connection
    finally:
        connection.shutdown()  # type: ignore[no-untyped-call]


def heard(connection: websocket.WebSocket) -> str:
    """The next text message."""
    said = connection.recv()
    return said if isinstance(said, str) else said.decode()


def ended(connection: websocket.WebSocket) -> bool:
    """Whether the server ended the connection; reads what still comes."""
    try:
        while connection.recv():
            pass
    except websocket.WebSocketTimeoutException:
        return False
    except (websocket.WebSocketException, OSError):
        return True
    return True


def until_cut(screen: Screen, what: str) -> None:
    """Wait until the server cut this screen, which may do no more from now on.

    The promise is two seconds of the server's own: a beat comes every two seconds, and this screen hears no other.
    """
    now = screen.server.get(f"/{HALL}/snapshot/public").json()["time"]
    until(lambda: screen.gone, what)
    late = [beat["time"] for beat in screen.beats if beat["time"] > now]
    assert late == [], f"it still heard a beat after {now}: {what}"
