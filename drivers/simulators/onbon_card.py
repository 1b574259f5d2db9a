"""An Onbon BX-K font card with dynamic areas, reached by TCP.

A second implementation from docs/hardware.md; it shares nothing with the drivers. Unverified on hardware.
"""

import socket
import threading
from types import TracebackType
from typing import Self

BACK = {(0xA6, 0x02): 0xA5, (0xA6, 0x01): 0xA6, (0x5B, 0x02): 0x5A, (0x5B, 0x01): 0x5B}


def crc(data: bytes) -> int:
    """CRC-16/ARC, one bit after another."""
    value = 0
    for byte in data:
        for place in range(8):
            odd = (value ^ byte >> place) & 1
            value >>= 1
            if odd:
                value ^= 0xA001
    return value


def wrapped(data: bytes) -> bytes:
    """A frame of the card to the host."""
    header = bytes([0x00, 0x80, 0x01, 0x00, 0, 0, 0, 0, 0, 0, 0xFE, 0x02, len(data) % 256, len(data) // 256])
    plain = header + data
    plain += bytes([crc(plain) % 256, crc(plain) // 256])
    out = [0xA5] * 8
    for byte in plain:
        out += next(([*pair] for pair, meant in BACK.items() if meant == byte), [byte])
    return bytes([*out, 0x5A])


class OnbonCard:
    """``areas``: the text of each dynamic area. ``busy``: it says no to everything."""

    def __init__(self) -> None:
        self.areas: dict[int, str] = {}
        self.busy = False
        self.split = False  # says its answer a byte at a time
        self.refused = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._stopping = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        while True:
            host, _ = self._server.accept()
            with host:
                if self._stopping:
                    return
                self._talk(host)

    def _talk(self, host: socket.socket) -> None:
        held = b""
        while chunk := host.recv(7):
            held += chunk
            while 0x5A in held:
                whole, _, held = held.partition(b"\x5a")
                answer = self.hear(whole.lstrip(b"\xa5"))
                for part in [answer[at : at + 1] for at in range(len(answer))] if self.split else [answer]:
                    host.sendall(part)

    def hear(self, inside: bytes) -> bytes:
        """What stood between the leading A5 and the 5A; the answer."""
        plain, at = bytearray(), 0
        while at < len(inside):
            pair = (inside[at], inside[at + 1]) if at + 1 < len(inside) else (0, 0)
            plain.append(BACK.get(pair, inside[at]))
            at += 2 if pair in BACK else 1
        if len(plain) < 19 or crc(bytes(plain[:-2])) != plain[-2] + 256 * plain[-1]:
            self.refused += 1
            return wrapped(bytes([0xA0, 0x01, 0x05, 0, 0]))
        if plain[12] + 256 * plain[13] != len(plain) - 16:
            self.refused += 1
            return wrapped(bytes([0xA0, 0x01, 0x05, 0, 0]))
        if self.busy:
            return wrapped(bytes([0xA0, 0x01, 0x03, 0, 0]))
        self._do(bytes(plain[14:-2]))
        return wrapped(bytes([0xA0, 0x00, 0, 0, 0]))

    def _do(self, data: bytes) -> None:
        if data[:2] == b"\xa3\x10":
            self.areas.clear()
        if data[:2] == b"\xa3\x06":
            at = 6 + data[5]
            for _ in range(data[at]):
                size = data[at + 1] + 256 * data[at + 2]
                area = data[at + 3 : at + 3 + size]
                length = int.from_bytes(area[23:27], "little")
                self.areas[area[9]] = area[27 : 27 + length].decode("gb2312")
                at += 2 + size
