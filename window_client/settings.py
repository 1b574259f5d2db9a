"""The window agent's settings, above what every agent has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from terminal.settings import Shape, Table, TerminalSettings, open_settings, terminal_settings

WINDOW = Shape(re.compile(r"[0-9A-Za-z\-]{1,8}"), "窗口号", "a window's number")


@dataclass(frozen=True, slots=True)
class LineSettings:
    """One serial line. `port`: a device path, or socket://host:port. `gap_s`: silence after each of our frames;
    None: what its devices ask for."""

    port: str
    gap_s: float | None
    local_echo: bool


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """`pages`: serve a clerk's page for each window. `lines` by the name that the hall's devices give them."""

    terminal: TerminalSettings
    windows: tuple[str, ...]
    pages: bool
    lines: Mapping[str, LineSettings]


def read_settings(file: Path) -> WindowSettings:
    """Raises SettingsRefused with every mistake."""
    opened = open_settings(file)
    settings = WindowSettings(
        terminal=terminal_settings(opened),
        windows=opened.top.texts("windows", None, like=WINDOW),
        pages=opened.top.switch("pages", True),
        lines={name: _line(table) for name, table in opened.top.tables("lines").items()},
    )
    opened.finish()
    return settings


def _line(table: Table) -> LineSettings:
    gap_ms = table.whole("gap_ms", -1, -1, 1000)
    line = LineSettings(
        port=table.text("port"),
        gap_s=None if gap_ms < 0 else gap_ms / 1000,
        local_echo=table.switch("local_echo", False),
    )
    table.done()
    return line
