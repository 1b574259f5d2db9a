"""A screen on a wall: it watches, day and night, takes in every frame and comes back by itself after a cut."""

import json
import re
from contextlib import suppress

import gevent
import requests
import websocket

from tests.benchmarks.bench_hall import HALL

AGAIN_AFTER_S = 0.2
WITHIN_S = 30.0
PING, PONG, CONNECTED, EVENT = "2", "3", "40", "42"
REVISION = re.compile('"revision":([0-9]+)')


class WallScreen:
    """`revision` is the newest that it heard of. To be started and stopped."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.revision = 0
        self.frames = 0
        self.comings = 0
        self._socket: websocket.WebSocket | None = None
        self._stopping = False

    def start(self) -> None:
        self._watching = gevent.spawn(self._watch)

    def stop(self) -> None:
        self._stopping = True
        if self._socket is not None:
            self._socket.shutdown()  # type: ignore[no-untyped-call]
        self._watching.join(WITHIN_S)
        self._watching.kill()

    def _watch(self) -> None:
        while not self._stopping:
            with suppress(websocket.WebSocketException, OSError, requests.RequestException):
                self._one_line()
            gevent.sleep(AGAIN_AFTER_S)

    def _one_line(self) -> None:
        """From its pass to the line's end."""
        with requests.Session() as http:
            http.trust_env = False
            answer = http.post(f"{self._url}/{HALL}/live/pass", json={"audience": "public"}, timeout=WITHIN_S)
        shown = json.dumps({"hall": HALL, "pass": answer.json()["pass"]})
        address = self._url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self._socket = websocket.create_connection(
            address, timeout=WITHIN_S, suppress_origin=True, skip_utf8_validation=True
        )
        try:
            self._socket.send(CONNECTED + shown)
            while said := str(self._socket.recv()):
                self._hear(said)
        finally:
            self._socket.shutdown()  # type: ignore[no-untyped-call]
            self._socket = None

    def _hear(self, said: str) -> None:
        assert self._socket is not None
        if said == PING:
            self._socket.send(PONG)
        elif said.startswith(CONNECTED):
            self.comings += 1
            self._socket.send(f'{EVENT}0["watch"]')
        elif said.startswith(EVENT):
            self.frames += 1
            self.revision = max(self.revision, int(REVISION.findall(said)[0]))
