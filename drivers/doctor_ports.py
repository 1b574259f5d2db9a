"""The serial ports of this machine, under the names that stay, and who has them open."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from serial.tools import list_ports

from drivers.port_holders import holders

STAYING = Path("/dev/serial")
INPUT = Path("/dev/input/by-id")


class Found(Protocol):
    """What pyserial tells of a port."""

    device: str
    description: str


@dataclass(frozen=True, slots=True)
class Port:
    """`names`: links below by-id and by-path, which stay when ports come in another order."""

    device: str
    description: str
    names: tuple[str, ...]
    held_by: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.device}  {self.description}"]
        lines += [f"    {name}" for name in self.names]
        lines += [f"    被占用 / in use by: {who}" for who in self.held_by]
        return "\n".join(lines)


def ports(find: Callable[[], Iterable[Found]] = list_ports.comports, staying: Path = STAYING) -> list[Port]:
    """In the order of their names."""
    found = sorted(find(), key=lambda one: one.device)
    return [
        Port(one.device, one.description, tuple(_names_of(one.device, staying)), tuple(holders(one.device)))
        for one in found
    ]


def input_devices(folder: Path = INPUT) -> list[Port]:
    """Keyboards and what pretends to be one, under the names that stay; Linux."""
    found = sorted(link for link in folder.glob("*-event-kbd"))
    return [Port(str(link), "键盘类设备 / keyboard-like device", (), tuple(holders(str(link)))) for link in found]


def _names_of(device: str, staying: Path) -> list[str]:
    links = [*staying.glob("by-id/*"), *staying.glob("by-path/*")]
    return sorted(str(link) for link in links if os.path.realpath(link) == os.path.realpath(device))
