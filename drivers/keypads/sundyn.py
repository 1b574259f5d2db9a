"""Sundyn M7 and M8 rating tablets on the network: short texts by UDP. One code base read in full (confidence B),
unverified on hardware. The command that sets a server is left out: it sends a password in clear.

Bytes only: send what the functions give to the tablet's port, feed every datagram from it to ``hear``. The keys of a
tablet are set on it, so the caller says which key is which level.
"""

from collections.abc import Mapping
from typing import Final

TABLET_PORT: Final = 8001
OUR_PORT: Final = 7791
HEARTBEAT_S: Final = 10.0
ABSENT_AFTER_S: Final = 3 * HEARTBEAT_S
_SAY_AGAIN_S: Final = 1.0
_SAY_TIMES: Final = 5
_LONGEST: Final = 512

HEARTBEAT: Final = b"S95E"
WELCOME: Final = b"S01E"
RATE: Final = b"S02E"
PAUSE: Final = b"S03E"
RESUME: Final = b"S06E"
SIGN_OUT: Final = b"S05E"


def sign_in(card: str) -> bytes:
    """The clerk with this card sits down. Raises ValueError for a card that would end the command early."""
    if not card.isdigit() or not card.isascii() or len(card) > 20:
        raise ValueError("a card has up to 20 digits")
    return f"S04{card}E".encode()


class SundynTablet:
    """One tablet. A key counts once in an invitation, and never without one: UDP may say a thing twice or late. What
    is asked of it is said again until it says that it heard, a few times."""

    def __init__(self, key_map: Mapping[str, int]) -> None:
        """``key_map``: the tablet's key to level, 5 best. Raises ValueError for two keys of a level or an empty key."""
        levels = sorted(key_map.values())
        if "" in key_map or len(set(levels)) != len(levels) or not set(levels) <= set(range(1, 6)) or len(levels) < 2:
            raise ValueError("each level needs one key of its own")
        self._key_map = dict(key_map)
        self._invited = False
        self._heard_at: float | None = None
        self._beat_at: float | None = None
        self._unheard = b""  # what the tablet has not said that it heard
        self._unheard_at: float | None = None
        self._times = 0
        self.unexpected = 0

    def invite(self) -> bytes:
        """The datagram that asks for a rating."""
        self._invited = True
        return self._wanting(RATE)

    def cancel(self) -> bytes:
        """The invitation is over; the tablet shows its welcome."""
        self._invited = False
        return self._wanting(WELCOME)

    def beat_anew(self) -> None:
        """The port was opened: ask at once how the tablet is, and say again what it should show."""
        self._beat_at = None
        if self._invited:
            self._wanting(RATE)

    def due(self, now: float) -> bytes | None:
        """What to send now: something it has not heard yet, or the heartbeat, when it is time for one."""
        if self._unheard and self._times < _SAY_TIMES:
            if self._unheard_at is None:
                self._unheard_at = now
            elif now - self._unheard_at >= _SAY_AGAIN_S:
                self._unheard_at = now
                self._times += 1
                return self._unheard
        if self._beat_at is not None and now - self._beat_at < HEARTBEAT_S:
            return None
        self._beat_at = now
        return HEARTBEAT

    def is_present(self, now: float) -> bool:
        """Whether it answered lately."""
        return self._heard_at is not None and now - self._heard_at < ABSENT_AFTER_S

    def value_of(self, level: int) -> int:
        """The key of a level, as one number."""
        key = next(key for key, its_level in self._key_map.items() if its_level == level)
        return int.from_bytes(key.encode("utf-8"), "big")

    def hear(self, datagram: bytes, now: float) -> int | None:
        """The level that was pressed, if that is what the datagram says."""
        try:
            text = datagram[:_LONGEST].decode("utf-8")
        except UnicodeDecodeError:
            self.unexpected += 1
            return None
        parts = text.strip("\r\n").split("||")
        if parts[0] in ("RecvCmdOK", "S95OK", "S04OK", "S05OK") and len(parts) == 1:
            if parts[0] == "RecvCmdOK":
                self._unheard = b""
            self._is_there(now)
            return None
        # What follows the key is not known, but something does: a datagram cut short is no press.
        level = self._key_map.get(parts[2]) if parts[0] == "S02" and len(parts) > 3 else None
        if level is None or not self._invited:
            self.unexpected += 1
            return None
        self._invited = False
        self._unheard = b""
        self._is_there(now)
        return level

    def _is_there(self, now: float) -> None:
        if self._heard_at is not None and not self.is_present(now) and self._invited:
            self._wanting(RATE)  # it was away, and may have forgotten
        self._heard_at = now

    def _wanting(self, command: bytes) -> bytes:
        self._unheard, self._unheard_at, self._times = command, None, 0
        return command


def is_press(datagram: bytes) -> bool:
    """Whether it looks like a key, whatever it is worth."""
    return datagram.startswith(b"S02")
