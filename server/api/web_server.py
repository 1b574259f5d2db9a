"""The HTTP server: gevent's, with answers sent at once and the connection's own address known to the guard."""

import re
import socket
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

from server.identity.edge import CONNECTION, Environ

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
SILENT_S = 120.0  # a client that says nothing for so long, or takes nothing, loses its connection
_COMPLAINT = re.compile(r"(?:Invalid|Unexpected|Expected) [A-Za-z\- ]*[A-Za-z]")
_log = structlog.get_logger("http")


class _Handler(WSGIHandler):
    """One connection."""

    def __init__(self, sock: socket.socket, address: Any, server: Any) -> None:
        sock.settimeout(SILENT_S)
        # Without it each answer on a kept connection takes 44 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(sock, address, server)

    def handle(self) -> None:
        """Requests one after the other. A client that goes away in the middle is no fault of ours."""
        try:
            super().handle()
        except OSError as gone:
            _log.debug("client_gone", reason=type(gone).__name__)

    def handle_one_request(self) -> Any:
        """After a web socket the connection is over: what is left of its frames is no HTTP request."""
        result = super().handle_one_request()
        if not (self.environ or {}).get("HTTP_UPGRADE"):
            return result
        self._close()
        return None

    def _handle_client_error(self, ex: Exception) -> Any:
        """The library would print a traceback that holds what the client sent."""
        known = isinstance(ex, ValueError)
        return super()._handle_client_error(ex if known else ValueError(type(ex).__name__))  # type: ignore[misc]

    def _close(self) -> None:
        """The library would close the descriptor under whoever still waits for it (the web socket's reader, what is
        to be sent to a slow screen), and the event loop ends the whole process for that. This wakes them first."""
        self.rfile.close()
        self.socket.close()
        self.socket = None  # type: ignore[assignment]  # so the library knows that it is closed

    def get_environ(self) -> Environ:
        """The WSGI environment, with the accepted socket in it."""
        environ: Environ = super().get_environ()
        environ[CONNECTION] = self.socket
        return environ


class _ErrorLog:
    """What the HTTP server itself complains of: broken requests, never a defect of an endpoint."""

    def write(self, text: str) -> int:
        """One piece of text."""
        if text.strip():
            # What comes after these words is what the client sent, and could be anything.
            said = _COMPLAINT.search(text)
            _log.info("http", said=said[0] if said else "?")
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Several."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing is kept back."""


class WebServer(WSGIServer):
    """Serves one WSGI application on one address."""

    handler_class = _Handler

    def __init__(self, address: tuple[str, int], application: Wsgi, connections: int) -> None:
        self._connections: Pool = Pool(connections)
        super().__init__(address, application, log=None, error_log=_ErrorLog(), spawn=self._connections)

    @property
    def connections(self) -> int:
        """How many are open, live ones too."""
        return len(self._connections)
