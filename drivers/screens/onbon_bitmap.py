"""Onbon (仰邦) BX-6Q cards: a picture of the text in a dynamic area, so that the card's own fonts do not matter.

Layout from the vendor's published source (confidence A), unverified on hardware. No question is published that changes
nothing, so a card is not asked whether it is there: it is known by its answer to the last picture.
"""

from typing import Final

from drivers.framing import Frame
from drivers.profiles.profile import Area, Profile
from drivers.screens.onbon_frames import answer_to, wrapped
from drivers.screens.pixels import picture
from drivers.screens.strip_driver import Answer
from drivers.screens.strip_text import Colour, StripText

_ANY_CARD: Final = 0xFFFF
_US: Final = 0x8000
_MODEL: Final = 0x0266  # 6Q2, as the vendor's program says of every card
_SHOW: Final = b"\x01\xa7\x00"  # answer wanted, group, command
_PICTURES: Final = 0x10
_HOLD: Final = 100  # how long a page stays before the same one comes again


def _u16(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "little") for number in numbers)


def _u32(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "little") for number in numbers)


def frame(data: bytes) -> bytes:
    """A frame for the card at the other end of the connection."""
    return wrapped(_u16(_ANY_CARD, _US) + b"\xf0\x00" + _u16(_MODEL) + bytes(4) + _u32(len(data)) + data)


def dynamic_area(area: Area, pixels: bytes) -> bytes:
    """The data that shows one page of pixels beside every programme of the card."""
    page = bytes(4) + _u16(_HOLD) + b"\x01" + _u16(area.width) + bytes(9) + _u32(0, len(pixels))
    about = bytes([area.number, 0]) + _u16(0) + b"\x01" + _u16(0) + b"\x00" + bytes(4)
    about += bytes([_PICTURES]) + _u16(area.x, area.y, area.width, area.height) + bytes(5) + bytes(5)
    about += _u16(1) + _u32(len(page)) + page
    return _SHOW + bytes(2) + _u16(1) + _u32(len(about)) + about + pixels


class OnbonBitmapCard:
    """One card (drivers.screens.strip_driver.StripDriver)."""

    def __init__(self, profile: Profile) -> None:
        assert profile.area is not None
        self.profile = profile
        self._area: Area = profile.area

    def compose(self, text: str, colour: Colour = Colour.RED) -> StripText:
        """The text as it will be drawn."""
        return picture(text, colour, self._area)

    def opened(self) -> None:
        """Nothing is agreed on with a card."""

    def greeting(self) -> bytes | None:
        """It needs none."""
        return None

    def show(self, address: int, text: StripText) -> bytes:
        """The frame with the picture."""
        return frame(dynamic_area(self._area, text.payload))

    def ask(self, address: int) -> bytes | None:
        """None: no harmless question is known."""
        return None

    def meaning(self, frame: Frame) -> Answer | None:
        """Yes, busy, or no with the reason. Before group and command stands a byte of no known meaning, behind them a
        status and an error of two bytes each."""
        return answer_to(frame.data[1:3], int.from_bytes(frame.data[5:7], "little"))
