"""The kiosk's one printer: slips one after another, and a look at it while it has nothing to do."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from drivers.printers.file import FilePrinter
from drivers.printers.layout import Roll, Slip
from drivers.printers.network import NetworkPrinter
from drivers.printers.options import BackChannel, Mode, PrinterOptions
from drivers.printers.serial_line import SerialPrinter
from drivers.printers.ticket_printer import Outcome, PrintResult, TicketPrinter
from kiosk.printer_state import NONE, PrinterState, state_of
from kiosk.settings import PrinterSettings
from terminal.steady import steady

LOG = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 3.0
LOOK_WHILE_AWAY_S: Final = 1.0  # so that a printer is back within five seconds of its plug, its flush included
AWAY_STATES: Final = ("offline", "taken")
STOP_WITHIN_S: Final = 5.0


DRIVERS: Final[dict[str, Callable[[PrinterSettings, PrinterOptions], TicketPrinter]]] = {
    "network": lambda own, options: NetworkPrinter(own.where, own.port, options),
    "serial": lambda own, options: SerialPrinter(own.where, own.baud, options),
    "file": lambda own, options: FilePrinter(own.where, options),
}


def printer_of(settings: PrinterSettings | None) -> TicketPrinter | None:
    """The printer that the settings name."""
    if settings is None:
        return None
    mode = None if settings.mode == "auto" else Mode(settings.mode)
    options = PrinterOptions(
        roll=Roll(settings.width_mm),
        mode=mode,
        back_channel=BackChannel(settings.status),
        confirm_limit=settings.confirm_s,
    )
    return DRIVERS[settings.kind](settings, options)


@dataclass(frozen=True, slots=True)
class Job:
    """A slip to print. `begins` is called right before the first byte may go out, `ended` with what came of it."""

    slip: Slip
    begins: Callable[[], None]
    ended: Callable[[PrintResult | None], None]  # None: there is no printer


class Printing:
    """`state` is what was last seen; `on_turn` hears when it changed."""

    def __init__(self, printer: TicketPrinter | None, on_turn: Callable[[PrinterState], None]) -> None:
        self._printer = printer
        self._on_turn = on_turn
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._worker: threading.Thread | None = None
        self.state = NONE

    def start(self) -> None:
        self._worker = steady(self._work, "printing")

    def stop(self) -> None:
        """The slip that is being printed comes to its end first, within reason."""
        self._jobs.put(None)
        if self._worker is not None:
            self._worker.join(timeout=STOP_WITHIN_S)
        if self._printer is not None:
            self._printer.close()

    def print(self, job: Job) -> None:
        """Soon, after those before it."""
        self._jobs.put(job)

    def _work(self) -> None:
        self._on_turn(self.state)
        self._look()
        while True:
            try:
                job = self._jobs.get(timeout=LOOK_WHILE_AWAY_S if self.state.state in AWAY_STATES else LOOK_EVERY_S)
            except queue.Empty:
                self._look()
                continue
            if job is None:
                return
            self._print(job)
            self._look()

    def _print(self, job: Job) -> None:
        if self._printer is None:
            job.ended(None)
            return
        try:
            job.begins()
        except OSError as error:
            LOG.error("printing_not_begun", problem=str(error))
            job.ended(PrintResult(Outcome.FAILED))
            return
        try:
            result = self._printer.print(job.slip)
        except Exception:
            # A fault of ours in mid-job: paper may have come out. The next slip must still be printed.
            LOG.exception("printing_failed")
            result = PrintResult(Outcome.UNKNOWN)
        job.ended(result)

    def _look(self) -> None:
        if self._printer is None:
            return
        status = self._printer.status()
        seen = state_of(status)
        if seen != self.state:
            LOG.info("printer", state=seen.state, reason=seen.reason, detail=status.detail)
            self.state = seen
            self._on_turn(seen)
