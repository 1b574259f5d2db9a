"""The simulated devices of a hall, as its device table names them."""

from dataclasses import dataclass
from pathlib import Path

from demo.cast import Cast
from demo.hardware import RealHardware
from drivers.simulators.call_pad import CallPad
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.led_strip import LedStrip
from drivers.simulators.rating_keypad import RatingKeypad
from drivers.simulators.rs485_line import Rs485Line


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window's devices are: a line and the counter's address on it."""

    line: str
    address: int


class SimulatedDevices:
    """Printers on TCP ports, lines on ptys. `logs`: the folder for the devices' own accounts; None writes none."""

    def __init__(self, cast: Cast, real: RealHardware, links: Path, logs: Path | None) -> None:
        def log(name: str) -> Path | None:
            return None if logs is None else logs / f"{name}.jsonl"

        kiosks = [kiosk.name for kiosk in cast.kiosks if kiosk.name not in real.printers]
        self.printers = {name: EscposPrinter(log=log(f"printer-{name}")) for name in kiosks}
        self.lines: dict[str, Rs485Line] = {}
        self.places: dict[tuple[str, str], Place] = {}  # by kind and window
        for device in (one for part in cast.lines for one in part.devices if one.line not in real.lines):
            if device.line not in self.lines:
                link = links / f"line-{device.line}"
                link.unlink(missing_ok=True)
                self.lines[device.line] = Rs485Line(link=link, log=log(f"line-{device.line}"))
            if device.address is not None:
                _add(self.lines[device.line], device.kind, device.address, device.profile)
                self.places[device.kind, device.window] = Place(device.line, device.address)

    def start(self) -> None:
        for printer in self.printers.values():
            printer.start()
        for line in self.lines.values():
            line.start()

    def stop(self) -> None:
        for printer in self.printers.values():
            printer.stop()
        for line in self.lines.values():
            line.stop()

    def keypad(self, window: str) -> RatingKeypad | None:
        """The keypad on the window's counter; None when it has none, or a real one."""
        place = self.places.get(("keypad", window))
        return None if place is None else self.lines[place.line].keypad(place.address)

    def pad(self, window: str) -> CallPad | None:
        place = self.places.get(("pad", window))
        return None if place is None else self.lines[place.line].pad(place.address)

    def strip(self, window: str) -> LedStrip | None:
        place = self.places.get(("strip", window))
        return None if place is None else self.lines[place.line].strip(place.address)

    def strips(self) -> list[LedStrip]:
        return [strip for kind, window in self.places if kind == "strip" and (strip := self.strip(window)) is not None]


def _add(line: Rs485Line, kind: str, address: int, profile: str) -> None:
    if kind == "keypad":
        line.add_keypad(address, 4 if profile.endswith("-4") else 5)
    elif kind == "pad":
        line.add_pad(address)
    else:
        line.add_strip(address)
