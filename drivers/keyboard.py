"""Keyboard-emulating devices on Linux: the key presses in a stream of /dev/input events.

An event is two machine words of time, then type, code and value (linux/input.h): 24 bytes on 64-bit systems, 16 on
32-bit ones. A press is type EV_KEY with value 1; 0 is the release, 2 the keyboard's own repeat, which no finger made.
Unverified on hardware.
"""

import struct
from collections.abc import Mapping
from typing import Final

_EV_KEY: Final = 1
_PRESSED: Final = 1
_SHIFTS: Final = frozenset({42, 54})
ENTERS: Final = frozenset({28, 96})
WORD: Final = struct.calcsize("l")

# Codes of the keys that type something (linux/input-event-codes.h): plain, and with shift.
_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_SIGNS: Final = {
    first + place: (plain, shifted)
    for first, plains, shifts in _ROWS
    for place, (plain, shifted) in enumerate(zip(plains, shifts, strict=True))
} | {code: (sign, sign) for code, sign in zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 83), "0123456789.", strict=True)}


class InputEvents:
    """Feed it what was read; it gives the key codes that went down and came up: ``(code, down)``."""

    def __init__(self, word: int = WORD) -> None:
        """``word``: bytes of a machine word, 8 or 4."""
        self._form = struct.Struct(f"={2 * word}xHHi")
        self._held = b""

    def feed(self, chunk: bytes) -> list[tuple[int, bool]]:
        """The next bytes of the stream, split anywhere. The kernel gives whole events, a pipe need not."""
        self._held += chunk
        whole = len(self._held) // self._form.size * self._form.size
        found = self._form.iter_unpack(self._held[:whole])
        self._held = self._held[whole:]
        return [(code, value == _PRESSED) for kind, code, value in found if kind == _EV_KEY and value in (0, _PRESSED)]


class Typing:
    """The signs that a keyboard's presses type, with its shift keys; None for a key that types nothing."""

    def __init__(self) -> None:
        self._shifts: set[int] = set()

    def sign(self, code: int, down: bool) -> str | None:
        """``\\n`` for either Enter."""
        if code in _SHIFTS:
            (self._shifts.add if down else self._shifts.discard)(code)
            return None
        if not down:
            return None
        if code in ENTERS:
            return "\n"
        signs = _SIGNS.get(code)
        return None if signs is None else signs[bool(self._shifts)]


class KeyboardPad:
    """A rating pad that pretends to be a keyboard: one key, one level. The keyboard's own repeat is no press; what is
    the same press struck twice, drivers.presses judges."""

    def __init__(self, key_map: Mapping[str, int], levels: frozenset[int], word: int = WORD) -> None:
        """Raises ValueError for a key that is no single sign, or a hole in the key map."""
        if any(len(sign) != 1 for sign in key_map) or sorted(key_map.values()) != sorted(levels) or len(levels) < 2:
            raise ValueError("each level needs one key that types one sign, and no key may be left over")
        self._key_map = dict(key_map)
        self._events = InputEvents(word)
        self._typing = Typing()
        self.unexpected = 0

    def feed(self, chunk: bytes) -> list[tuple[str, int]]:
        """The keys pressed and their levels, 5 best."""
        pressed = []
        for code, down in self._events.feed(chunk):
            sign = self._typing.sign(code, down)
            if sign is None or sign == "\n":
                continue
            if sign in self._key_map:
                pressed.append((sign, self._key_map[sign]))
            else:
                self.unexpected += 1
        return pressed
