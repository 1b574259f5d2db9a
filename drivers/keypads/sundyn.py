"""Sundyn M7 and M8 rating tablets on the network: short texts by UDP. One code base read in full (confidence B),
unverified on hardware. The command that sets a server is left out: it sends a password in clear.

Bytes only: send what the functions give to the tablet's port, feed every datagram from it to ``hear``. The keys of a
tablet are set on it, so the caller says which key is which level.
"""

from typing import Final

TABLET_PORT: Final = 8001
OUR_PORT: Final = 7791
HEARTBEAT_S: Final = 10.0
_ABSENT_AFTER_S: Final = 3 * HEARTBEAT_S
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
    """One tablet. A key counts once in an invitation, and never without one: UDP may say a thing twice or late."""

    def __init__(self, key_map: dict[str, int]) -> None:
        """``key_map``: the tablet's key to level, 5 best. Raises ValueError for two keys of a level or an empty key."""
        levels = sorted(key_map.values())
        if "" in key_map or len(set(levels)) != len(levels) or not set(levels) <= set(range(1, 6)) or len(levels) < 2:
            raise ValueError("each level needs one key of its own")
        self._key_map = dict(key_map)
        self._invited = False
        self._heard_at: float | None = None
        self._beat_at: float | None = None
        self.unexpected = 0

    def invite(self) -> bytes:
        """The datagram that asks for a rating."""
        self._invited = True
        return RATE

    def cancel(self) -> bytes:
        """The invitation is over; the tablet shows its welcome."""
        self._invited = False
        return WELCOME

    def due(self, now: float) -> bytes | None:
        """The heartbeat, when it is time for one."""
        if self._beat_at is not None and now - self._beat_at < HEARTBEAT_S:
            return None
        self._beat_at = now
        return HEARTBEAT

    def is_present(self, now: float) -> bool:
        """Whether it answered lately."""
        return self._heard_at is not None and now - self._heard_at < _ABSENT_AFTER_S

    def hear(self, datagram: bytes, now: float) -> int | None:
        """The level that was pressed, if that is what the datagram says."""
        try:
            text = datagram[:_LONGEST].decode("utf-8")
        except UnicodeDecodeError:
            self.unexpected += 1
            return None
        parts = text.strip("\r\n").split("||")
        if parts[0] in ("RecvCmdOK", "S95OK", "S04OK", "S05OK") and len(parts) == 1:
            self._heard_at = now
            return None
        # What follows the key is not known, but something does: a datagram cut short is no press.
        level = self._key_map.get(parts[2]) if parts[0] == "S02" and len(parts) > 3 else None
        if level is None or not self._invited:
            self.unexpected += 1
            return None
        self._heard_at = now
        self._invited = False
        return level
