"""Which lines a kiosk without the server may give numbers for: by the last cards, the hours on them, and the clock."""

from datetime import datetime

from contract.cards import HallCard, LineCard
from contract.words import WhyClosed

# What the clock alone does not change.
_STANDS = frozenset(
    {WhyClosed.DAY_CLOSED, WhyClosed.STOPPED, WhyClosed.ASK_DESK, WhyClosed.NO_WINDOW, WhyClosed.NO_SESSION_TODAY}
)


def why_closed(hall: HallCard, line: LineCard, now: datetime) -> WhyClosed | None:
    """Why the line gives no number at `now` (UTC); None if it does."""
    if hall.day_closed:
        return WhyClosed.DAY_CLOSED
    if line.why in _STANDS:
        return line.why
    spans = [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in line.taking]
    if not spans:
        return None if line.open else line.why
    if any(begins <= now < ends for begins, ends in spans):
        return None
    if now < min(begins for begins, _ in spans):
        return WhyClosed.BEFORE_HOURS
    return WhyClosed.BREAK if any(begins > now for begins, _ in spans) else WhyClosed.AFTER_HOURS
