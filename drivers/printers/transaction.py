"""Bringing a slip onto paper and knowing whether it came out.

Ask first (nothing is written to a printer that says no), send in small slices and stop when the printer says that it
stands still, then ask in the printer's own queue (GS r): its answer means that everything before it was printed. Once a
byte of the slip is gone, "failed" is never claimed again: the printer may print what it holds when its trouble is over.
"""

import logging
from threading import Lock
from time import monotonic

from drivers.printers.conversation import Conversation, Silent, Stopped
from drivers.printers.faces import Faces
from drivers.printers.layout import Slip
from drivers.printers.link import Link, LinkLost, LinkStalled, LinkTaken
from drivers.printers.options import BackChannel, Mode, PrinterOptions
from drivers.printers.raster import draw, raster_bands
from drivers.printers.status_bytes import AUTOMATIC_STATUS_OFF, AUTOMATIC_STATUS_ON, DLE_ENQ_RECOVER, GS_R_PAPER
from drivers.printers.text import INITIALISE, encode
from drivers.printers.ticket_printer import Outcome, PrinterStatus, PrintResult, Reason

SLICE = 4096
# Zeros end a command or a band that an earlier cut line left half sent; a printer at rest ignores them. 8 KiB in all.
FLUSHES = (256, 768, 1024, 2048, 4096)
BRIEF = 0.5  # seconds for an answer between two of them
FEED = b"\x1bd\x05"
FEED_AND_CUT = b"\x1dVB\x00"
FIRST_WAIT = 0.5  # seconds for an answer or a status of a printer that gave none before: many never do

log = logging.getLogger(__name__)


