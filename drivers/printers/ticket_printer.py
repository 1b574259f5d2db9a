"""What a ticket printer is to the rest of the system."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from drivers.printers.layout import Slip


class Paper(StrEnum):
    OK = "ok"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    PRINTED = "printed"  # the printer said so after the last line
    SENT = "sent"  # all bytes left for a printer that cannot answer
    UNKNOWN = "unknown"  # paper may have come out, in part or whole
    FAILED = "failed"  # nothing of the slip reached the printer


class Reason(StrEnum):
    UNREACHABLE = "unreachable"  # the port or address does not open
    TAKEN = "taken"  # another program has the port
    SILENT = "silent"  # it opens, nobody answers
    OFFLINE = "offline"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    CUTTER = "cutter"
    OVERHEATED = "overheated"
    FAULT = "fault"
    CONNECTION_LOST = "connection_lost"
    STALLED = "stalled"  # it stopped taking bytes
    NOT_CONFIRMED = "not_confirmed"  # all bytes taken, no word that they were printed


@dataclass(frozen=True)
class PrinterStatus:
    """As told by the printer; None and UNKNOWN mean that it did not say. ``detail``: the system's
    own words of the port."""

    online: bool | None = None
    paper: Paper = Paper.UNKNOWN
    cover_open: bool | None = None
    error: Reason | None = None
    detail: str = field(default="", compare=False)

    @property
    def refusal(self) -> Reason | None:
        """Why no slip must be sent now; None when nothing speaks against it."""
        if self.cover_open:
            return Reason.COVER_OPEN
        if self.paper is Paper.OUT:
            return Reason.PAPER_OUT
        if self.error is not None:
            return self.error
        return Reason.OFFLINE if self.online is False else None


@dataclass(frozen=True)
class PrintResult:
    outcome: Outcome
    reason: Reason | None = None
    substituted: tuple[str, ...] = ()  # characters no font had, printed as 〓


class TicketPrinter(Protocol):
    """One slip at a time; faults of the device are answers, never exceptions."""

    def status(self) -> PrinterStatus: ...

    def print(self, slip: Slip) -> PrintResult: ...

    def close(self) -> None: ...
