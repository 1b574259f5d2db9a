"""Listening to devices with a dialogue of their own: what they say, in words, until Ctrl-C or for some time."""

import secrets
from collections.abc import Callable
from time import monotonic
from typing import Final

import gevent

from drivers.bridge import Bridge
from drivers.card_reader import CardReader
from drivers.code_reader import serial_scanner, wedge_scanner
from drivers.doctor_listen import ctrl_c
from drivers.input_device import InputDevice
from drivers.kept_open import KeptOpen
from drivers.keyboard import InputEvents, Typing
from drivers.keypads.sundyn import HEARTBEAT, HEARTBEAT_S, OUR_PORT, RATE, TABLET_PORT
from drivers.line_health import LineState
from drivers.tcp_port import TcpPort
from drivers.udp_port import Datagram, UdpPort

Say = Callable[[str], None]
FAMILIES: Final = ("sundyn", "keyboard", "scanner", "card", "bridge")
LOOK_S: Final = 0.1


class _Tablet(KeptOpen[Datagram]):
    """Asks a tablet how it is and, once, for a rating."""

    def __init__(self, where: str, say: Say, listen: int) -> None:
        super().__init__(UdpPort(listen))
        host, _, port = where.partition(":")
        self._host, self._port = host, int(port or TABLET_PORT)
        self._say = say
        self._beat_at = -HEARTBEAT_S

    def opened_again(self, now: float) -> None:
        self.send(Datagram(self._host, self._port, RATE))

    def heard(self, piece: Datagram, now: float) -> None:
        text = piece.data.decode("utf-8", "replace").strip()
        key = text.split("||")[2] if text.startswith("S02||") and text.count("||") > 2 else None
        self._say(f"{piece.host}:{piece.port}  {text}" + ("" if key is None else f"  → 键 / key {key}"))

    def tick(self, now: float) -> None:
        if now - self._beat_at >= HEARTBEAT_S:
            self._beat_at = now
            self.send(Datagram(self._host, self._port, HEARTBEAT))


class _Keys(KeptOpen[bytes]):
    """What a keyboard-like device types."""

    def __init__(self, path: str, say: Say) -> None:
        super().__init__(InputDevice(path))
        self._events, self._typing = InputEvents(), Typing()
        self._say = say

    def heard(self, piece: bytes, now: float) -> None:
        for code, down in self._events.feed(piece):
            sign = self._typing.sign(code, down)
            if down:
                typed = "不打字 / types nothing" if sign is None else repr(sign)
                self._say(f"键 / key {code}: {typed}")


class _Bridge(KeptOpen[bytes]):
    """The lines of a bridge, and whether they are as they should be."""

    def __init__(self, port: str, say: Say) -> None:
        super().__init__(TcpPort(port))
        self._bridge = Bridge()
        self._say = say

    def opened_again(self, now: float) -> None:
        self.send(self._bridge.ask("status", "keypad/1")[1])

    def heard(self, piece: bytes, now: float) -> None:
        for line in piece.decode("utf-8", "replace").splitlines():
            self._say(line)
        before = self._bridge.unexpected
        for said in self._bridge.hear(piece):
            self._say(f"  → {said}")
        if self._bridge.unexpected > before:
            self._say("  → 不合约定的行或没人要的评价 / not as documented, or a press that nobody asked for")


def listen_to(family: str, where: str, say: Say, *, until: float | None, listen: int = OUR_PORT) -> None:
    """`where`: a tablet's address, a file below /dev/input, a serial port, or socket://host:port. Raises ValueError."""
    reader = _made(family, where, say, listen)
    told: tuple[LineState, str | None] | None = None
    with ctrl_c() as stopped:
        reader.start()
        try:
            while not stopped.is_set() and (until is None or monotonic() < until):
                now = (reader.state, None if reader.state is LineState.READY else reader.last_error)
                if now != told and now[0] in (LineState.READY, LineState.FAULT):
                    told = now
                    say("已打开 / open" if now[0] is LineState.READY else f"打不开 / does not open: {now[1]}")
                gevent.sleep(LOOK_S)
        finally:
            reader.stop()


def _made(family: str, where: str, say: Say, listen: int) -> KeptOpen[Datagram] | KeptOpen[bytes]:
    if family == "sundyn":
        return _Tablet(where, say, listen)
    if family == "keyboard":
        return _Keys(where, say)
    if family == "scanner":
        read = wedge_scanner if where.startswith("/dev/input/") else serial_scanner
        return read(where, lambda code: say(f"码 / code: {code}"))
    if family == "card":
        key = secrets.token_bytes(32)  # the number is hashed under it and shown to nobody
        return CardReader(
            where,
            lambda: key,
            lambda identity: say("读到一张身份证（内容不显示） / an ID card was read (nothing of it is shown)"),
            lambda why: say(f"证件读不了 / the card cannot be used: {why}"),
        )
    return _Bridge(where, say)
