"""One screen as a measuring instrument: as little work for each message as can be, and the time at which it came."""

import asyncio
import base64
import json
import os
import struct
import time
from typing import Any, cast

UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Screen(asyncio.Protocol):
    """Over the handshake to watching; then (revision, time) of each change.

    `auth` None: a bare web socket. `watches` false: it is content with being let in.
    """

    def __init__(self, host: str, auth: dict[str, Any] | None, *, watches: bool) -> None:
        self._host, self._auth, self._watches = host, auth, watches
        self._rest = b""
        self._upgraded = False
        self._waits_for: tuple[int, asyncio.Future[None]] | None = None
        self.ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.arrivals: list[tuple[int, float]] = []
        self.revision = 0
        self.received = 0  # bytes
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are none by inheritance
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(UPGRADE.format(host=self._host, key=key).encode())

    def connection_lost(self, _error: Exception | None) -> None:
        """Whoever waits for it hears so."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("not let in"))
        if self._waits_for is not None and not self._waits_for[1].done():
            self._waits_for[1].set_exception(ConnectionError("cut off"))

    def data_received(self, data: bytes) -> None:
        """Whole frames out of what came."""
        at = time.perf_counter()
        self.received += len(data)
        data = self._rest + data
        if not self._upgraded:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._upgraded = True
            if self._auth is None:
                self.ready.set_result(0)
        while len(data) > 1:
            begin = 2 if data[1] < 126 else 4 if data[1] == 126 else 10
            size = data[1] if begin == 2 else int.from_bytes(data[2:begin], "big")
            if len(data) < begin + size:
                break
            self._heard(data[begin : begin + size], at)
            data = data[begin + size :]
        self._rest = data

    def until(self, revision: int) -> "asyncio.Future[None]":
        """Done when it was told of this revision."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.revision >= revision:
            told.set_result(None)
        else:
            self._waits_for = (revision, told)
        return told

    def _heard(self, text: bytes, at: float) -> None:
        if text.startswith(b'42["change"'):
            begin = text.index(b'"revision":') + 11
            self.revision = int(text[begin : text.index(b",", begin)])
            self.arrivals.append((self.revision, at))
            if self._waits_for is not None and self.revision >= self._waits_for[0]:
                self._waits_for[1].set_result(None)
                self._waits_for = None
        elif text.startswith(b"42"):
            return  # a beat
        elif text.startswith(b"430"):
            self.revision = int(json.loads(text[3:])[0]["revision"])
            self.ready.set_result(self.revision)
        elif text.startswith(b"40") and self._watches:
            self._say('420["watch"]')
        elif text.startswith(b"40"):
            self.ready.set_result(0)
        elif text.startswith(b"0") and self._auth is not None:
            self._say("40" + json.dumps(self._auth))
        elif text == b"2":
            self._say("3")

    def _say(self, text: str) -> None:
        """A masked text frame (the mask is zero: it hides nothing here)."""
        body = text.encode()
        size = struct.pack("!B", 0x80 | len(body)) if len(body) < 126 else struct.pack("!BH", 0xFE, len(body))
        if self.transport is not None:
            self.transport.write(b"\x81" + size + b"\0\0\0\0" + body)
