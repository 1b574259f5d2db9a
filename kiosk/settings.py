"""The kiosk's settings, above what every agent has."""

from dataclasses import dataclass
from pathlib import Path

from terminal.settings import CODE, Table, TerminalSettings, open_settings, terminal_settings

KINDS = ("network", "serial", "file")
MODES = ("auto", "text", "raster")
WIDTHS = ("80", "58")
STATUS = ("escpos", "none")
SCANNERS = ("serial", "keyboard")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """`where`: host, serial port or file, by `kind`; `port` is a network printer's, `baud` a serial one's.
    `status`: whether it answers questions; one that does not ends its slips as "sent"."""

    kind: str
    where: str
    port: int
    baud: int
    width_mm: int
    mode: str
    status: str
    confirm_s: float


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """`kind`: a serial one, or one that types like a keyboard; `grab`: take that from the desktop."""

    kind: str
    port: str
    baud: int
    grab: bool


@dataclass(frozen=True, slots=True)
class CardReaderSettings:
    """An ID-card reader on a serial port."""

    port: str
    baud: int


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """`zone`: where the kiosk stands, if not where its enrolment says. Without `printer` numbers are only shown.
    `voice_packs`: a folder of the hall's own voice packs."""

    terminal: TerminalSettings
    zone: str | None
    printer: PrinterSettings | None
    voice_packs: Path | None = None
    scanner: ScannerSettings | None = None
    card_reader: CardReaderSettings | None = None


def read_settings(file: Path) -> KioskSettings:
    """Raises SettingsRefused with every mistake."""
    opened = open_settings(file)
    zone = opened.top.text("zone", "-", like=CODE)
    printer, scanner, cards = (opened.top.table(name) for name in ("printer", "scanner", "card_reader"))
    packs = opened.top.text("voice_packs", "-")
    settings = KioskSettings(
        terminal=terminal_settings(opened),
        zone=None if zone == "-" else zone,
        printer=None if printer is None else _printer(printer),
        voice_packs=None if packs == "-" else Path(packs),
        scanner=None if scanner is None else _scanner(scanner),
        card_reader=None if cards is None else _card_reader(cards),
    )
    opened.finish()
    return settings


def _scanner(table: Table) -> ScannerSettings:
    kind = table.choice("kind", SCANNERS, "serial")
    settings = ScannerSettings(
        kind=kind,
        port=table.text("port"),
        baud=table.whole("baud", 9600, 1200, 921600) if kind == "serial" else 0,
        grab=table.switch("grab", True) if kind == "keyboard" else False,
    )
    table.done()
    return settings


def _card_reader(table: Table) -> CardReaderSettings:
    settings = CardReaderSettings(port=table.text("port"), baud=table.whole("baud", 115_200, 1200, 921600))
    table.done()
    return settings


def _printer(table: Table) -> PrinterSettings:
    kind = table.choice("kind", KINDS)
    where = {"network": "host", "serial": "port", "file": "path"}[kind]
    settings = PrinterSettings(
        kind=kind,
        where=table.text(where),
        port=table.whole("port", 9100, 1, 65535) if kind == "network" else 0,
        baud=table.whole("baud", 9600, 1200, 921600) if kind == "serial" else 0,
        width_mm=table.whole("width_mm", 80, 58, 80),
        mode=table.choice("mode", MODES, "auto"),
        status=table.choice("status", STATUS, "escpos"),
        confirm_s=table.seconds("confirm_s", 30.0, 300.0),
    )
    if str(settings.width_mm) not in WIDTHS:
        table.mistake("设置 printer.width_mm 应为 80 或 58", "the setting printer.width_mm must be 80 or 58")
    table.done()
    return settings
