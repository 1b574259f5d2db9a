"""An LED strip of the A0 90 family above a window."""

from dataclasses import dataclass
from datetime import UTC, datetime

from drivers.simulators.bus import Bus
from drivers.simulators.bus_faults import BusFaults
from drivers.simulators.bus_frames import Heard, strip_success

WRITE_TEXT = 0xA5
PROBE = 0xA1
SET_ROM = 0xA2
COLOUR = {0: "red", 1: "green", 2: "yellow"}


@dataclass(frozen=True, slots=True)
class StripText:
    """A text shown from ``time`` on; one colour name per character."""

    time: datetime
    text: str
    colours: tuple[str, ...]


class LedStrip:
    """Shows the text it was last sent and answers each frame it understands."""

    family = "strip"

    def __init__(self, bus: Bus, address: int) -> None:
        self.address = address
        self.bus_address = address
        self.faults = BusFaults()
        self.history: list[StripText] = []
        self.probes = 0
        self._bus = bus

    @property
    def text(self) -> str:
        with self._bus.changed:
            return self.history[-1].text if self.history else ""

    @property
    def colours(self) -> tuple[str, ...]:
        with self._bus.changed:
            return self.history[-1].colours if self.history else ()

    def wait_text(self, text: str, timeout: float) -> None:
        """Wait until exactly this text is shown. Raises TimeoutError, saying what is shown instead."""
        with self._bus.changed:
            if not self._bus.changed.wait_for(lambda: self.text == text, timeout):
                raise TimeoutError(f"strip {self.address} shows {self.text!r}, not {text!r}")

    def wait_history(self, count: int, timeout: float) -> None:
        """Wait until that many texts were received in all. Raises TimeoutError."""
        with self._bus.changed:
            if not self._bus.changed.wait_for(lambda: len(self.history) >= count, timeout):
                raise TimeoutError(f"strip {self.address} received {len(self.history)} texts, not {count}")

    def hear(self, heard: Heard) -> str:
        if heard.function == WRITE_TEXT:
            meaning = self._show(heard.data)
        elif heard.function in (PROBE, SET_ROM):
            self.probes += heard.function == PROBE
            meaning = f"strip {self.address} command {heard.function:02X}"
        else:
            return f"strip {self.address} does not understand"
        self._bus.transmit(self, strip_success(self.address), f"strip {self.address} success")
        return meaning

    def _show(self, data: bytes) -> str:
        text, colours = read_cells(data)
        shown = StripText(datetime.now(UTC), text, colours)
        self.history.append(shown)
        self._bus.note("strip", address=self.address, text=text, colours=list(colours))
        self._bus.changed.notify_all()
        return f"strip {self.address} shows {text}"


def read_cells(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Read cells: two GBK bytes or one ASCII byte, then the colour byte. Half a cell at the end is left out."""
    text = ""
    colours = []
    at = 0
    while at < len(data):
        width = 2 if data[at] >= 0x81 else 1
        cell = data[at : at + width + 1]
        if len(cell) <= width:
            break
        text += cell[:width].decode("gbk", errors="replace")[:1]
        colours.append(COLOUR.get(cell[width], f"colour {cell[width]:02X}"))
        at += width + 1
    return text, tuple(colours)