class EscposPrinter:
    """A ticket printer on any link; the kinds differ only in their wire."""

    def __init__(self, link: Link, options: PrinterOptions, mode: Mode) -> None:
        self._link = link
        self._options = options
        self._mode = mode
        self._faces = Faces(options.font)
        self._lock = Lock()
        self._talk = Conversation(link)
        self._may_owe_band = True
        self._half_a_slip = False  # the one before broke off: it is still in the printer, uncut
        self._may_owe_answer = True  # to the question after an earlier slip, or an earlier life of this program
        self._tells_by_itself = True
        self._confirms = False
        self._recovery_tried = False

    def status(self) -> PrinterStatus:
        with self._lock:
            try:
                self._talk.begin()
                if self._options.back_channel is BackChannel.NONE:
                    return PrinterStatus()
                self._talk.listen()
                return self._status()
            except LinkTaken as error:
                return PrinterStatus(online=False, error=Reason.TAKEN, detail=str(error))
            except (LinkLost, LinkStalled) as error:
                return PrinterStatus(online=False, error=Reason.UNREACHABLE, detail=str(error))
            except Silent:
                return PrinterStatus(online=False, error=Reason.SILENT)
            finally:
                self._link.close()

    def print(self, slip: Slip) -> PrintResult:
        job, substituted = self._job(slip)
        with self._lock:
            try:
                outcome, reason = self._transact(job)
                self._may_owe_band = self._may_owe_answer = outcome is not Outcome.PRINTED
            finally:
                self._link.close()
        if outcome not in (Outcome.PRINTED, Outcome.SENT):
            log.warning("slip %s: %s", outcome, reason)
        return PrintResult(outcome, reason, substituted)

    def close(self) -> None:
        with self._lock:
            self._link.close()

    @property
    def _ending(self) -> bytes:
        return FEED_AND_CUT if self._options.cut else FEED

    def _job(self, slip: Slip) -> tuple[bytes, tuple[str, ...]]:
        if self._mode is Mode.TEXT:
            text = encode(slip, self._options.roll, self._options.font)
            return text.data + self._ending, text.substituted
        drawing = draw(slip, self._options.roll, self._faces)
        return b"".join(raster_bands(drawing.picture)) + self._ending, drawing.substituted

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
            self._talk.watch()  # an answer that comes before the question belongs to an earlier slip
            self._link.send(AUTOMATIC_STATUS_OFF + GS_R_PAPER, deadline)
            self._talk.await_confirmation(deadline)
            self._confirms = True
        except LinkLost:
            return Outcome.UNKNOWN, Reason.CONNECTION_LOST
        except Stopped as stopped:
            return Outcome.UNKNOWN, stopped.reason
        except LinkStalled:
            return Outcome.UNKNOWN, self._cause(Reason.STALLED)
        except Silent:
            return Outcome.UNKNOWN, self._cause(Reason.NOT_CONFIRMED)
        return Outcome.PRINTED, None

    def _refusal(self) -> Reason | None:
        """Open the link and ask; why nothing may be sent, or None."""
        try:
            self._talk.begin()
        except LinkTaken:
            return Reason.TAKEN
        except LinkLost:
            return Reason.UNREACHABLE
        try:
            refusal = None
            if self._options.back_channel is BackChannel.ESCPOS:
                self._talk.listen()
                refusal = self._status().refusal
            return self._prepare() if refusal is None else refusal
        except Silent:
            return Reason.SILENT
        except LinkLost:
            return Reason.CONNECTION_LOST
        except LinkStalled:
            return Reason.STALLED

    def _prepare(self) -> Reason | None:
        """What prints nothing of the slip, so that it may fail without leaving a doubt.

        A printer that stood still may owe the answer to the question after an earlier slip, and would give it as if
        it were this slip's. So it is asked the same once more before: that answer comes behind all that it owes.
        """
        watched = self._options.back_channel is BackChannel.ESCPOS
        asked = watched and self._may_owe_answer
        told = watched and self._tells_by_itself
        ready = (self._ending if self._half_a_slip else b"") + INITIALISE
        ready += (AUTOMATIC_STATUS_ON if watched else AUTOMATIC_STATUS_OFF) + (GS_R_PAPER if asked else b"")
        limit = self._options.status_limit
        self._link.send(ready, monotonic() + len(ready) / self._link.throughput + limit)
        wait = self._options.wake_limit if asked and self._confirms else min(FIRST_WAIT, limit)
        try:
            self._tells_by_itself, answered = self._talk.await_ready(monotonic() + wait, automatic=told, answer=asked)
            if asked and not answered and self._confirms:
                return Reason.NOT_CONFIRMED
            self._talk.watch()  # a line that was closed meanwhile shows itself here, before the first byte of the slip
        except Stopped as stopped:
            return stopped.reason
        self._half_a_slip = False
        return None

    def _status(self) -> PrinterStatus:
        """An error is told once to be over: a jammed cutter that was freed waits for that."""
        status = self._status_or_flush()
        if status.error is None:
            self._recovery_tried = False
        elif not self._recovery_tried:
            self._recovery_tried = True
            self._link.send(DLE_ENQ_RECOVER, monotonic() + self._options.status_limit)
            status = self._talk.ask_status(self._options.status_limit)
        return status

    def _status_or_flush(self) -> PrinterStatus:
        """Asked again between flushes, when an earlier slip may have been cut in the middle of a command or a band.

        In steps, because most of what is cut off is short and 8 KiB take nine seconds at 9600 baud.
        """
        limit = self._options.status_limit
        if not self._may_owe_band:
            return self._talk.ask_status(limit)
        until = monotonic() + self._options.wake_limit
        sent_s = 0.0
        for step in (0, *FLUSHES):
            if step:
                sent_s = step / self._link.throughput
                self._link.send(bytes(step), monotonic() + sent_s + limit)
            try:
                return self._ask_again(min(BRIEF, limit) + sent_s)
            except Silent:
                continue
        self._may_owe_band = False
        while True:
            try:
                return self._ask_again(limit)
            except Silent:
                if monotonic() >= until:
                    raise

    def _ask_again(self, limit: float) -> PrinterStatus:
        self._talk.listen()  # what comes too late is no answer to what is asked now
        return self._talk.ask_status(limit)

    def _send(self, job: bytes, deadline: float) -> None:
        self._half_a_slip = True
        for start in range(0, len(job), SLICE):
            self._talk.watch()
            self._link.send(job[start : start + SLICE], deadline)
        self._half_a_slip = False

    def _cause(self, otherwise: Reason) -> Reason:
        """What the printer says now about a slip that was not confirmed."""
        try:
            return self._talk.ask_status(self._options.status_limit).refusal or otherwise
        except (LinkLost, LinkStalled, Silent):
            return otherwise
