"""What a window is at work on at this moment. Times are epoch milliseconds."""

from dataclasses import dataclass


@dataclass(slots=True)
class WindowNow:
    """A window at this moment. `visit` is the visit in hand (called or serving), never a parked one."""

    no: str
    clerk: str = ""
    session: int | None = None
    paused_ms: int | None = None
    paused_reason: str = ""
    visit: int | None = None
    since_ms: int = 0
    revision: int = 0

    @property
    def open(self) -> bool:
        """Somebody sits there and works."""
        return bool(self.clerk) and self.paused_ms is None
