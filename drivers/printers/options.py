"""What a hall sets for a printer."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from drivers.printers.layout import Roll


class Mode(StrEnum):
    TEXT = "text"
    RASTER = "raster"


class BackChannel(StrEnum):
    ESCPOS = "escpos"
    NONE = "none"


@dataclass(frozen=True)
class PrinterOptions:
    roll: Roll = Roll.MM80
    mode: Mode | None = None  # None: chosen by the wire
    back_channel: BackChannel = BackChannel.ESCPOS
    cut: bool = True
    font: Path | None = None  # one more font, for characters the shipped ones lack
    status_limit: float = 2.0  # seconds for the answers to one status enquiry
    wake_limit: float = 10.0  # seconds in which a silent printer that was flushed is asked again
    confirm_limit: float = 30.0  # seconds on top of the sending time until a slip counts as not confirmed


RASTER_BAUD = 57600  # below, a slip of 80 kB takes more than 14 s; at 9600 baud, 83 s


def suitable_mode(options: PrinterOptions, baud: int | None) -> Mode:
    """Text on slow serial lines, raster elsewhere; the setting overrides. `baud`: None when not on a serial line."""
    if options.mode is not None:
        return options.mode
    return Mode.TEXT if baud is not None and baud < RASTER_BAUD else Mode.RASTER
