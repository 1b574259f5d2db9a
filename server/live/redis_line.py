"""Messages between processes by Redis: "this hall went on to that revision". Any of them may be lost.

What is no such message is passed over: another version's, a stranger's. What answers as no Redis does, or not at all,
is given up and tried again, and of no answer more than a little is taken into memory.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
import redis
import structlog
from gevent.queue import Full, Queue
from redis._parsers import _RESP2Parser

CHANNEL = "paihao"
_LONGEST = 200
_MOST = 1_000_000  # bytes of one answer
_WITHIN_S = 2.0
_SILENT_S = 10.0  # after that it is asked whether it is still there
_AGAIN_S = 1.0
_log = structlog.get_logger("redis")


class RedisLine:
    """One connection that tells and one that hears; each is opened anew when it breaks, whatever broke it."""

    def __init__(self, url: str, heard: Callable[[str, int], None]) -> None:
        self._url = url
        self._heard = heard
        self._news: Queue[tuple[str, int]] = Queue(maxsize=1_000)
        self._greenlets: list[gevent.Greenlet[..., None]] = []
        self.connected: bool | None = None  # None: not tried yet

    def start(self) -> None:
        """Tell and hear from now on."""
        self._greenlets = [gevent.spawn(self._for_ever, work) for work in (self._tell_all, self._hear_all)]

    def stop(self) -> None:
        """Neither any more."""
        gevent.killall(self._greenlets)

    def tell(self, hall: str, revision: int) -> None:
        """The hall went on here. Never waits."""
        with suppress(Full):  # Redis is away: others see it in the database
            self._news.put_nowait((hall, revision))

    def _for_ever(self, work: Callable[[redis.Redis], None]) -> None:
        while True:
            try:
                times = {"socket_connect_timeout": _WITHIN_S, "socket_timeout": _WITHIN_S}
                with redis.Redis.from_url(self._url, protocol=2, parser_class=_BoundedParser, **times) as client:
                    work(client)
            except Exception as fault:  # also what is no Redis at the other end
                if self.connected is not False:
                    _log.warning("redis_away", cause=f"{type(fault).__name__}: {fault}"[:200])
                self.connected = False
            gevent.sleep(_AGAIN_S)

    def _tell_all(self, client: redis.Redis) -> None:
        while True:
            hall, revision = self._news.get()
            client.publish(CHANNEL, json.dumps([hall, revision]))

    def _hear_all(self, client: redis.Redis) -> None:
        with client.pubsub() as line:  # type: ignore[no-untyped-call]
            line.subscribe(CHANNEL)
            first = line.get_message(timeout=_WITHIN_S)
            if first is None or first["type"] != "subscribe":
                raise redis.TimeoutError("no answer to SUBSCRIBE")
            self.connected = True
            _log.info("redis_connected")
            heard, asked = time.monotonic(), False
            while True:
                message = line.get_message(timeout=_WITHIN_S / 2)
                if message is not None:
                    heard, asked = time.monotonic(), False
                    self._pass_on(message)
                elif time.monotonic() - heard > _SILENT_S:
                    if asked:
                        raise redis.TimeoutError("no answer to PING")
                    line.ping()
                    asked = True

    def _pass_on(self, message: dict[str, Any]) -> None:
        told = _told(message["data"]) if message["type"] == "message" else None
        if told is not None:
            self._heard(*told)


def _told(data: object) -> tuple[str, int] | None:
    """What a message says; None for one that is not ours."""
    if not isinstance(data, bytes) or len(data) > _LONGEST:
        return None
    try:
        found = json.loads(data)
    except ValueError:
        return None
    if isinstance(found, list) and len(found) == 2 and isinstance(found[0], str) and type(found[1]) is int:
        return found[0], found[1]
    return None


class _BoundedParser(_RESP2Parser):
    """The library takes in whatever is announced; this one ends the line of who answers with more than `_MOST`. Named,
    since the library would choose another where hiredis is installed."""

    def on_connect(self, connection: Any) -> None:
        super().on_connect(connection)  # type: ignore[no-untyped-call]
        buffer: Any = self._buffer
        buffer._sock = self._counted = _Counted(buffer._sock)

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        self._counted.left = _MOST
        return super().read_response(*args, **kwargs)


class _Counted:
    """A socket of which only so much more may be read."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.left = _MOST

    def recv(self, size: int) -> bytes:
        """As a socket's."""
        data: bytes = self._socket.recv(size)
        self.left -= len(data)
        if self.left < 0:
            raise redis.ConnectionError("an answer without end")
        return data

    def settimeout(self, seconds: float | None) -> None:
        """As a socket's."""
        self._socket.settimeout(seconds)
