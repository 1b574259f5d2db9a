"""Huidu (灰度) full-colour cards by TCP: which version, which session, then a programme with one text as XML.

Numbers stand low byte first; a packet begins with its own length and a command. From the vendor's published source
(confidence A): packets, the version question, the session, the slices. From several public programs that agree, not
from the vendor's repository (B): the XML of a programme, the error codes, the heartbeat. Ours: the ids, the size of the
characters, one programme with one area. Unverified on hardware.
"""

from collections.abc import Callable
from time import time
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from drivers.framing import Frame
from drivers.profiles.profile import Area, Encoding, Profile
from drivers.screens.pixels import LIGHT
from drivers.screens.strip_driver import Answer
from drivers.screens.strip_text import Colour, StripText, coloured

LONGEST_PACKET: Final = 9 * 1024
_SLICE: Final = LONGEST_PACKET - 12
_LONGEST_ANSWER: Final = 64 * 1024
_HEARTBEAT, _HEARTBEAT_ANSWER = 0x005F, 0x0060
_ERROR, _VERSION, _VERSION_ANSWER, _XML, _XML_ANSWER = 0x2000, 0x2001, 0x2002, 0x2003, 0x2004
_OUR_VERSION: Final = 0x01000005
_OCCUPIED: Final = 5
_NO_SESSION: Final = "##GUID"
_DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
_OF_HEIGHT: Final = 3 / 4  # the card counts characters' sizes in points


def packet(command: int, data: bytes = b"") -> bytes:
    """One packet."""
    return (4 + len(data)).to_bytes(2, "little") + command.to_bytes(2, "little") + data


def version_question() -> bytes:
    """The first thing that is said."""
    return packet(_VERSION, _OUR_VERSION.to_bytes(4, "little"))


def xml_packets(xml: str) -> bytes:
    """A document in as many packets as it needs; it is answered once, behind the last."""
    raw = xml.encode("utf-8")
    return b"".join(
        packet(_XML, len(raw).to_bytes(4, "little") + at.to_bytes(4, "little") + raw[at : at + _SLICE])
        for at in range(0, len(raw), _SLICE)
    )


def _method(session: str, name: str, inside: str) -> str:
    return f'{_DECLARATION}<sdk guid={quoteattr(session)}><in method="{name}">{inside}</in></sdk>\n'


class HuiduCard:
    """One card (drivers.screens.strip_driver.StripDriver). ``clock``: seconds since 1970; a programme carries its time,
    so that the card takes it for a new one."""

    def __init__(self, profile: Profile, clock: Callable[[], float] = time) -> None:
        assert profile.encoding is not None and profile.area is not None
        self.profile = profile
        self._encoding: Encoding = profile.encoding
        self._area: Area = profile.area
        self._clock = clock
        self.opened()

    def opened(self) -> None:
        """A session ends with its connection."""
        self._version_agreed = False
        self._session: str | None = None
        self._answer = bytearray()

    def compose(self, text: str, colour: Colour = Colour.RED) -> StripText:
        """The payload is the text's part of the XML; the whole text has the colour of its first character."""
        signs = coloured(text, colour)
        shown, replaced, cells = "", "", 0
        for sign, _ in signs:
            if not sign.isprintable() or 0xD800 <= ord(sign) < 0xE000:
                replaced, sign = replaced + sign, self._encoding.unencodable
            cells += 1 if sign.isascii() else 2
            if cells > self._encoding.max_cells:
                break
            shown += sign
        return StripText(self._text(shown, signs[0][1] if signs else colour).encode("utf-8"), shown, replaced,
                         clipped=len(shown) < len(signs))  # fmt: skip

    def _text(self, shown: str, colour: Colour) -> str:
        size = self._area.font_px or self._area.height
        return (
            f'<style align="center" valign="middle"/><string>{escape(shown)}</string>'
            f'<font name={quoteattr(self._area.font_name)} size="{round(size * _OF_HEIGHT)}" '
            f'color="#{bytes(LIGHT[colour]).hex()}" bold="false" italic="false" underline="false"/>'
        )

    def greeting(self) -> bytes | None:
        """The version first, then the session."""
        if not self._version_agreed:
            return version_question()
        if self._session is None:
            return xml_packets(_method(_NO_SESSION, "GetIFVersion", '<version value="1000000"/>'))
        return None

    def show(self, address: int, text: StripText) -> bytes:
        """The programme that takes the place of all others."""
        area = self._area
        return xml_packets(_method(self._session or _NO_SESSION, "AddProgram",
            f'<screen timeStamps="{int(self._clock() * 1000)}"><program guid="paihao-programme" type="normal">'
            f'<playControl count="1" disabled="false"/><area guid="paihao-area" alpha="255">'
            f'<rectangle x="{area.x}" y="{area.y}" width="{area.width}" height="{area.height}"/><resources>'
            f'<text guid="paihao-text" singleLine="true">{text.payload.decode("utf-8")}</text>'
            f"</resources></area></program></screen>"
        ))  # fmt: skip

    def ask(self, address: int) -> bytes | None:
        """The heartbeat."""
        return packet(_HEARTBEAT)

    def meaning(self, frame: Frame) -> Answer | None:
        """An answer in several packets means something when it is whole."""
        command, data = int.from_bytes(frame.data[:2], "little"), frame.data[2:]
        if command == _HEARTBEAT_ANSWER:
            return Answer(done=True)
        if command == _VERSION_ANSWER:
            self._version_agreed = True
            return Answer(done=True)
        if command == _ERROR:
            error = int.from_bytes(data[:2], "little")
            return Answer(done=False, busy=error == _OCCUPIED, why=f"error {error}")
        return self._gathered(data) if command == _XML_ANSWER and len(data) >= 8 else None

    def _gathered(self, data: bytes) -> Answer | None:
        total, offset = int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little")
        if offset != len(self._answer):
            self._answer.clear()
        if offset == len(self._answer):
            self._answer += data[8:]
        if len(self._answer) < total <= _LONGEST_ANSWER:
            return None
        whole = bytes(self._answer)
        self._answer.clear()
        return self._understood(whole) if len(whole) == total else Answer(done=False, why="an answer of another length")

    def _understood(self, whole: bytes) -> Answer:
        try:
            # A document type is never needed, and could make a short text long.
            root = None if b"<!" in whole else ElementTree.fromstring(whole.rstrip(b"\0"))
        except ElementTree.ParseError:
            root = None
        out = None if root is None else root.find("out")
        if root is None or out is None:
            return Answer(done=False, why="an answer that means nothing here")
        result = out.get("result", "")
        if result != "kSuccess":
            return Answer(done=False, busy=result == "kDeviceOccupa", why=result[:40] or "no result")
        if out.get("method") == "GetIFVersion":
            self._session = root.get("guid") or None
            return Answer(done=self._session is not None, why="" if self._session else "no session")
        return Answer(done=True)
