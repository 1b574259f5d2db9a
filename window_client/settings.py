"""The window agent's settings, above what every agent has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from terminal.settings import Shape, Table, TerminalSettings, open_settings, terminal_settings
from window_client.hotkey_table import DEFAULTS, PATTERN
from window_client.line_settings import AnyLine, line_of

WINDOW = Shape(re.compile(r"[0-9A-Za-z\-]{1,8}"), "窗口号", "a window's number")
FOLDER = Shape(re.compile(r".*"), "文件夹", "a folder")
KEY = Shape(PATTERN, "F1 到 F12，前面可加 Ctrl+ 或 Alt+", "F1 to F12, with Ctrl+ or Alt+ before it if wished")


@dataclass(frozen=True, slots=True)
class HotkeySettings:
    """`grab`: they work while another program has the keyboard. `keys`: the key of each deed of the page."""

    grab: bool
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """`pages`: serve a clerk's page for each window. `lines` by the name that the hall's devices give them.
    `profiles`: the folder of the hall's own device profiles."""

    terminal: TerminalSettings
    windows: tuple[str, ...]
    pages: bool
    lines: Mapping[str, AnyLine]
    hotkeys: HotkeySettings
    profiles: Path | None


def read_settings(file: Path) -> WindowSettings:
    """Raises SettingsRefused with every mistake."""
    opened = open_settings(file)
    settings = WindowSettings(
        terminal=terminal_settings(opened),
        windows=opened.top.texts("windows", None, like=WINDOW),
        pages=opened.top.switch("pages", True),
        lines={name: line_of(table) for name, table in opened.top.tables("lines").items()},
        hotkeys=_hotkeys(opened.top.table("hotkeys")),
        profiles=opened.file.parent / own if (own := opened.top.text("profiles", "", like=FOLDER)) else None,
    )
    if settings.hotkeys.grab and len(settings.windows) > 1:
        opened.top.mistake("hotkeys.grab 只能用于一个窗口的终端", "hotkeys.grab needs a terminal of one window")
    opened.finish()
    return settings


def _hotkeys(table: Table | None) -> HotkeySettings:
    if table is None:
        return HotkeySettings(grab=False, keys=DEFAULTS)
    settings = HotkeySettings(
        grab=table.switch("grab", False),
        keys={deed: table.text(deed, key, like=KEY) for deed, key in DEFAULTS.items()},
    )
    names = list(settings.keys.values())
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        table.mistake(f"热键 {name} 用了两次", f"the hotkey {name} is used twice")
    table.done()
    return settings
