"""Text as a strip shows it: cells, colours, and what had to be left out."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from drivers.profiles.profile import Encoding

# Below 255 bytes all known sources agree on the length field.
_PAYLOAD_LIMIT: Final = 254
_MARKUP: Final = re.compile(r"#([012])#")


class Colour(StrEnum):
    """What a strip can show; yellow is both lamps at once."""

    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"


_OF_MARKUP: Final = {"0": Colour.RED, "1": Colour.GREEN, "2": Colour.YELLOW}


@dataclass(frozen=True, slots=True)
class StripText:
    """``payload``: bytes for the strip. ``shown``: the text as it will stand there. ``replaced``: characters the
    strip does not have. ``clipped``: the end did not fit."""

    payload: bytes
    shown: str
    replaced: str
    clipped: bool


def compose(text: str, encoding: Encoding, colour: Colour = Colour.RED) -> StripText:
    """Text with ``#0#`` red, ``#1#`` green, ``#2#`` yellow from there on; ``colour`` holds before the first mark."""
    payload = bytearray()
    shown: list[str] = []
    replaced: list[str] = []
    cells = 0
    for sign, of_colour in coloured(text, colour):
        code = code_of(sign, encoding.charset)
        if code is None:
            replaced.append(sign)
            sign, code = encoding.unencodable, encoding.unencodable.encode(encoding.charset)
        # One byte of GBK is one cell.
        coded = code + (bytes([encoding.colours[of_colour.value]]) if encoding.colours else b"")
        if cells + len(code) > encoding.max_cells or len(payload) + len(coded) > _PAYLOAD_LIMIT:
            return StripText(bytes(payload), "".join(shown), "".join(replaced), clipped=True)
        cells += len(code)
        shown.append(sign)
        payload += coded
    return StripText(bytes(payload), "".join(shown), "".join(replaced), clipped=False)


def coloured(text: str, colour: Colour) -> list[tuple[str, Colour]]:
    """Each character with its colour; the marks are taken out."""
    signs: list[tuple[str, Colour]] = []
    for place, part in enumerate(_MARKUP.split(text)):
        if place % 2:
            colour = _OF_MARKUP[part]
        else:
            signs.extend((sign, colour) for sign in part)
    return signs


def code_of(sign: str, charset: str) -> bytes | None:
    """The code of a visible character in GBK or GB2312, or None."""
    try:
        code = sign.encode(charset)
    except UnicodeEncodeError:
        return None
    return code if len(code) == 2 or 0x20 <= code[0] < 0x7F else None
