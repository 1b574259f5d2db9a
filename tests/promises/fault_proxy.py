"""A line with faults between clients and a real server on this machine: our own proxy, seeded, over TCP.

It knows enough of HTTP/1.1 to lose, repeat or cut one request or reply; from an upgrade on (web sockets) it passes
bytes. Beside the faults of single requests, the whole line can be cut, stopped in one or both directions, and mended.
What was stopped is delivered after mending, as TCP does. Written for gevent: its sockets are the patched ones.
"""

import random
import socket
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

import gevent
from gevent.event import Event

CHUNK = 64 * 1024
LATENCY_S = (0.001, 0.05)
SLOW_CLOSE_S = 0.2


class Fault(StrEnum):
    """What can happen to one request."""

    LATENCY = "latency"  # request and reply arrive late
    LOST_REPLY = "lost_reply"  # the server did it; the client's connection ends without a byte
    REPEATED = "repeated"  # the server gets the request twice at once; the client gets the later reply
    CUT_REQUEST = "cut_request"  # the server gets the beginning of the body, then the end of the line
    CUT_REPLY = "cut_reply"  # the client gets the beginning of the reply, then the end of the line
    RESET = "reset"  # the server did it; the client's connection is reset
    HALF_OPEN = "half_open"  # the server never hears of it, and the client's connection stays open in silence
    ONE_WAY = "one_way"  # the server did it; its reply goes nowhere, and the client's connection stays open in silence
    SLOW_CLOSE = "slow_close"  # all arrives; the end of the connection comes late and in two halves


class Gone(Exception):
    """The other side has ended its connection."""


@dataclass(slots=True)
class Message:
    """One HTTP message as it came: head and body."""

    head: bytes
    body: bytes
    headers: Mapping[str, str]

    @property
    def whole(self) -> bytes:
        return self.head + self.body


