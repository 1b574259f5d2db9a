"""What Linux says of the keys of a keyboard-like device: events of two machine words of time, type, code and value.

A second implementation that shares nothing with the drivers. There is no kernel behind it, so it cannot be grabbed.
"""

import struct

CODES = {
    "1": 2, "2": 3, "3": 4, "4": 5, "5": 6, "6": 7, "7": 8, "8": 9, "9": 10, "0": 11, "-": 12, "=": 13, ";": 39,
    "/": 53, ".": 52, "\n": 28, " ": 57,
    "q": 16, "w": 17, "e": 18, "r": 19, "t": 20, "y": 21, "u": 22, "i": 23, "o": 24, "p": 25,
    "a": 30, "s": 31, "d": 32, "f": 33, "g": 34, "h": 35, "j": 36, "k": 37, "l": 38,
    "z": 44, "x": 45, "c": 46, "v": 47, "b": 48, "n": 49, "m": 50,
}  # fmt: skip
SHIFTED = {"#": "3", ":": ";", "?": "/", "+": "=", "&": "7", "_": "-", "%": "5"}
SHIFT = 42


def typed(text: str) -> bytes:
    """The events of these keys, struck one after the other. Raises KeyError for a sign that is not on it."""
    out = b""
    for sign in text:
        plain = SHIFTED.get(sign, sign.lower())
        shift = plain != sign
        out += _event(SHIFT, 1) if shift else b""
        out += _event(CODES[plain], 1) + _event(CODES[plain], 0)
        out += _event(SHIFT, 0) if shift else b""
    return out


def held(sign: str, repeats: int) -> bytes:
    """A finger that stays on the key."""
    return _event(CODES[sign], 1) + _event(CODES[sign], 2) * repeats + _event(CODES[sign], 0)


def _event(code: int, value: int) -> bytes:
    return struct.pack("@llHHi", 1_791_000_000, 0, 1, code, value) + struct.pack("@llHHi", 1_791_000_000, 0, 0, 0, 0)
