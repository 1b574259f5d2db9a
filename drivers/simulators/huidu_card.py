"""A Huidu full-colour card: version, session, one programme.

A second implementation from docs/hardware.md; it shares nothing with the drivers. Unverified on hardware.
"""

import re
import threading
from dataclasses import dataclass
from html import unescape

from drivers.simulators.device_port import DevicePort
from drivers.simulators.on_port import PluggedIn

LARGEST = 9216


@dataclass(frozen=True)
class Programme:
    """What the card was told to show."""

    text: str
    colour: str
    place: tuple[int, int, int, int]
    stamp: int


class HuiduCard(PluggedIn):
    """``wrong``: packets that had no place in the conversation. Faults: ``silent``; ``result``: what it says of a
    programme; ``short_version``: it answers the version question without a status; ``slices``: its answers come in so
    many packets; ``cut_after``: the line is cut when so many bytes of the host have come."""

    def __init__(self) -> None:
        super().__init__(DevicePort(received=self._receive, noted=self._noted, tcp=True))
        self.changed = threading.Condition()
        self.programmes: list[Programme] = []
        self.heartbeats = 0
        self.packets = 0
        self.wrong = 0
        self.sessions = 0
        self.silent = False
        self.result = "kSuccess"
        self.short_version = False
        self.slices = 1
        self.cut_after: int | None = None
        self._held = b""
        self._version = False
        self._session = ""
        self._xml = b""

    @property
    def text(self) -> str:
        """What it shows."""
        return self.programmes[-1].text if self.programmes else ""

    def wait_cut(self) -> None:
        """Until ``cut_after`` has come."""
        self._port.wait_unplugged()

    def wait_text(self, text: str, timeout: float) -> None:
        """Until it shows exactly this. Raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.text == text, timeout):
                raise TimeoutError(f"it shows {self.text!r}, not {text!r}")

    def _noted(self, what: str) -> None:
        """A session ends with its connection."""
        if what == "host connected":
            self._held, self._version, self._session, self._xml = b"", False, "", b""

    def _receive(self, data: bytes) -> None:
        with self.changed:
            if self.cut_after is not None:
                data = data[: self.cut_after]
                self.cut_after -= len(data)
                if not self.cut_after:
                    self.cut_after = None
                    self._port.unplug_soon()
            self._held += data
            while len(self._held) >= 2 and len(self._held) >= (size := self._held[0] | self._held[1] << 8) >= 4:
                packet, self._held = self._held[:size], self._held[size:]
                self.packets += 1
                if size > LARGEST:
                    self._error(8)
                elif not self.silent:
                    self._hear(packet[2] | packet[3] << 8, packet[4:])
            self.changed.notify_all()

    def _hear(self, command: int, data: bytes) -> None:
        if command == 0x5F:
            self.heartbeats += 1
            self._say(0x60, b"")
        elif command == 0x2001 and data == b"\x05\x00\x00\x01":
            self._version = True
            self._say(0x2002, data + (b"" if self.short_version else b"\x00\x00"))
        elif command == 0x2003 and self._version:
            self._gather(data)
        else:
            self._error(9)

    def _gather(self, data: bytes) -> None:
        total, offset = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little")
        if offset != len(self._xml):
            self._xml = b""
            self._error(22)
            return
        self._xml += data[8:]
        if len(self._xml) >= total:
            xml, self._xml = self._xml.decode("utf-8"), b""
            self._do(xml)

    def _do(self, xml: str) -> None:
        asked = re.search(r'<in method="(\w+)"', xml)
        session = re.search(r'<sdk guid="([^"]*)"', xml)
        if asked is None or session is None:
            self._error(23)
        elif asked[1] == "GetIFVersion":
            self.sessions += 1
            self._session = f"{self.sessions:032x}"
            self._answer(asked[1], "kSuccess", '<version value="1000000"/>')
        elif not self._session or session[1] != self._session:
            self._error(44)
        else:
            if self.result == "kSuccess":
                self.programmes.append(_programme(xml))
            self._answer(asked[1], self.result, "")

    def _answer(self, method: str, result: str, inside: str) -> None:
        xml = f'<?xml version="1.0" encoding="utf-8"?>\n<sdk guid="{self._session}">\n    <out method="{method}" '
        raw = (xml + f'result="{result}">{inside}</out>\n</sdk>\n').encode()
        step = -(-len(raw) // self.slices)
        for at in range(0, len(raw), step):
            self._say(0x2004, len(raw).to_bytes(4, "little") + at.to_bytes(4, "little") + raw[at : at + step])

    def _error(self, number: int) -> None:
        self.wrong += 1
        self._say(0x2000, bytes([number, 0]))

    def _say(self, command: int, data: bytes) -> None:
        self._port.send((len(data) + 4).to_bytes(2, "little") + command.to_bytes(2, "little") + data)


def _programme(xml: str) -> Programme:
    def found(pattern: str) -> str:
        match = re.search(pattern, xml, re.DOTALL)
        return match[1] if match else ""

    place = [int(found(rf'<rectangle [^>]*\b{side}="(\d+)"')) for side in ("x", "y", "width", "height")]
    text = unescape(found(r"<string>(.*?)</string>"))
    stamp = int(found(r'timeStamps="(\d+)"'))
    return Programme(text, found(r'color="(#[0-9a-f]{6})"'), (place[0], place[1], place[2], place[3]), stamp)