class Stream:
    """Reads HTTP messages from a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._rest = b""

    def message(self) -> Message:
        """The next one. Raises Gone. Bodies have a Content-Length or are chunked."""
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")[1:]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = self._chunked()
        else:
            body = self._take(int(headers.get("content-length", "0")))
        return Message(head + b"\r\n\r\n", body, headers)

    def rest(self) -> bytes:
        """What was read too far."""
        found, self._rest = self._rest, b""
        return found

    def _chunked(self) -> bytes:
        """The chunks as they are, to the last."""
        body = b""
        while True:
            while b"\r\n" not in self._rest:
                self._more()
            size = self._rest.partition(b"\r\n")[0]
            body += self._take(len(size) + 2)
            body += (chunk := self._take(int(size, 16) + 2))
            if chunk == b"\r\n":
                return body

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._more()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def _more(self) -> None:
        try:
            data = self.sock.recv(CHUNK)
        except OSError:
            data = b""
        if not data:
            raise Gone
        self._rest += data


@dataclass
class FaultProxy:
    """`share` of all requests meet one of `faults`, drawn by `seed`. To be entered with `with`."""

    server: tuple[str, int]
    faults: Sequence[Fault] = ()
    share: float = 0.0
    seed: int = 0
    happened: Counter[str] = field(default_factory=Counter)  # faults that really happened, and "passed"
    port: int = 0

    def __enter__(self) -> "FaultProxy":
        self._rng = random.Random(self.seed)
        self._deck: list[Fault] = []  # so that all kinds happen equally often
        self._flows = {"up": _open_gate(), "down": _open_gate()}
        self._refusing = False
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._working: set[gevent.Greenlet[..., None]] = set()
        self._accepting = gevent.spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._accepting.kill()
        self._listener.close()
        gevent.killall(list(self._working))
        for sock in list(self._open):
            self._close(sock)

    @property
    def url(self) -> str:
        """Where clients find the server now."""
        return f"http://127.0.0.1:{self.port}"

    # --- the whole line --------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """Every connection is reset, and new ones are too, until the line is mended."""
        self._refusing = True
        for sock in list(self._open):
            self._reset(sock)

    def stop(self, *, up: bool = True, down: bool = True) -> None:
        """Nothing arrives any more at the server (`up`), at the clients (`down`); all connections stay open."""
        for flow, stopped in (("up", up), ("down", down)):
            if stopped:
                self._flows[flow].clear()

    def mend(self) -> None:
        """All goes through again, and what was stopped arrives."""
        self._refusing = False
        for gate in self._flows.values():
            gate.set()

    # --- connections -----------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            self._open.add(client)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            working = gevent.spawn(self._serve, client)
            self._working.add(working)
            working.rawlink(self._working.discard)

    def _serve(self, client: socket.socket) -> None:
        """One connection of a client, request by request."""
        server = None
        try:
            if self._refusing:
                self._reset(client)
                return
            from_client = Stream(client)
            while True:
                request = from_client.message()
                server = server or self._reach()
                if not self._pass_on(request, from_client, server):
                    return
        except (Gone, OSError):
            return
        finally:
            for sock in (client, server):
                if sock is not None:
                    self._close(sock)

    def _reach(self) -> socket.socket:
        self._flows["up"].wait()
        server = socket.create_connection(self.server, timeout=10)
        server.settimeout(None)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(server)
        return server

    def _close(self, sock: socket.socket) -> None:
        self._open.discard(sock)
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)  # wakes whoever reads it
        sock.close()

    def _reset(self, sock: socket.socket) -> None:
        """End it with RST, which a shutdown before would prevent."""
        self._open.discard(sock)
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    def _pass_on(self, request: Message, from_client: Stream, server: socket.socket) -> bool:
        """One request and its reply; False when the connection is over."""
        if request.headers.get("upgrade", "").lower() == "websocket":
            self._pass_bytes(request, from_client, server)
            return False
        fault = self._draw()
        client = from_client.sock
        if fault is Fault.LATENCY:
            gevent.sleep(self._rng.uniform(*LATENCY_S))
        elif fault is Fault.HALF_OPEN:
            return self._silence(fault, client)
        elif fault is Fault.CUT_REQUEST:
            return self._cut_request(request, server)
        elif fault is Fault.REPEATED:
            return self._repeat(request, client)
        self._send(server, "up", request.whole)
        reply = Stream(server).message()
        return self._answer(fault, reply, client)

    def _draw(self) -> Fault | None:
        if not self.faults or self._rng.random() >= self.share:
            return None
        if not self._deck:
            self._deck = self._rng.sample(list(self.faults), len(self.faults))
        return self._deck.pop()

    def _answer(self, fault: Fault | None, reply: Message, client: socket.socket) -> bool:
        """The server has done it: what the client hears of that."""
        if fault is Fault.ONE_WAY:
            return self._silence(fault, client)
        if fault is Fault.LOST_REPLY:
            return self._over(fault)
        if fault is Fault.RESET:
            self._reset(client)
            return self._over(fault)
        if fault is Fault.CUT_REPLY:
            self._send(client, "down", reply.whole[: self._rng.randrange(1, len(reply.whole))])
            return self._over(fault)
        if fault is Fault.LATENCY:
            gevent.sleep(self._rng.uniform(*LATENCY_S))
        self._send(client, "down", reply.whole)
        self.happened[fault.value if fault else "passed"] += 1
        if fault is Fault.SLOW_CLOSE:
            client.shutdown(socket.SHUT_WR)
            gevent.sleep(SLOW_CLOSE_S)
            return False
        return reply.headers.get("connection", "").lower() != "close"

    def _over(self, fault: Fault) -> bool:
        self.happened[fault.value] += 1
        return False

    def _silence(self, fault: Fault, client: socket.socket) -> bool:
        """Open and silent, until the client gives up."""
        self.happened[fault.value] += 1
        with suppress(OSError):
            while client.recv(CHUNK):
                pass
        return False

    def _cut_request(self, request: Message, server: socket.socket) -> bool:
        first = len(request.head) if request.body else 1
        self._send(server, "up", request.whole[: self._rng.randrange(first, len(request.whole))])
        return self._over(Fault.CUT_REQUEST)

    def _repeat(self, request: Message, client: socket.socket) -> bool:
        """The same bytes on two connections at once."""
        servers = [self._reach(), self._reach()]
        for server in servers:
            self._send(server, "up", request.whole)
        replies = [Stream(server).message() for server in servers]
        for server in servers:
            self._close(server)
        self.happened[Fault.REPEATED.value] += 1
        self._send(client, "down", replies[-1].whole)
        return True

    def _pass_bytes(self, request: Message, from_client: Stream, server: socket.socket) -> None:
        """A web socket: bytes both ways until either side ends."""
        self._send(server, "up", request.whole + from_client.rest())
        up = gevent.spawn(self._pump, from_client.sock, server, "up")
        try:
            self._pump(server, from_client.sock, "down")
        finally:
            up.kill()

    def _pump(self, source: socket.socket, sink: socket.socket, flow: str) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._send(sink, flow, data)
            # The end travels too, once the line is whole.
            self._flows[flow].wait()
            sink.shutdown(socket.SHUT_RDWR)

    def _send(self, sink: socket.socket, flow: str, data: bytes) -> None:
        self._flows[flow].wait()
        sink.sendall(data)


def _open_gate() -> Event:
    gate = Event()
    gate.set()
    return gate
