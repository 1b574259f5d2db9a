"""The simulated devices of a hall, as its device table names them, and the switches for their faults."""

from dataclasses import dataclass
from pathlib import Path

from contract.replies import Words
from demo.cast import Cast
from demo.hardware import RealHardware
from drivers.simulators.call_pad import CallPad
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.led_strip import LedStrip
from drivers.simulators.rating_keypad import RatingKeypad
from drivers.simulators.rs485_line import Rs485Line

PRINTER_FAULTS = {
    "paper_out": Words(zh="缺纸", en="out of paper"),
    "cover_open": Words(zh="开盖", en="cover open"),
    "unplugged": Words(zh="拔线", en="unplugged"),
}
LINE_FAULTS = {"unplugged": Words(zh="拔线", en="unplugged")}


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
        self._on: set[tuple[str, str]] = set()

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

    def faults(self) -> list[dict[str, object]]:
        """The switches as the page shows them."""
        menu = [(f"printer/{name}", fault, words) for name in self.printers for fault, words in PRINTER_FAULTS.items()]
        menu += [(f"line/{name}", fault, words) for name in self.lines for fault, words in LINE_FAULTS.items()]
        return [
            {
                "device": device,
                "fault": fault,
                "on": (device, fault) in self._on,
                "name": {"zh": f"{_short(device, 'zh')} {words.zh}", "en": f"{_short(device, 'en')} {words.en}"},
            }
            for device, fault, words in menu
        ]

    def switch(self, device: str, fault: str, *, on: bool) -> bool:
        """Make or end a fault; False when there is no such switch."""
        kind, _, name = device.partition("/")
        if kind == "printer" and name in self.printers and fault in PRINTER_FAULTS:
            _switch_printer(self.printers[name], fault, on=on)
        elif kind == "line" and name in self.lines and fault in LINE_FAULTS:
            if on:
                self.lines[name].unplug()
            else:
                self.lines[name].replug()
        else:
            return False
        (self._on.add if on else self._on.discard)((device, fault))
        return True


def _short(device: str, lang: str) -> str:
    kind, _, name = device.partition("/")
    return {"printer": f"{name}", "line": f"线路 {name}" if lang == "zh" else f"line {name}"}[kind]


def _add(line: Rs485Line, kind: str, address: int, profile: str) -> None:
    if kind == "keypad":
        line.add_keypad(address, 4 if profile.endswith("-4") else 5)
    elif kind == "pad":
        line.add_pad(address)
    else:
        line.add_strip(address)


def _switch_printer(printer: EscposPrinter, fault: str, *, on: bool) -> None:
    if fault == "paper_out":
        printer.set_faults(paper_out=on)
    elif fault == "cover_open":
        printer.set_faults(cover_open=on)
    elif on:
        printer.unplug()
    else:
        printer.plug()
