"""The switches for faults on the demo's page: of printers, of lines, and of the server itself."""

from collections.abc import Callable
from typing import Any, Final

from contract.replies import Words
from demo.devices import SimulatedDevices
from drivers.simulators.escpos_printer import EscposPrinter

PRINTER_FAULTS: Final = {
    "paper_out": Words(zh="缺纸", en="out of paper"),
    "cover_open": Words(zh="开盖", en="cover open"),
    "unplugged": Words(zh="拔线", en="unplugged"),
}
LINE_FAULT: Final = "unplugged"
SERVER_FAULT: Final = "killed"


class Switches:
    """`switch_server`: kill the server, or start it again."""

    def __init__(self, devices: SimulatedDevices, switch_server: Callable[[bool], None]) -> None:
        self._devices = devices
        self._switch_server = switch_server
        self._on: set[tuple[str, str]] = set()

    def all(self) -> list[dict[str, Any]]:
        """As the page shows them."""
        found = [
            self._shown(f"printer/{name}", fault, f"{name} {words.zh}", f"{name} {words.en}")
            for name in self._devices.printers
            for fault, words in PRINTER_FAULTS.items()
        ]
        found += [
            self._shown(f"line/{name}", LINE_FAULT, f"串口线 {name} 拔线", f"line {name} unplugged")
            for name in self._devices.lines
        ]
        return [*found, self._shown("server", SERVER_FAULT, "服务器断电", "server killed")]

    def switch(self, device: str, fault: str, *, on: bool) -> bool:
        """Make or end a fault; False when there is no such switch."""
        if not any((one["device"], one["fault"]) == (device, fault) for one in self.all()):
            return False
        kind, _, name = device.partition("/")
        if kind == "printer":
            _switch_printer(self._devices.printers[name], fault, on=on)
        elif kind == "server":
            self._switch_server(on)
        elif on:
            self._devices.lines[name].unplug()
        else:
            self._devices.lines[name].replug()
        (self._on.add if on else self._on.discard)((device, fault))
        return True

    def _shown(self, device: str, fault: str, zh: str, en: str) -> dict[str, Any]:
        return {"device": device, "fault": fault, "on": (device, fault) in self._on, "name": {"zh": zh, "en": en}}


def _switch_printer(printer: EscposPrinter, fault: str, *, on: bool) -> None:
    if fault == "paper_out":
        printer.set_faults(paper_out=on)
    elif fault == "cover_open":
        printer.set_faults(cover_open=on)
    elif on:
        printer.unplug()
    else:
        printer.plug()
