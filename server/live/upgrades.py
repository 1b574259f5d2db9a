"""Every web socket passes here first: the guard at the edge, a bound on their number, a safe socket, no deflate."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

import gevent
import structlog

from contract.refusals import refuse
from contract.words import Code
from server.identity.edge import CONNECTION, Edge, Environ
from server.live.screen_socket import ScreenSocket

StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
SOCKET = "werkzeug.socket"  # where simple-websocket looks for the connection
ADMISSION_S = 10.0
SENT_AHEAD = 64 * 1024  # bytes in the kernel: what a slow screen reads there is older than what it could be told
_log = structlog.get_logger("live")


class Upgrades:
    """Wraps the WSGI application; what is no web socket goes through untouched."""

    def __init__(self, application: Wsgi, edge: Edge, most: int) -> None:
        self._application = application
        self._edge = edge
        self._most = most
        self._screens: set[ScreenSocket] = set()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, or look after one web socket until it ends."""
        if not environ.get("PATH_INFO", "").startswith("/socket.io"):
            return self._application(environ, start_response)
        code = self._edge.refusal(environ)
        if code is not None or CONNECTION not in environ:
            return _refused("403 Forbidden", code or Code.NOT_FOUND, start_response)
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return _refused("404 Not Found", Code.NOT_FOUND, start_response)
        if len(self._screens) >= self._most:
            return _refused("429 Too Many Requests", Code.BUSY, start_response)
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # deflate takes three times the memory of a connection
        return self._serve(environ, start_response)

    def cut_all(self) -> None:
        """The server stops."""
        for screen in list(self._screens):
            screen.cut()

    def _serve(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        connection = environ[CONNECTION]
        connection.settimeout(None)  # Engine.IO's pings find out who is gone
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AHEAD)
        screen = ScreenSocket(connection)
        environ[SOCKET] = screen
        self._screens.add(screen)
        unadmitted = gevent.spawn_later(ADMISSION_S, _cut_unless_admitted, screen)
        try:
            return self._application(environ, start_response)  # refused before it became a web socket
        except ConnectionError:
            pass  # simple-websocket says so when a web socket has ended; there is nothing to answer
        except Exception as error:
            # Packets that are no Engine.IO end here; the connection was ours to end, not the server's.
            _log.info("screen_cut", reason=type(error).__name__)
        finally:
            unadmitted.kill(block=False)
            self._screens.discard(screen)
            screen.forget()
        screen.cut()
        return []


def _cut_unless_admitted(screen: ScreenSocket) -> None:
    if not screen.admitted:
        screen.cut()


def _refused(status: str, code: Code, start_response: StartResponse) -> Iterable[bytes]:
    body = refuse(code).model_dump_json().encode()
    start_response(status, [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
