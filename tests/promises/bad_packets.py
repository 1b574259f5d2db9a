"""What a hostile or broken program may send to the live socket: frames, packets and handshakes, drawn by a seed.

Written from RFC 6455, Engine.IO 4 and Socket.IO 5; it shares no code with the libraries that read them.
"""

import base64
import json
import random
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0
CONNECT_WITHIN_S = 30.0
HEARD_WITHIN_S = 3.0
OVERSIZE = 9 * 1024  # beyond the largest message that the server reads
FLOOD = 40


def frame(opcode: int, payload: bytes, rng: random.Random, *, masked: bool = True, head: int = 0x80) -> bytes:
    """A WebSocket frame; `head` holds FIN and the reserved bits."""
    mask_bit = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        start = bytes((head | opcode, mask_bit | size))
    elif size < 65_536:
        start = bytes((head | opcode, mask_bit | 126)) + struct.pack("!H", size)
    else:
        start = bytes((head | opcode, mask_bit | 127)) + struct.pack("!Q", size)
    if not masked:
        return start + payload
    mask = rng.randbytes(4)
    return start + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def malformed_packet(rng: random.Random) -> bytes:
    """A whole frame with a text that is no packet, or one of another kind than may come."""
    texts = (
        "", "4", "42", "42[", "42[]", "42{}", '42["watch"', '42["watch",', "40/elsewhere,", '40{"pass":', "40null",
        "41", "43[1]", "44", "451-", '451-["x",{"_placeholder":true,"num":0}]', "459999999999-[]", "46", "9", "xyz",
        "2", "2probe", "3", "5", "6", "\x00", "4\ud7ff", "42[" * 200, "[" * 3000, '42["connect"]', '42["disconnect"]',
        '420["watch"]', '42-1["watch"]', "42" + "9" * 400 + '["watch"]', '42[null]', "42[1e400]", '42/x,["watch"]',
    )  # fmt: skip
    return frame(TEXT, rng.choice(texts).encode("utf-8"), rng)


def random_text(rng: random.Random) -> bytes:
    """Bytes said to be text, mostly not UTF-8."""
    return frame(TEXT, rng.randbytes(rng.randrange(1, 200)), rng)


def random_binary(rng: random.Random) -> bytes:
    """An attachment that nobody announced."""
    return frame(BINARY, rng.randbytes(rng.randrange(0, 300)), rng)


def broken_frame(rng: random.Random) -> bytes:
    """Reserved bits and opcodes, no mask, a control frame too long, a continuation of nothing, an endless fragment."""
    return rng.choice(
        (
            frame(TEXT, b"2", rng, head=0xF0),
            frame(rng.choice((3, 7, 11, 15)), b"2", rng),
            frame(TEXT, b"2", rng, masked=False),
            frame(PING, b"x" * 126, rng),
            frame(CONTINUATION, b"x", rng),
            frame(TEXT, b"42", rng, head=0),
            bytes((0x81, 0xFF)) + struct.pack("!Q", 1 << 40) + b"mask",
            bytes((0x81, 0xFF)) + struct.pack("!Q", (1 << 63) + 5) + b"mask",
            frame(CLOSE, b"\x03", rng),
            rng.randbytes(rng.randrange(1, 60)),
        )
    )


def oversize(rng: random.Random) -> bytes:
    """More than the server reads in one message."""
    return frame(rng.choice((TEXT, BINARY)), b'42["watch","' + b"x" * (OVERSIZE + rng.randrange(4096)) + b'"]', rng)


def flood(rng: random.Random) -> bytes:
    """Many small packets in one write: pings, watches, connects."""
    one = rng.choice((frame(PING, b"", rng), frame(TEXT, b'42["watch"]', rng), frame(TEXT, b"40{}", rng)))
    return one * FLOOD


def no_pass(rng: random.Random) -> bytes:
    """A connect with something that is no pass."""
    shown = {"pass": "x" * rng.randrange(1, 500)}
    passes: tuple[object, ...] = (None, {}, shown, {"pass": {"a": 1}, "hall": "BENCH"}, [1], "x", 5)
    return frame(TEXT, b"40" + json.dumps(rng.choice(passes)).encode(), rng)


PACKETS: Mapping[str, Callable[[random.Random], bytes]] = {
    "malformed": malformed_packet,
    "random text": random_text,
    "random binary": random_binary,
    "broken frame": broken_frame,
    "oversize": oversize,
    "flood": flood,
    "no pass": no_pass,
}


class RawSocket:
    """A web socket in bytes. `status`: of the handshake; 101 when it was taken."""

    def __init__(self, address: tuple[str, int], rng: random.Random, headers: Mapping[str, str] | None = None) -> None:
        self._sock = socket.create_connection(address, timeout=CONNECT_WITHIN_S)
        self._sock.settimeout(HEARD_WITHIN_S)
        lines = [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", f"Host: {address[0]}:{address[1]}",
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(rng.randbytes(16)).decode()}",
            *(f"{name}: {value}" for name, value in (headers or {}).items()),
        ]  # fmt: skip
        self._sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head and (data := self._sock.recv(4096)):
            head += data
        self.status = int(head.split(b" ", 2)[1])

    def send(self, data: bytes) -> bool:
        """False when the server has ended the connection."""
        try:
            self._sock.sendall(data)
        except OSError:
            return False
        return True

    def heard(self) -> None:
        """Take what has come, and give the server its turn."""
        with suppress(OSError):
            self._sock.settimeout(0.001)
            while self._sock.recv(65_536):
                pass

    def finish(self) -> None:
        """Say that nothing more comes, and wait until the server has read all and ended it."""
        with suppress(OSError):
            self._sock.settimeout(HEARD_WITHIN_S)
            self._sock.shutdown(socket.SHUT_WR)
            while self._sock.recv(65_536):
                pass

    def close(self) -> None:
        """Without a goodbye."""
        self._sock.close()
