"""Bringing a slip onto paper and knowing whether it came out.

Ask first (nothing is written to a printer that says no), send in small slices, then ask in the printer's own queue
(GS r): its answer means that everything before it was printed. Once a byte of the slip is gone, "failed" is never
claimed again.
"""

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic

from drivers.printers.faces import Faces
from drivers.printers.layout import Slip
from drivers.printers.link import Link, LinkLost, LinkStalled
from drivers.printers.options import BackChannel, Mode, PrinterOptions
from drivers.printers.raster import draw, raster_bands
from drivers.printers.status_bytes import (
    AUTOMATIC_STATUS_OFF,
    DLE_EOT_ERROR_CAUSE,
    DLE_EOT_OFFLINE_CAUSE,
    DLE_EOT_PAPER,
    DLE_EOT_PRINTER,
    GS_R_PAPER,
    Kind,
    StatusReader,
    read_status,
)
from drivers.printers.text import INITIALISE, encode
from drivers.printers.ticket_printer import Outcome, PrinterStatus, PrintResult, Reason

SLICE = 4096
PREPARE = AUTOMATIC_STATUS_OFF + INITIALISE  # prints nothing, so it may fail without leaving a doubt
FLUSH = bytes(8192)  # ends a raster band that an earlier cut line left half sent; a printer at rest ignores it
FEED = b"\x1bd\x05"
FEED_AND_CUT = b"\x1dVB\x00"

log = logging.getLogger(__name__)


class _Silent(Exception):
    """The printer did not answer in time."""


class EscposPrinter:
    """A ticket printer on any link; the kinds differ only in their wire."""

    def __init__(self, link: Link, options: PrinterOptions, mode: Mode) -> None:
        self._link = link
        self._options = options
        self._mode = mode
        self._faces = Faces(options.font)
        self._lock = Lock()
        self._reader = StatusReader()
        self._may_owe_band = True

    def status(self) -> PrinterStatus:
        with self._lock:
            try:
                self._open()
                if self._options.back_channel is BackChannel.NONE:
                    return PrinterStatus()
                self._drain()
                return self._ask_status_twice(self._options.status_limit)
            except (LinkLost, LinkStalled):
                return PrinterStatus(online=False, error=Reason.UNREACHABLE)
            except _Silent:
                return PrinterStatus(online=False, error=Reason.SILENT)
            finally:
                self._link.close()

    def print(self, slip: Slip) -> PrintResult:
        job, substituted = self._job(slip)
        with self._lock:
            try:
                outcome, reason = self._transact(job)
                self._may_owe_band = outcome is not Outcome.PRINTED
            finally:
                self._link.close()
        if outcome not in (Outcome.PRINTED, Outcome.SENT):
            log.warning("slip %s: %s", outcome, reason)
        return PrintResult(outcome, reason, substituted)

    def close(self) -> None:
        with self._lock:
            self._link.close()

    def _job(self, slip: Slip) -> tuple[bytes, tuple[str, ...]]:
        ending = FEED_AND_CUT if self._options.cut else FEED
        if self._mode is Mode.TEXT:
            text = encode(slip, self._options.roll, self._options.font)
            return text.data + ending, text.substituted
        drawing = draw(slip, self._options.roll, self._faces)
        return b"".join(raster_bands(drawing.picture)) + ending, drawing.substituted

    def _transact(self, job: bytes) -> tuple[Outcome, Reason | None]:
        refusal = self._refusal()
        if refusal is not None:
            return Outcome.FAILED, refusal
        deadline = monotonic() + len(job) / self._link.throughput + self._options.confirm_limit
        try:
            self._send(job, deadline)
            if self._options.back_channel is BackChannel.NONE:
                self._link.finish(deadline)
                return Outcome.SENT, None
            self._drain()  # an answer that comes before the question belongs to an earlier slip
            self._link.send(GS_R_PAPER, deadline)
            self._answer(Kind.QUEUED, deadline)
        except LinkLost:
            return Outcome.UNKNOWN, Reason.CONNECTION_LOST
        except LinkStalled:
            return Outcome.UNKNOWN, self._cause(Reason.STALLED)
        except _Silent:
            return Outcome.UNKNOWN, self._cause(Reason.NOT_CONFIRMED)
        return Outcome.PRINTED, None

    def _refusal(self) -> Reason | None:
        """Open the link and ask; why nothing may be sent, or None."""
        try:
            self._open()
        except LinkLost:
            return Reason.UNREACHABLE
        limit = self._options.status_limit
        try:
            refusal = None
            if self._options.back_channel is BackChannel.ESCPOS:
                self._drain()
                refusal = self._ask_status_twice(limit).refusal
            if refusal is None:
                self._link.send(PREPARE, monotonic() + len(PREPARE) / self._link.throughput + limit)
                self._drain()  # a line that was closed meanwhile shows itself here, before the first byte of the slip
            return refusal
        except _Silent:
            return Reason.SILENT
        except LinkLost:
            return Reason.CONNECTION_LOST
        except LinkStalled:
            return Reason.STALLED

    def _ask_status_twice(self, limit: float) -> PrinterStatus:
        """Once more after a flush, when an earlier slip may have been cut in the middle of a band."""
        try:
            return self._ask_status(limit)
        except _Silent:
            if not self._may_owe_band:
                raise
        self._link.send(FLUSH, monotonic() + len(FLUSH) / self._link.throughput + limit)
        self._may_owe_band = False
        return self._ask_status(limit)

    def _open(self) -> None:
        self._link.open()
        self._reader = StatusReader()

    def _send(self, job: bytes, deadline: float) -> None:
        for start in range(0, len(job), SLICE):
            self._link.send(job[start : start + SLICE], deadline)

    def _drain(self) -> None:
        while data := self._link.receive(monotonic()):
            self._reader.feed(data)

    def _cause(self, otherwise: Reason) -> Reason:
        """What the printer says now about a slip that was not confirmed."""
        try:
            return self._ask_status(self._options.status_limit).refusal or otherwise
        except (LinkLost, LinkStalled, _Silent):
            return otherwise

    def _ask_status(self, limit: float) -> PrinterStatus:
        """DLE EOT in real time; one question at a time, because the answers look alike."""
        deadline = monotonic() + limit

        def ask(question: bytes) -> int:
            self._link.send(question, deadline)
            return self._answer(Kind.REAL_TIME, deadline)

        offline_cause = ask(DLE_EOT_OFFLINE_CAUSE)
        printer = ask(DLE_EOT_PRINTER)
        error_cause = _if_answered(ask, DLE_EOT_ERROR_CAUSE) if offline_cause & 0x40 else None
        return read_status(printer, offline_cause, error_cause, _if_answered(ask, DLE_EOT_PAPER))

    def _answer(self, kind: Kind, deadline: float) -> int:
        """The next answer of that kind. Raises _Silent at the deadline."""
        while data := self._link.receive(deadline):
            for answer in self._reader.feed(data):
                if answer.kind is kind:
                    return answer.value
        raise _Silent


def _if_answered(ask: Callable[[bytes], int], question: bytes) -> int | None:
    """Cheap printers know only some of the questions."""
    try:
        return ask(question)
    except _Silent:
        return None
