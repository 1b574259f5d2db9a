"""What a screen finds on the wire, read with nothing of the product: websocket frames, and the events in them."""

import json
import socket
from typing import Any

import websocket

_WHOLE = {0x81, 0x88, 0x89, 0x8A}  # text, close, ping, pong, each in one frame
_SMALL = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),)


class HalfAFrame(Exception):
    """The rest of a frame is missing: what follows belongs to another."""


class Wire:
    """One end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = b""
        self._events: list[tuple[str, dict[str, Any]]] = []

    def events(self, name: str) -> list[dict[str, Any]]:
        """What was told under this name so far."""
        return [body for event, body in self._events if event == name]

    def forget(self) -> None:
        """Keep nothing of what was told."""
        self._events.clear()

    def read(self) -> bool:
        """Wait for something and take it in; False at the end. Raises HalfAFrame."""
        data = self._connection.recv(65_536)
        self._rest += data
        while (first := _first_frame(self._rest)) is not None:
            text, self._rest = first
            if text.startswith(b"42"):
                self._events.append(_event(text[2:]))
        return bool(data)

    def read_until(self, revision: int) -> None:
        """Read until this revision was told."""
        while not any(change["revision"] >= revision for change in self.events("change")):
            assert self.read(), "the connection ended"


class StalledScreen(Wire):
    """It asks to watch and then reads nothing until it is told to."""

    def __init__(self, url: str, auth: dict[str, str]) -> None:
        address = f"ws{url.removeprefix('http')}/socket.io/?EIO=4&transport=websocket"
        self._web = websocket.create_connection(address, timeout=60, sockopt=_SMALL, suppress_origin=True)
        assert self._web.sock is not None
        super().__init__(self._web.sock)
        for said, begin in (("", "0"), ("40" + json.dumps(auth), "40"), ('420["watch"]', "430")):
            if said:
                self._web.send(said)
            heard = str(self._web.recv())
            assert heard.startswith(begin), heard

    def close(self) -> None:
        """Hang up."""
        self._web.shutdown()  # type: ignore[no-untyped-call]


def _event(text: bytes) -> tuple[str, dict[str, Any]]:
    try:
        name, body = json.loads(text)
    except ValueError:
        raise HalfAFrame from None
    return name, body


def _first_frame(data: bytes) -> tuple[bytes, bytes] | None:
    """The first frame's payload and what follows it; None while it is not whole (RFC 6455, 5.2)."""
    if len(data) < 2:
        return None
    if data[0] not in _WHOLE or data[1] > 127:
        raise HalfAFrame
    begin = {126: 4, 127: 10}.get(data[1], 2)
    size = data[1] if begin == 2 else int.from_bytes(data[2:begin], "big")
    if len(data) < begin + size:
        return None
    return data[begin : begin + size], data[begin + size :]
