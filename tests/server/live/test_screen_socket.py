"""A screen that stops reading never gets half a frame, never holds anybody up, and is cut in the end."""

import socket
from collections.abc import Iterator

import gevent
import pytest

from server.live.screen_socket import INBOUND_BURST, WAITING_LIMIT, ScreenSocket
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
    for _ in range(5):  # each time more than half of the bound: a bound that only counts up would cut
        screen.send(b"q" * (WAITING_LIMIT // 2 + 1))
        got = 0
        while got < WAITING_LIMIT // 2 + 1:
            got += len(theirs.recv(65_536))
        until(lambda: not screen._waiting, "the rest is sent")
    assert not screen.gone
