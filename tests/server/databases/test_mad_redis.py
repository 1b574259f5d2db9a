"""Whatever is at Redis' address: it is said once, nothing is taken from it but what is ours, and it is tried again."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gevent.server import StreamServer
from gevent.socket import AF_UNIX, socket
from structlog.testing import capture_logs

from server.live import redis_line
from server.live.redis_line import CHANNEL, RedisLine
from server.live.several import Several
from tests.server.api.running_server import until
from tests.server.private_redis import PrivateRedis

pytestmark = pytest.mark.databases
Says = Callable[[socket], object]
SUBSCRIBED = b"*3\r\n$9\r\nsubscribe\r\n$6\r\npaihao\r\n:1\r\n"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody waits for seconds."""
    for name in ("_WITHIN_S", "_AGAIN_S", "_SILENT_S"):
        monkeypatch.setattr(redis_line, name, 0.1)


@contextmanager
def address_of(path: Path, says: Says) -> Iterator[list[bytes]]:
    """Something that takes connections there; what it was asked, one entry for each connection."""
    asked: list[bytes] = []

    def handle(connection: socket, _: object) -> None:
        place = len(asked)
        asked.append(b"")
        try:
            while data := connection.recv(65536):
                asked[place] += data
                says(connection)
        except OSError:
            pass

    listener = socket(AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    server = StreamServer(listener, handle)
    server.start()
    try:
        yield asked
    finally:
        server.stop()
        path.unlink()


def nothing(_: socket) -> None:
    """It takes the connection, and that is all."""


def endless(connection: socket) -> None:
    """One message, as it says, of a gigabyte."""
    connection.sendall(b"*3\r\n$7\r\nmessage\r\n$6\r\npaihao\r\n$1000000000\r\n")
    for _ in range(200):
        connection.sendall(b"x" * 1_000_000)
        Taken.bytes += 1_000_000


def endless_line(connection: socket) -> None:
    """A line that does not end."""
    connection.sendall(b"+")
    for _ in range(200):
        connection.sendall(b"x" * 1_000_000)
        Taken.bytes += 1_000_000


class Taken:
    """How much of an endless answer was taken in."""

    bytes = 0


GARBAGE: dict[str, Says] = {
    "a web server": lambda line: line.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    "NUL bytes": lambda line: line.sendall(b"\0" * 5000),
    "no such user": lambda line: line.sendall(b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"),
    "a password is wanted": lambda line: line.sendall(b"-NOAUTH Authentication required.\r\n"),
    "still loading": lambda line: line.sendall(b"-LOADING Redis is loading the dataset in memory\r\n"),
    "ten megabytes": lambda line: line.sendall(b"$10000000\r\n" + b"x" * 10_000_000 + b"\r\n"),
    "a length below zero": lambda line: line.sendall(b"$-7\r\n*-9\r\n"),
    "lists in lists": lambda line: line.sendall(b"*1\r\n" * 3000),
    "a hundred million parts": lambda line: line.sendall(b"*100000000\r\n"),
    "another's answer": lambda line: line.sendall(b"+PONG\r\n" * 20),
    "nothing": nothing,
    "hangs up": lambda line: line.close(),
    "an endless message": endless,
    "an endless line": endless_line,
}


@pytest.mark.parametrize("says", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_redis_is_said_once_and_left_for_a_real_one(tmp_path: Path, quick: None, says: Says) -> None:
    heard: list[tuple[str, int]] = []
    Taken.bytes = 0
    path = tmp_path / "redis.sock"
    line = RedisLine(f"unix://{path}", lambda hall, revision: heard.append((hall, revision)))
    with capture_logs() as log:
        with address_of(path, says) as asked:
            line.start()
            line.tell("LJ", 1)
            until(lambda: len(asked) > 4, "it is tried again and again")
        assert (line.connected, heard) == (False, [])
        with address_of(path, lambda one: one.sendall(SUBSCRIBED)):
            until(lambda: line.connected, "a real one is taken")
        line.stop()
    assert [one["event"] for one in log[:2]] == ["redis_away", "redis_connected"], log
    assert all(len(one["cause"]) <= 200 for one in log if "cause" in one)
    assert Taken.bytes < 40_000_000  # what the kernel holds of each try is in it


def noticed(log: Sequence[Mapping[str, Any]]) -> bool:
    """Away after it was connected; a first try may have lasted too long."""
    events = [one["event"] for one in log]
    return "redis_connected" in events and "redis_away" in events[events.index("redis_connected") :]


def test_a_redis_that_falls_silent_is_noticed(tmp_path: Path, quick: None) -> None:
    path = tmp_path / "redis.sock"
    line = RedisLine(f"unix://{path}", lambda hall, revision: None)

    def once(connection: socket) -> None:
        if not line.connected:
            connection.sendall(SUBSCRIBED)

    with capture_logs() as log, address_of(path, once) as asked:
        line.start()
        until(lambda: noticed(log) and b"PING" in b"".join(asked), "that it says no more is noticed")
        line.stop()


def test_of_what_is_said_on_the_channel_only_what_is_ours_is_heard_and_it_is_only_a_hint() -> None:
    redis, heard = PrivateRedis(), list[tuple[str, int]]()
    redis.start()
    catches: list[str] = []

    def catch_up(hall: str) -> float:
        catches.append(hall)
        return 0.0

    several = Several(lambda _: {"LJ": 7}, lambda hall: {"LJ": 7}.get(hall, 0), catch_up, lambda hall: True)
    several.start()

    def take(hall: str, revision: int) -> None:
        heard.append((hall, revision))
        several.hint(hall, revision)

    line = RedisLine(redis.url, take)
    line.start()
    try:
        until(lambda: line.connected, "it hears")
        with redis.client() as stranger:
            for one in STRANGE:
                stranger.publish(CHANNEL, one)
            for told in KNOWN:
                stranger.publish(CHANNEL, json.dumps(told))
            until(lambda: KNOWN[-1] in heard, "after all of it, ours")
            stranger.publish(CHANNEL, b"x" * 10_000_000)
            until(lambda: line.connected is False, "the line of ten megabytes is given up")
            until(lambda: line.connected, "and there is a new one")
            stranger.publish(CHANNEL, json.dumps(("LJ", 10)))
            until(lambda: ("LJ", 10) in heard, "on which ours is heard")
    finally:
        line.stop()
        several.stop()
        redis.remove()
    assert heard == [*KNOWN, ("LJ", 10)]
    assert set(catches) <= {"LJ"} and len(catches) <= 3  # looked up, where it may be so


STRANGE = (
    b"", b"\0", b"\xff" * 5000, b"{", b"[" * 190, b'["LJ", "8"]', b'["LJ", true]', b'["LJ", 8.5]', b'["LJ", 1e999]',
    b'{"version": 2, "hall": "LJ", "revision": 8}', b'["LJ", 8, "of another version"]', b"[8]", b"null",
)  # fmt: skip
KNOWN = [("LJ", 10**30), ("\0", 3), ("NOWHERE", 10**30), ("LJ", -(10**30)), ("LJ", 9)]
