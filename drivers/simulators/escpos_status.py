"""What is wrong with a simulated printer, and the status bytes that say so."""

from dataclasses import dataclass
from typing import Literal, TypedDict

PrinterError = Literal["", "cutter", "unrecoverable", "overheated"]


@dataclass(frozen=True, slots=True)
class PrinterFaults:
    """The fault menu.

    offline: the operator's switch. silent: takes bytes and prints, answers nothing. paper_out_after_bytes: paper ends
    before the command that would pass that many further executed bytes. error: ``cutter`` is cleared by DLE ENQ.
    slow: at most 2,000 bytes a second. full_buffer: reads nothing more from its host. nonsense: whatever comes is
    answered with noise drawn from this seed.
    """

    offline: bool = False
    silent: bool = False
    cover_open: bool = False
    paper_near_end: bool = False
    paper_out: bool = False
    paper_out_after_bytes: int | None = None
    error: PrinterError = ""
    slow: bool = False
    full_buffer: bool = False
    nonsense: int | None = None

    @property
    def stopped(self) -> bool:
        """Whether the printer is offline for any reason: it keeps what comes and executes nothing."""
        return self.offline or self.cover_open or self.paper_out or bool(self.error)


class FaultChanges(TypedDict, total=False):
    """The entries of `PrinterFaults` that one turn of the menu changes."""

    offline: bool
    silent: bool
    cover_open: bool
    paper_near_end: bool
    paper_out: bool
    paper_out_after_bytes: int | None
    error: PrinterError
    slow: bool
    full_buffer: bool
    nonsense: int | None


def real_time_status(kind: int, faults: PrinterFaults) -> int | None:
    """The answer to DLE EOT 1 to 4 (fixed bits: 0xx1xx10), None for a kind this printer does not know."""
    if kind == 1:
        return 0x12 | (0x08 if faults.stopped else 0)
    if kind == 2:
        return (
            0x12
            | (0x04 if faults.cover_open else 0)
            | (0x20 if faults.paper_out else 0)
            | (0x40 if faults.error else 0)
        )
    if kind == 3:
        return 0x12 | {"": 0, "cutter": 0x08, "unrecoverable": 0x20, "overheated": 0x40}[faults.error]
    if kind == 4:
        near = faults.paper_near_end or faults.paper_out
        return 0x12 | (0x0C if near else 0) | (0x60 if faults.paper_out else 0)
    return None


def automatic_status(faults: PrinterFaults) -> bytes:
    """The four bytes of automatic status back; the first is xxx1xx00, the others 0xx0xxxx."""
    near = faults.paper_near_end or faults.paper_out
    return bytes(
        (
            0x10 | (0x08 if faults.stopped else 0) | (0x20 if faults.cover_open else 0),
            {"": 0, "cutter": 0x08, "unrecoverable": 0x20, "overheated": 0x40}[faults.error],
            (0x03 if near else 0) | (0x0C if faults.paper_out else 0),
            0x0F,
        )
    )


def paper_sensor(faults: PrinterFaults) -> int:
    """The answer to GS r 1: bits 0-1 near end, bits 2-3 end."""
    return automatic_status(faults)[2]


def identity(kind: int) -> bytes | None:
    """The answer to GS I: one byte for 1 to 3, ``_name NUL`` for 65 to 69, None for what it does not know."""
    short = {1: 0x20, 49: 0x20, 2: 0x02, 50: 0x02, 3: 0x01, 51: 0x01}
    words = {65: "1.0", 66: "PAIHAO", 67: "ESC/POS simulator", 68: "000001", 69: "CHINA GB18030"}
    if kind in short:
        return bytes((short[kind],))
    return b"_" + words[kind].encode("ascii") + b"\x00" if kind in words else None
