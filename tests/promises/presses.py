"""A hundred windows, each with a connection of its own, whose presses are made ready, sent one right after the other
and only then listened to: no answer can come before a press because its sender was busy with another's answer."""

import json
import random
import select
import socket
from collections.abc import Mapping

from gevent import monkey

from tests.benchmarks.bench_hall import HALL
from tests.promises.asking import new_key
from tests.promises.fault_proxy import Stream
from tests.promises.history import Answered, History, now_ms
from tests.promises.proving_hall import AGENT, token_of

ANSWER_WITHIN_S = 60.0
# gevent's own would first let others run.
_readable_now = monkey.get_original("select", "select") if monkey.is_module_patched("select") else select.select


class Presses:
    """`in_hand`: by window the visit that its clerk sees there. To be closed."""

    def __init__(self, port: int, history: History, windows: list[str]) -> None:
        self.in_hand: dict[str, int | None] = dict.fromkeys(windows)
        self._history = history
        self._head = (
            f"POST /{HALL}/window/call_next HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {token_of(AGENT)}\r\nContent-Type: application/json\r\nX-Via: call_pad\r\n"
        )
        self._streams = {no: Stream(_connected(port)) for no in windows}

    def close(self) -> None:
        """Hang up."""
        for stream in self._streams.values():
            stream.sock.close()

    def press_next(self, rng: random.Random) -> tuple[list[Answered], bool]:
        """All windows, in an order drawn: the answers, and whether all had pressed before the first answer was there.

        Raises AssertionError where one is not accepted.
        """
        windows = list(self._streams)
        rng.shuffle(windows)
        keys = {no: new_key() for no in windows}
        ready = [(self._streams[no].sock, self._request(no, keys[no])) for no in windows]
        for sock, request in ready:
            sock.sendall(request)
        heard, _, _ = _readable_now([sock for sock, _ in ready], [], [], 0)
        return [self._answer(no, keys[no]) for no in windows], not heard

    def _request(self, no: str, key: str) -> bytes:
        body = {"window": no, "visit": self.in_hand[no]}
        self._history.sent(key, no, "call_next", body)
        text = json.dumps(body)
        return f"{self._head}Idempotency-Key: {key}\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()

    def _answer(self, no: str, key: str) -> Answered:
        message = self._streams[no].message()
        status, body = int(message.head[9:12]), json.loads(message.body)
        self._history.answered(key, status, body)
        answer = Answered(status, body, now_ms(), repeat=False)
        assert answer.accepted, answer
        self.in_hand[no] = body["visit"]
        return answer


class SideDoor:
    """The client of a prepared server's other door. To be closed."""

    def __init__(self, port: int) -> None:
        self._sock = _connected(port)
        self._line = self._sock.makefile("rwb")

    def close(self) -> None:
        """Hang up."""
        self._line.close()
        self._sock.close()

    def give(self, commands: list[tuple[str | None, str, Mapping[str, object]]]) -> None:
        """All of (kiosk or None, deed, body) at once; each must be accepted."""
        self._line.write(json.dumps(commands).encode() + b"\n")
        self._line.flush()
        answers = json.loads(self._line.readline())
        assert all(answer["kind"] != "refused" for answer in answers), answers


def _connected(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_WITHIN_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
