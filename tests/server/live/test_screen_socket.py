"""A screen that stops reading never gets half a frame, never holds anybody up, and is cut in the end."""

import socket
import ssl
from collections.abc import Iterator

import gevent
import pytest

from server.live.screen_socket import INBOUND_BURST, MOST_WAITING, ScreenSocket
from tests.server.api.running_server import until

Pair = tuple[ScreenSocket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    ours.setblocking(True)  # under gevent the descriptor itself never blocks
    screen = ScreenSocket(ours)
    yield screen, theirs
    screen.cut()
    ours.close()
    theirs.close()


def test_everything_arrives_in_order_at_a_screen_that_reads_late(pair: Pair) -> None:
    screen, theirs = pair
    frames = [bytes([number]) * 50_000 for number in range(12)]
    for frame in frames:
        assert screen.send(frame) == len(frame)
    whole = b"".join(frames)
    read = bytearray()
    while len(read) < len(whole):
        read += theirs.recv(65_536)
    assert bytes(read) == whole


def test_a_bare_socket_would_have_taken_half_a_frame() -> None:
    ours, theirs = socket.socketpair()
    frame = b"x" * 4_000_000
    taken = ours.send(frame)
    assert taken < len(frame)
    ours.close()
    theirs.close()


def test_a_screen_that_never_reads_is_cut_at_the_bound(pair: Pair) -> None:
    screen, _ = pair
    with pytest.raises(OSError, match="keep up"):
        for _ in range(1000):
            screen.send(b"y" * 20_000)
    assert screen.gone
    with pytest.raises(OSError, match="gone"):
        screen.send(b"z")


def test_a_cut_wakes_whoever_reads(pair: Pair) -> None:
    screen, _ = pair
    reading = gevent.spawn(screen.recv, 100)
    gevent.sleep(0)
    screen.cut()
    reading.join(timeout=10)
    assert reading.ready()


def test_a_screen_that_says_too_much_is_cut(pair: Pair) -> None:
    screen, theirs = pair
    shouting = gevent.spawn(theirs.sendall, b"a" * (INBOUND_BURST * 2))
    with pytest.raises(OSError, match="too much"):
        while True:
            screen.recv(4096)
    assert screen.gone
    shouting.join(timeout=10)
    assert shouting.ready()


def test_what_waits_is_forgotten_once_it_was_sent(pair: Pair) -> None:
    screen, theirs = pair
    size = 20_000
    for _ in range(5):  # each time more than half of the bound: a bound that only counts up would cut
        for _ in range(MOST_WAITING // 2 + 12):
            screen.send(b"q" * size)
        assert screen.busy
        got = 0
        while got < (MOST_WAITING // 2 + 12) * size:
            got += len(theirs.recv(65_536))
        until(lambda: not screen.busy, "the rest is sent")
    assert not screen.gone


def test_behind_tls_everything_arrives_in_order_too() -> None:
    inner, outer = socket.socketpair()
    with _tls(inner, server_side=True) as ours, _tls(outer, server_side=False) as theirs:
        shaking = gevent.spawn(theirs.do_handshake)
        ours.do_handshake()
        shaking.get(timeout=10)
        screen = ScreenSocket(ours)
        frames = [bytes([number]) * 200_000 for number in range(12)]
        for frame in frames:
            assert screen.send(frame) == len(frame)
        assert screen.busy
        read = bytearray()
        while len(read) < 12 * 200_000:
            read += theirs.recv(65_536)
        assert bytes(read) == b"".join(frames)
        until(lambda: not screen.busy, "the rest is sent")


def _tls(connection: socket.socket, *, server_side: bool) -> ssl.SSLSocket:
    """TLS without a certificate, which only a test may want."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH:@SECLEVEL=0")
    return context.wrap_socket(connection, server_side=server_side, do_handshake_on_connect=False)
