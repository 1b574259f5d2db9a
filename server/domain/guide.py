"""A citizen at a kiosk asks for a guide; somebody sees to it. Times are epoch milliseconds."""

from dataclasses import dataclass

from contract.words import Code
from server.domain.errors import Refusal


@dataclass(slots=True)
class GuideRequest:
    """One request: open until somebody of the staff attends."""

    id: int
    kiosk: str
    asked_ms: int
    attended_ms: int | None = None
    attended_by: str = ""
    revision: int = 0

    @property
    def open(self) -> bool:
        """Whether nobody has seen to it yet."""
        return self.attended_ms is None

    def attend(self, by: str, now_ms: int) -> None:
        """The first who attends stands; the second is told."""
        if not self.open:
            raise Refusal(Code.REQUEST_OVER)
        self.attended_ms, self.attended_by = now_ms, by
