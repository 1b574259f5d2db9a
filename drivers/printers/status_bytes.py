"""ESC/POS status bytes, told apart by their fixed bits (Epson and Citizen status tables).

DLE EOT answers are xx0xx10 with bit 4 set, GS r answers have bits 4 and 7 clear, an automatic status is a byte
xx0xx00 with bit 4 set and three bytes with bits 4 and 7 clear. XON and XOFF are neither.
"""

from dataclasses import dataclass
from enum import Enum

from drivers.printers.ticket_printer import Paper, PrinterStatus, Reason

DLE_EOT_PRINTER, DLE_EOT_OFFLINE_CAUSE, DLE_EOT_ERROR_CAUSE, DLE_EOT_PAPER = (
    b"\x10\x04\x01",
    b"\x10\x04\x02",
    b"\x10\x04\x03",
    b"\x10\x04\x04",
)
GS_R_PAPER = b"\x1dr\x01"  # queued: answered when everything before it has been executed
AUTOMATIC_STATUS_ON, AUTOMATIC_STATUS_OFF = b"\x1da\xff", b"\x1da\x00"  # on: told at once and on each change
AUTOMATIC_SIZE = 4
FLOW_CONTROL = (0x11, 0x13)  # XON, XOFF
DLE_ENQ_RECOVER = b"\x10\x05\x02"  # go on after an error that was put right; what waits in the buffers is lost


class Kind(Enum):
    REAL_TIME = "DLE EOT"
    QUEUED = "GS r"
    AUTOMATIC = "GS a"


@dataclass(frozen=True)
class Answer:
    """`value`: one byte; of an automatic status four, the first highest."""

    kind: Kind
    value: int


class StatusReader:
    """Sorts what the printer sends, one byte at a time; noise is dropped."""

    _BLOCK_STARTS = frozenset((0x35, 0x37, 0x3B, 0x3D, 0x5F))

    def __init__(self) -> None:
        self._automatic = b""
        self._in_block = False

    def feed(self, data: bytes) -> list[Answer]:
        return [answer for byte in data if (answer := self._take(byte)) is not None]

    def _take(self, byte: int) -> Answer | None:
        if self._in_block:
            self._in_block = byte != 0
            return None
        if self._automatic and byte & 0x90 == 0:
            return self._automatic_goes_on(byte)
        if byte in self._BLOCK_STARTS:
            self._in_block = True
            return None
        self._automatic = b""
        if byte & 0x93 == 0x12:
            return Answer(Kind.REAL_TIME, byte)
        if byte & 0x93 == 0x10:
            self._automatic = bytes((byte,))
            return None
        return Answer(Kind.QUEUED, byte) if byte & 0x90 == 0 else None

    def _automatic_goes_on(self, byte: int) -> Answer | None:
        self._automatic += bytes((byte,))
        if len(self._automatic) < AUTOMATIC_SIZE:
            return None
        whole, self._automatic = self._automatic, b""
        return Answer(Kind.AUTOMATIC, int.from_bytes(whole, "big"))


def read_automatic(status: int) -> PrinterStatus:
    """From the four bytes that a printer sends by itself."""
    printer, error, paper, _ = status.to_bytes(AUTOMATIC_SIZE, "big")
    return PrinterStatus(
        online=not printer & 0x08,
        paper=Paper.OUT if paper & 0x0C else Paper.LOW if paper & 0x03 else Paper.OK,
        cover_open=bool(printer & 0x20),
        error=_error(error) if error & 0x6C else None,
    )


def read_status(printer: int, offline_cause: int, error_cause: int | None, paper: int | None) -> PrinterStatus:
    """From the answers to DLE EOT 1, 2, 3 and 4; 3 and 4 may be missing."""
    return PrinterStatus(
        online=not printer & 0x08,
        paper=_paper(offline_cause, paper),
        cover_open=bool(offline_cause & 0x04),
        error=_error(error_cause) if offline_cause & 0x40 else None,
    )


def _paper(offline_cause: int, paper: int | None) -> Paper:
    if offline_cause & 0x20 or (paper is not None and paper & 0x60):
        return Paper.OUT
    if paper is None:
        return Paper.UNKNOWN
    return Paper.LOW if paper & 0x0C else Paper.OK


def _error(cause: int | None) -> Reason:
    if cause is None or cause & 0x20:
        return Reason.FAULT
    if cause & 0x08:
        return Reason.CUTTER
    return Reason.OVERHEATED if cause & 0x40 else Reason.FAULT
