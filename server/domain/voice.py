"""Where and when a hall speaks: the languages of a voice zone, and whether it is silent now."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from server.domain.hall import Hall, Session, Zone
from server.domain.hours import local, sessions_of


class VoiceState(StrEnum):
    """What a paired display is for a voice zone, the best first."""

    SPEAKS = "speaks"  # it holds the speaker lease
    STANDBY = "standby"  # another one speaks, or the hall is silent
    BLOCKED = "blocked"  # its browser lets no sound out
    ABSENT = "absent"  # it has not been heard for as long as a lease lasts


def best_of(states: Iterable[str]) -> VoiceState | None:
    """What a voice zone has in its displays; None where no display was ever to speak."""
    found = set(states)
    return next((state for state in VoiceState if state.value in found), None)


def zones_of(hall: Hall, voice_zone: str) -> tuple[Zone, ...]:
    """The zones whose calls are spoken in this voice zone; none where there is no such one."""
    return tuple(zone for zone in hall.zones.values() if zone.voice_zone == voice_zone)


def languages(hall: Hall, voice_zone: str) -> tuple[str, ...]:
    """The voice zone's own languages in their order, or the hall's. Zones that share a voice zone say the same."""
    own = next((zone.languages for zone in zones_of(hall, voice_zone) if zone.languages), ())
    return own or hall.rules.voice_languages


def is_silent(hall: Hall, voice_zone: str, day: date, now_ms: int) -> bool:
    """Whether calls are shown and not spoken at an instant (epoch ms).

    A session counts for the voice zones where its windows are, from its opening until the next such session opens: who
    is still there when it closes is called in it. Of sessions that run at once one silent one is enough. A hall that is
    always open has no sessions.
    """
    if hall.rules.voice_silent or hall.rules.always_open:
        return hall.rules.voice_silent
    now = local(hall, now_ms)
    begun = [s for s in sessions_of(hall, day) if _there(hall, s, voice_zone) and _opens(hall, day, s) <= now]
    running = [s for s in begun if now.date() == day and now.time() < s.closes]
    return any(session.silent for session in running or begun[-1:])


def _there(hall: Hall, session: Session, voice_zone: str) -> bool:
    zones = {zone.code for zone in zones_of(hall, voice_zone)}
    return any(window.zone in zones and session.has_window(window.no) for window in hall.windows.values())


def _opens(hall: Hall, day: date, session: Session) -> datetime:
    return datetime.combine(day, session.opens, hall.timezone)
