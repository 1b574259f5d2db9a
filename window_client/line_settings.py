"""The settings of a line: what it is, where it is, and, where its devices do not say so, which key is which level."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from terminal.settings import Shape, Table

KINDS: Final = ("bus", "sundyn", "keyboard", "bridge")
PLACE: Final = Shape(
    re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}(:[1-9][0-9]{0,4})?"),
    "IP 地址 或 IP 地址:端口",
    "an IPv4 address, or address:port",
)  # tablets are told apart by the address that they speak from
SOCKET: Final = Shape(re.compile(r"socket://[^\s:/]+:[1-9][0-9]{0,4}"), "socket://主机:端口", "socket://host:port")
TABLET_PORT: Final = 8001
OUR_PORT: Final = 7791


@dataclass(frozen=True, slots=True)
class LineSettings:
    """One serial line. `port`: a device path, or socket://host:port. `gap_s`: silence after each of our frames;
    None: what its devices ask for."""

    port: str
    gap_s: float | None
    local_echo: bool


@dataclass(frozen=True, slots=True)
class TabletSettings:
    """Rating tablets on the network. `listen`: our UDP port; `places`: a tablet's host and port by its address in the
    hall file; `keys`: a tablet's key to level, 5 best."""

    listen: int
    places: Mapping[int, tuple[str, int]]
    keys: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeyboardSettings:
    """A rating pad that types. `grab`: take it from the desktop; `keys`: what it types to level, 5 best."""

    port: str
    keys: Mapping[str, int]
    debounce_s: float
    grab: bool


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """A program of the hall's own. `port`: socket://host:port."""

    port: str


AnyLine = LineSettings | TabletSettings | KeyboardSettings | BridgeSettings


def line_of(table: Table) -> AnyLine:
    """Reads one table [lines.<name>]."""
    kind = table.choice("kind", KINDS, "bus")
    line: AnyLine
    if kind == "sundyn":
        line = _tablets(table)
    elif kind == "keyboard":
        line = KeyboardSettings(
            port=table.text("port"),
            keys=_keys(table),
            debounce_s=table.whole("debounce_ms", 300, 50, 5000) / 1000,
            grab=table.switch("grab", True),
        )
        if any(len(key) != 1 for key in line.keys):
            table.mistake(f"{table.name}keys：每个键打出一个字符", f"{table.name}keys: each key types one sign")
    elif kind == "bridge":
        line = BridgeSettings(table.text("port", like=SOCKET))
    else:
        gap_ms = table.whole("gap_ms", -1, -1, 1000)
        line = LineSettings(
            port=table.text("port"),
            gap_s=None if gap_ms < 0 else gap_ms / 1000,
            local_echo=table.switch("local_echo", False),
        )
    table.done()
    return line


def _tablets(table: Table) -> TabletSettings:
    places: dict[int, tuple[str, int]] = {}
    for address, place in table.texts_by("at", like=PLACE).items():
        host, _, port = place.partition(":")
        if address.isdecimal() and 1 <= int(address) <= 127:
            places[int(address)] = (host, int(port or TABLET_PORT))
        else:
            table.mistake(f"{table.name}at：地址为 1 到 127", f"{table.name}at: addresses are 1 to 127")
    if len({host for host, _ in places.values()}) != len(places):
        table.mistake(f"{table.name}at：一台主机写了两次", f"{table.name}at: one host stands twice")
    return TabletSettings(listen=table.whole("listen", OUR_PORT, 1, 65535), places=places, keys=_keys(table))


def _keys(table: Table) -> dict[str, int]:
    """Two levels at least, and one key for each."""
    keys = table.wholes_by("keys", 1, 5)
    if len(keys) < 2 or len(set(keys.values())) != len(keys):
        table.mistake(
            f"{table.name}keys 至少两个键，每个键一个不同的满意度",
            f"{table.name}keys needs at least two keys, each with a level of its own",
        )
    return keys
