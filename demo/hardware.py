"""What hardware the demo uses: simulated unless a real printer or line is named on the command line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from demo.folder import Settings
from demo.narrator import CannotStage

PRINTER = re.compile(r"(?P<kiosk>[^=]+)=(?P<kind>network|serial|file):(?P<rest>.+)")
LINE = re.compile(r"(?P<line>[^=]+)=(?P<port>.+)")
HOW_PRINTER = "K1=network:192.168.1.50:9100, K1=serial:/dev/ttyUSB1:9600, K1=file:/dev/usb/lp0"
HOW_LINE = "A=/dev/ttyUSB0, A=socket://192.168.1.51:4001"


@dataclass(frozen=True, slots=True)
class RealHardware:
    """`printers`: the table [printer] of a kiosk's settings, by kiosk; `lines`: ports, by the line's name."""

    printers: Mapping[str, Settings]
    lines: Mapping[str, str]

    @property
    def any(self) -> bool:
        return bool(self.printers or self.lines)


def real_hardware(printers: Iterable[str], lines: Iterable[str], kiosks: set[str], names: set[str]) -> RealHardware:
    """From `--printer` and `--line`. Raises CannotStage for what is not understood or not in the hall."""
    return RealHardware(
        dict(_printer(text, kiosks) for text in printers),
        dict(_line(text, names) for text in lines),
    )


def _printer(text: str, kiosks: set[str]) -> tuple[str, Settings]:
    found = PRINTER.fullmatch(text)
    if found is None or found["kiosk"] not in kiosks:
        raise _not_understood("--printer", text, HOW_PRINTER, kiosks)
    kind, rest = found["kind"], found["rest"]
    if kind == "file":
        return found["kiosk"], {"kind": kind, "path": rest}
    where, _, number = rest.rpartition(":")
    if not where or not number.isdigit():
        where, number = rest, "9100" if kind == "network" else "9600"
    own: Settings = {"host": where, "port": int(number)} if kind == "network" else {"port": where, "baud": int(number)}
    return found["kiosk"], {"kind": kind, **own}


def _line(text: str, names: set[str]) -> tuple[str, str]:
    found = LINE.fullmatch(text)
    if found is None or found["line"] not in names:
        raise _not_understood("--line", text, HOW_LINE, names)
    return found["line"], found["port"]


def _not_understood(option: str, text: str, how: str, known: set[str]) -> CannotStage:
    names = ", ".join(sorted(known)) or "-"
    return CannotStage(
        f"{option} {text} 不对；写法：{how}；大厅里有：{names}",
        f"{option} {text} is not understood; write {how}; the hall has: {names}",
    )
