"""Onbon (仰邦) BX-5K, 5MK and 6K font cards: a text in a dynamic area, which lives in the card's memory and wears out
nothing. Layout from the vendor's published documents and source (confidence A), unverified on hardware. The card draws
the text with its own font, in GB2312 or GBK, whichever was loaded.
"""

from typing import Final

from drivers.framing import Frame
from drivers.profiles.profile import Area, Encoding, Profile
from drivers.screens.onbon_frames import answer_to, wrapped
from drivers.screens.strip_driver import Answer
from drivers.screens.strip_text import Colour, StripText, code_of, coloured

_MOTIONS: Final = {"still": 1, "instant": 2, "left": 3, "right": 4, "up": 5, "down": 6}
_ONE_LINE: Final = 1
_BREAK_BY_ITSELF: Final = 2
_BACKSLASH: Final = "＼"  # the card takes the other one for an order
PING: Final = b"\xa2\x00\x01\x00\x00"


def frame(data: bytes, address: int = 1) -> bytes:
    """A frame for the card at this address."""
    header = address.to_bytes(2, "little") + b"\x00\x80" + bytes(6) + b"\xfe\x02" + len(data).to_bytes(2, "little")
    return wrapped(header + data)


def dynamic_area(area: Area, text: bytes, *, lines: int = _ONE_LINE, speed: int = 0, stay: int = 0) -> bytes:
    """The data that puts a text into an area for as long as no other comes, with no sound. ``stay``: half seconds."""
    sides = (area.x // area.unit, area.y, area.width // area.unit, area.height)
    body = b"\x00" + b"".join(side.to_bytes(2, "little") for side in sides)
    body += bytes([area.number, 0, 0]) + (2).to_bytes(2, "little")
    body += bytes([0, 0, 0, lines, _BREAK_BY_ITSELF, _MOTIONS[area.motion], 0, speed, stay])
    body += len(text).to_bytes(4, "little") + text
    rest = b"\x00\x01" + len(body).to_bytes(2, "little") + body
    return b"\xa3\x06\x01" + len(rest).to_bytes(2, "little") + rest


class OnbonFontCard:
    """One card (drivers.screens.strip_driver.StripDriver)."""

    def __init__(self, profile: Profile) -> None:
        assert profile.encoding is not None and profile.area is not None
        self.profile = profile
        self._encoding: Encoding = profile.encoding
        self._area: Area = profile.area

    def compose(self, text: str, colour: Colour = Colour.RED) -> StripText:
        """The card's own colour is red; others are ordered by a backslash, C and a figure before the character."""
        payload, shown, replaced, cells = bytearray(), "", "", 0
        now = Colour.RED
        for sign, of_colour in coloured(text, colour):
            code = code_of(sign, self._encoding.charset)
            if code is None or sign == "\\":
                replaced += sign
                sign = self._encoding.unencodable if code is None else _BACKSLASH
                code = sign.encode(self._encoding.charset)
            cells += len(code)
            if cells > self._encoding.max_cells:
                return StripText(bytes(payload), shown, replaced, clipped=True)
            if of_colour is not now and of_colour.value in self._encoding.colours:
                payload += f"\\C{self._encoding.colours[of_colour.value]}".encode("ascii")
                now = of_colour
            payload += code
            shown += sign
        return StripText(bytes(payload), shown, replaced, clipped=False)

    def opened(self) -> None:
        """Nothing is agreed on with a card."""

    def greeting(self) -> bytes | None:
        """It needs none."""
        return None

    def show(self, address: int, text: StripText) -> bytes:
        """Nothing is shown as one space: whether a card takes an empty text is not known."""
        return frame(dynamic_area(self._area, text.payload or b" "), address)

    def ask(self, address: int) -> bytes | None:
        """Are you there?"""
        return frame(PING, address)

    def meaning(self, frame: Frame) -> Answer | None:
        """Yes, busy, or no with the reason."""
        return answer_to(frame.data[:2], frame.data[2] if len(frame.data) > 2 else 0)
