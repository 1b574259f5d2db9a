"""A bar and QR code scanner on its port or input device: each code once, as text."""

from collections.abc import Callable
from typing import Final

from drivers.hall_line import state_behind
from drivers.input_device import InputDevice
from drivers.kept_open import KeptOpen
from drivers.line_health import DeviceState
from drivers.scanner import SerialScanner, WedgeScanner
from drivers.serial_port import LineSettings, SerialPort

BAUD: Final = 9600


class CodeReader(KeptOpen[bytes]):
    """Says nothing to the device, so an open port is all that is known of it."""

    def __init__(self, link: SerialPort | InputDevice, on_code: Callable[[str], None]) -> None:
        super().__init__(link)
        self._types = isinstance(link, InputDevice)
        self._on_code = on_code
        self._scanner: SerialScanner | WedgeScanner = self._fresh()

    @property
    def device_state(self) -> DeviceState:
        """READY when a code was read since it was opened."""
        return state_behind(self, DeviceState.UNHEARD if self.last_receive is None else DeviceState.READY)

    def opened_again(self, now: float) -> None:
        self._scanner = self._fresh()
        self.last_receive = None

    def heard(self, piece: bytes, now: float) -> None:
        for code in self._scanner.feed(piece, now):
            self._on_code(code)

    def _fresh(self) -> SerialScanner | WedgeScanner:
        return WedgeScanner() if self._types else SerialScanner()


def serial_scanner(port: str, on_code: Callable[[str], None], *, baud: int = BAUD) -> CodeReader:
    """A scanner in serial or USB-CDC mode."""
    return CodeReader(SerialPort(port, LineSettings(baud)), on_code)


def wedge_scanner(path: str, on_code: Callable[[str], None], *, grab: bool = True) -> CodeReader:
    """A scanner that types, on an input device of its own."""
    return CodeReader(InputDevice(path, grab=grab), on_code)
