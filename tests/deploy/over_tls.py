"""TLS before a server, and an agent that goes through it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contract.words import Audience
from server.command.certs import certs
from terminal.cards import Cards
from terminal.connection import Connection, Unreachable, new_key
from terminal.live import Live
from terminal.server_clock import ServerClock
from tests.server.api.running_server import HALL, RunningServer, until


def run_certs(*words: str | Path) -> Result:
    """`paihao certs ...`."""
    return CliRunner().invoke(certs, [str(word) for word in words])


def context_of(folder: Path) -> ssl.SSLContext:
    """What a server at that folder's certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    return context


@contextmanager
def tls_proxy(server: RunningServer, folder: Path) -> Iterator[int]:
    """What nginx does, for as long as a test needs it: TLS on one port, the server's own port behind it."""
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    listener = socket.create_server(("127.0.0.1", 0))
    context = context_of(folder)
    open_: list[socket.socket] = []

    def pass_on(source: socket.socket, to: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                to.sendall(data)
        except OSError:
            pass
        finally:
            for one in (source, to):
                one.close()

    def accept() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            try:
                secure = context.wrap_socket(raw, server_side=True)
            except OSError:
                raw.close()
                continue
            behind = socket.create_connection(address)
            open_.extend((secure, behind))
            for pair in ((secure, behind), (behind, secure)):
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        for one in open_:
            one.close()
        accepting.join(10)


def agent_works(server: RunningServer, port: int, ca: Path) -> None:
    """A kiosk takes a number through the TLS port and hears of it; one that does not know the authority does not."""
    token = server.enrol("kiosk", "K1")["Authorization"].removeprefix("Bearer ")
    stranger = Connection(f"https://localhost:{port}", HALL, "kiosk", token)
    with pytest.raises(Unreachable, match="SSLError"):
        stranger.snapshot(Audience.PUBLIC)
    stranger.close()
    connection = Connection(f"https://localhost:{port}", HALL, "kiosk", token, ca=ca)
    cards = Cards()
    live = Live(connection, Audience.PUBLIC, cards, ServerClock())
    live.start()
    try:
        until(lambda: live.connected, "the agent hears the server over TLS")
        before = cards.revision
        assert connection.post("take_number", {"line": "A"}, key=new_key()).status == 200
        until(lambda: cards.revision != before, "the change arrives over TLS")
    finally:
        live.stop()
        connection.close()
