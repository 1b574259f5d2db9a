"""A line between a page and the server that can be cut, one way too, or left half-open: TCP on this machine."""

import socket
import threading
from contextlib import suppress
from enum import StrEnum
from urllib.parse import urlsplit

CHUNK = 64 * 1024


class Line(StrEnum):
    """How the line is now."""

    WHOLE = "whole"
    CUT = "cut"  # every connection ends, new ones are refused
    ONE_WAY = "one_way"  # what the server says is held back, and arrives when the line is whole again
    HALF_OPEN = "half_open"  # nothing arrives; connections of that time stay open and dead for ever


class CutLine:
    """Listens at `url` and leads to the server."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._server = (str(parts.hostname), int(parts.port or 80))
        self._changed = threading.Condition()
        self._line = Line.WHOLE
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._dead: set[socket.socket] = set()
        self._stopping = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def become(self, line: Line) -> None:
        """From now on."""
        with self._changed:
            self._line = line
            pairs = list(self._pairs)
            if line is Line.HALF_OPEN:
                self._dead |= {end for pair in pairs for end in pair}
            self._changed.notify_all()
        if line is Line.CUT:
            for pair in pairs:
                self._end(pair)

    def stop(self) -> None:
        """Everything is closed."""
        with self._changed:
            self._stopping = True
            pairs = list(self._pairs)
            self._changed.notify_all()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for pair in pairs:
            self._end(pair)
        self._accepting.join(timeout=60)

    def _accept(self) -> None:
        while True:
            try:
                page, _ = self._listener.accept()
            except OSError:
                return
            if self._line is Line.CUT:
                page.close()
                continue
            try:
                pair = (page, socket.create_connection(self._server, timeout=30))
            except OSError:
                page.close()
                continue
            pair[1].settimeout(None)
            with self._changed:
                self._pairs.add(pair)
                if self._line is Line.HALF_OPEN:
                    self._dead |= set(pair)
            for come, go in (pair, pair[::-1]):
                threading.Thread(target=self._pump, args=(pair, come, go), daemon=True).start()

    def _pump(self, pair: tuple[socket.socket, socket.socket], come: socket.socket, go: socket.socket) -> None:
        from_server = come is pair[1]
        with suppress(OSError):
            while piece := come.recv(CHUNK):
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping or not (from_server and self._line is Line.ONE_WAY))
                    if come in self._dead:
                        continue
                go.sendall(piece)
        if come not in self._dead or self._stopping:
            self._end(pair)

    def _end(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with self._changed:
            self._pairs.discard(pair)
        for end in pair:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
