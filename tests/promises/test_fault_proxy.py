"""The faulty line of the proofs does what it says: each fault really happens, and is the one that was asked for."""

import http.client
import io
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import gevent
import pytest
from gevent.pywsgi import WSGIServer

from tests.promises.fault_proxy import Fault, FaultProxy
from tests.terminal.hall_outside import until

BODY = json.dumps({"line": "A", "filler": "x" * 2000})
PATIENCE_S = 30.0  # where something comes
SILENT_S = 0.4  # where nothing ever comes


@dataclass
class Echo:
    """A server that answers each request with how many it has got, and remembers the bodies that came whole."""

    got: list[bytes] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        try:
            body: bytes = environ["wsgi.input"].read()
        except OSError:
            body = b""
        if len(body) == len(BODY):
            self.got.append(body)
        answer = json.dumps({"count": len(self.got), "filler": "y" * 2000}).encode()
        start_response("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]


@pytest.fixture
def echo() -> Iterator[tuple[Echo, tuple[str, int]]]:
    application = Echo()
    listener = socket.create_server(("127.0.0.1", 0))
    server = WSGIServer(listener, application, log=None, error_log=io.StringIO())
    server.start()
    yield application, listener.getsockname()
    server.stop(timeout=1)


def ask(proxy: FaultProxy, patience_s: float = PATIENCE_S) -> dict[str, Any]:
    """One request over a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=patience_s)) as client:
        client.request("POST", "/", BODY)
        reply: dict[str, Any] = json.loads(client.getresponse().read())
        return reply


def always(fault: Fault, server: tuple[str, int]) -> FaultProxy:
    return FaultProxy(server, [fault], share=1.0, seed=7)


def test_without_faults_a_kept_connection_goes_through(echo: tuple[Echo, tuple[str, int]]) -> None:
    application, server = echo
    with (
        FaultProxy(server) as proxy,
        closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=PATIENCE_S)) as client,
    ):
        for count in (1, 2, 3):
            client.request("POST", "/", BODY)
            assert json.loads(client.getresponse().read())["count"] == count
        assert proxy.happened == {"passed": 3}
    assert application.got == [BODY.encode()] * 3


@pytest.mark.parametrize("fault", [Fault.LATENCY, Fault.SLOW_CLOSE])
def test_what_is_only_slow_arrives(echo: tuple[Echo, tuple[str, int]], fault: Fault) -> None:
    application, server = echo
    with always(fault, server) as proxy:
        assert ask(proxy)["count"] == 1
        assert proxy.happened == {fault.value: 1}
    assert len(application.got) == 1


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Fault.LOST_REPLY, http.client.RemoteDisconnected),
        (Fault.RESET, ConnectionResetError),
        (Fault.CUT_REPLY, (http.client.HTTPException, ValueError)),
        (Fault.ONE_WAY, TimeoutError),
    ],
)
def test_the_server_did_it_and_the_client_does_not_know(
    echo: tuple[Echo, tuple[str, int]], fault: Fault, seen: Any
) -> None:
    application, server = echo
    with always(fault, server) as proxy:
        with pytest.raises(seen):
            ask(proxy, SILENT_S if seen is TimeoutError else PATIENCE_S)
        until(lambda: proxy.happened == {fault.value: 1}, "it happened")
    assert len(application.got) == 1


@pytest.mark.parametrize(
    ("fault", "seen"), [(Fault.CUT_REQUEST, http.client.RemoteDisconnected), (Fault.HALF_OPEN, TimeoutError)]
)
def test_the_server_never_gets_it_whole(echo: tuple[Echo, tuple[str, int]], fault: Fault, seen: Any) -> None:
    application, server = echo
    with always(fault, server) as proxy:
        with pytest.raises(seen):
            ask(proxy, SILENT_S if seen is TimeoutError else PATIENCE_S)
        until(lambda: proxy.happened == {fault.value: 1}, "it happened")
    assert application.got == []


def test_a_repeated_request_reaches_the_server_twice(echo: tuple[Echo, tuple[str, int]]) -> None:
    application, server = echo
    with always(Fault.REPEATED, server) as proxy:
        assert ask(proxy)["count"] in (1, 2)
        assert proxy.happened == {"repeated": 1}
    assert len(application.got) == 2


def test_the_same_seed_draws_the_same_faults(echo: tuple[Echo, tuple[str, int]]) -> None:
    _, server = echo
    runs = []
    for _ in range(2):
        with FaultProxy(server, [Fault.LOST_REPLY, Fault.CUT_REPLY], share=0.5, seed=11) as proxy:
            for _ in range(20):
                try:
                    ask(proxy)
                except (OSError, http.client.HTTPException, ValueError):
                    continue
            runs.append(dict(proxy.happened))
    assert runs[0] == runs[1]
    assert len(runs[0]) == 3


@dataclass
class Talk:
    """A connection that was upgraded: what arrives at both of its ends."""

    client: socket.socket
    server: socket.socket
    heard: dict[str, bytes] = field(default_factory=lambda: {"client": b"", "server": b""})

    def listen(self) -> None:
        for name in self.heard:
            gevent.spawn(self._listen, name)

    def _listen(self, name: str) -> None:
        try:
            while data := getattr(self, name).recv(1000):
                self.heard[name] += data
        except OSError:
            self.heard[name] += b"!"
            return
        self.heard[name] += b"."


@pytest.fixture
def talk() -> Iterator[tuple[FaultProxy, Talk]]:
    """A web socket through the line, both ends in our hands."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
        FaultProxy(listener.getsockname()) as proxy,
        closing(socket.create_connection(("127.0.0.1", proxy.port))) as client,
    ):
        client.sendall(b"GET /socket.io/ HTTP/1.1\r\nHost: hall\r\nUpgrade: websocket\r\n\r\n")
        with closing(listener.accept()[0]) as server:
            assert server.recv(1000).startswith(b"GET /socket.io/")
            made = Talk(client, server)
            made.listen()
            yield proxy, made


def test_a_stopped_line_is_silent_and_delivers_when_it_is_mended(talk: tuple[FaultProxy, Talk]) -> None:
    proxy, ends = talk
    proxy.stop(up=False)
    ends.server.sendall(b"beat")
    ends.client.sendall(b"pong")
    until(lambda: ends.heard["server"] == b"pong", "the other way is open")
    assert ends.heard["client"] == b""
    proxy.stop(down=False)
    ends.client.sendall(b"pong")
    gevent.sleep(0.05)  # that nothing comes is no fact to wait for
    assert ends.heard == {"client": b"", "server": b"pong"}
    proxy.mend()
    until(lambda: ends.heard == {"client": b"beat", "server": b"pongpong"}, "what was stopped arrives")


def test_a_cut_line_resets_both_ends_and_every_new_connection(talk: tuple[FaultProxy, Talk]) -> None:
    proxy, ends = talk
    proxy.cut()
    until(lambda: all(ends.heard.values()), "both ends are told")
    assert ends.heard["client"] == b"!"
    with closing(socket.create_connection(("127.0.0.1", proxy.port))) as again, pytest.raises(ConnectionResetError):
        again.recv(1)
    proxy.mend()
    with closing(socket.create_connection(("127.0.0.1", proxy.port))) as again:
        again.settimeout(0.1)
        with pytest.raises(TimeoutError):
            again.recv(1)
