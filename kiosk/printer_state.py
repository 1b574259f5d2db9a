"""How the kiosk's printer is, in the few words that page and staff need."""

from dataclasses import dataclass

from drivers.printers.ticket_printer import Paper, PrinterStatus, Reason

AWAY = frozenset({Reason.UNREACHABLE, Reason.SILENT, Reason.OFFLINE, Reason.CONNECTION_LOST, Reason.STALLED})


@dataclass(frozen=True, slots=True)
class PrinterState:
    """`state`: ready, paper_low, paper_out, offline, taken, cover_open, error or none; `reason`: the driver's word."""

    state: str
    reason: str | None = None


NONE = PrinterState("none", "no_printer")


def state_of(status: PrinterStatus) -> PrinterState:
    """A printer that cannot say how it is counts as ready: its slips end as "sent"."""
    refusal = status.refusal
    if refusal in (Reason.COVER_OPEN, Reason.PAPER_OUT, Reason.TAKEN):
        return PrinterState(refusal.value, refusal.value)
    if refusal is not None:
        return PrinterState("offline" if refusal in AWAY else "error", refusal.value)
    if status.paper is Paper.LOW:
        return PrinterState("paper_low", "paper_low")
    return PrinterState("ready")
