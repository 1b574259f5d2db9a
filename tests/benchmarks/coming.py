"""How a screen comes to the hall: a pass by HTTP, a web socket, `watch`, and the snapshot where it differs."""

import asyncio
import json
import socket
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.screen_protocol import Screen

_SMALL = 4096


class Http:
    """One kept connection."""

    def __init__(self, url: str, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        self._host = urlsplit(url).netloc
        self._reader, self._writer = streams

    @classmethod
    async def dial(cls, url: str) -> "Http":
        """Connect."""
        address = urlsplit(url)
        return cls(url, await asyncio.open_connection(address.hostname, address.port))

    async def ask(self, method: str, path: str, body: str = "", headers: str = "") -> dict[str, Any]:
        """The JSON of an answer. `headers`: more of them, a line each."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n{headers}"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        said = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(said.partition("content-length: ")[2].partition("\r\n")[0])
        answer: dict[str, Any] = json.loads(await self._reader.readexactly(size))
        return answer

    async def pass_for(self, hall: str, audience: str = "public", headers: str = "") -> dict[str, Any]:
        """What lets one screen in."""
        answer = await self.ask("POST", f"/{hall}/live/pass", json.dumps({"audience": audience}), headers)
        return {"hall": hall, "pass": answer["pass"]}

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def passes(url: str, hall: str, number: int) -> list[dict[str, Any]]:
    """So many passes."""
    http = await Http.dial(url)
    given = [await http.pass_for(hall) for _ in range(number)]
    http.close()
    return given


async def connect(url: str, auth: dict[str, Any] | None, *, small: bool = False, watches: bool = True) -> Screen:
    """A screen that watches, or a bare web socket. `small`: its machine takes little at a time."""
    address = urlsplit(url)
    connection = socket.socket()
    connection.setblocking(False)
    if small:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, (address.hostname, address.port))
    _, screen = await loop.create_connection(lambda: Screen(address.netloc, auth, watches=watches), sock=connection)
    await screen.ready
    return screen


async def come_back(url: str, hall: str) -> tuple[Screen, int]:
    """All of it, for a screen that was away; the screen, and the revision of the cards that it has then."""
    http = await Http.dial(url)
    screen = await connect(url, await http.pass_for(hall))
    snapshot = await http.ask("GET", f"/{hall}/snapshot/public")
    http.close()
    return screen, int(snapshot["revision"])
