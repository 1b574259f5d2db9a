"""Who speaks in a voice zone: one page at a time holds the zone's lease. In memory: a restart asks everybody again.

The holder says every two seconds that it is there; ten seconds without a word and the next page that asks has it. A
lease that no page has shown yet ends sooner: its answer may have reached nobody, and no other page speaks meanwhile.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

LEASE_S = 10.0
NEW_S = 4.0  # until it is shown for the first time; longer than a page waits for an answer
_REMEMBERED_S = 120.0  # longer than any call may still be spoken
Place = tuple[str, str]  # hall, voice zone


class Held(NamedTuple):
    """A lease as it stands now: what the page shows next time, and for how many seconds it holds."""

    lease: str
    lasts_s: float


@dataclass(slots=True)
class _Speaker:
    """A zone's speaker, if it has one (the display whose page it is), and what was spoken lately (call → when)."""

    lease: str = ""
    display: str = ""
    until: float = 0.0
    spoken: dict[int, float] = field(default_factory=dict)


class SpeakerLeases:
    """All zones' leases. `monotonic` in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._speakers: dict[Place, _Speaker] = {}

    def take(self, place: Place, display: str, lease: str | None) -> Held | None:
        """Renew one's own lease, or take a free one; None where another page speaks."""
        now, speaker = self._monotonic(), self._speakers.setdefault(place, _Speaker())
        own = bool(speaker.lease) and (lease, display) == (speaker.lease, speaker.display)
        if now < speaker.until and not own:
            return None
        if not own:
            speaker.lease, speaker.display = secrets.token_hex(16), display
        held = Held(speaker.lease, LEASE_S if own else NEW_S)
        speaker.until = now + held.lasts_s
        return held

    def give_back(self, place: Place, display: str, lease: str) -> None:
        """The page is closed: the next one need not wait."""
        if self.holds(place, display, lease):
            self._speakers[place].until = 0.0

    def holds(self, place: Place, display: str, lease: str) -> bool:
        """Whether this page of this display is the zone's speaker now."""
        speaker = self._speakers.get(place)
        if speaker is None or self._monotonic() >= speaker.until:
            return False
        return (lease, display) == (speaker.lease, speaker.display)

    def said(self, place: Place, call: int) -> None:
        """A call was spoken: whoever takes over does not say it again."""
        now, speaker = self._monotonic(), self._speakers.setdefault(place, _Speaker())
        speaker.spoken = {one: at for one, at in speaker.spoken.items() if now - at < _REMEMBERED_S}
        speaker.spoken[call] = now

    def spoken(self, place: Place) -> list[int]:
        """The calls spoken lately."""
        speaker = self._speakers.get(place)
        return list(speaker.spoken) if speaker is not None else []
