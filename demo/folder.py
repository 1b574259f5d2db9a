"""The demo's folder: one demo at a time, one password, and a settings file for each program."""

import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.narrator import CannotStage
from terminal.data_dir import DataDir, InUse

MEMORY = "demo.json"
# No signs that look alike.
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"

Settings = Mapping[str, "str | int | bool | list[str] | Settings"]


@dataclass(frozen=True, slots=True)
class Memory:
    """What one run leaves for the next: the password, who has it, and which hall file is in force."""

    password: str
    given_to: tuple[str, ...] = ()
    hall_digest: str = ""


class DemoFolder:
    """server/ holds the server's data, agents/ those of the agents, settings/ and log/ a file for each program."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._data = DataDir(self.path)

    def take(self) -> None:
        """Raises CannotStage when another demo works with it, or it cannot be made."""
        try:
            self._data.take()
            for name in ("server", "agents", "settings", "log"):
                (self.path / name).mkdir(mode=0o700, exist_ok=True)
        except InUse:
            raise CannotStage(
                f"另一个演示正在使用 {self.path}；请先结束它，或用 --data 另指定一个目录",
                f"another demo is using {self.path}; end it first, or name another folder with --data",
            ) from None
        except OSError as error:
            raise CannotStage(f"不能使用目录 {self.path}：{error}", f"cannot use {self.path}: {error}") from error

    def leave(self) -> None:
        self._data.leave()

    @property
    def server(self) -> Path:
        return self.path / "server"

    def agent(self, name: str) -> Path:
        """The agent's own data folder."""
        return self.path / "agents" / name

    def log(self, name: str) -> Path:
        return self.path / "log" / f"{name}.log"

    def settings(self, name: str) -> Path:
        """The program's settings file."""
        return self.path / "settings" / f"{name}.toml"

    def memory(self) -> Memory:
        """What the last run left; the first run chooses the password."""
        known = self._data.read(MEMORY)
        if known is None:
            self.remember(Memory("".join(secrets.choice(SIGNS) for _ in range(12))))
            return self.memory()
        return Memory(known["password"], tuple(known["given_to"]), known["hall_digest"])

    def remember(self, memory: Memory) -> None:
        given_to = list(memory.given_to)
        content = {"password": memory.password, "given_to": given_to, "hall_digest": memory.hall_digest}
        self._data.write_private(MEMORY, content)

    def write_settings(self, name: str, settings: Settings) -> Path:
        """The program's settings file (TOML)."""
        file = self.settings(name)
        file.write_text("\n".join(_toml(settings, "")) + "\n", encoding="utf-8")
        return file


def _toml(table: Mapping[str, Any], where: str) -> list[str]:
    """Plain values first, then the tables inside."""
    lines = [f"[{where}]"] if where else []
    # A basic string of TOML is written as a string of JSON.
    lines += [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, Mapping)]
    for key, value in table.items():
        if isinstance(value, Mapping):
            lines += _toml(value, f"{where}.{key}" if where else key)
    return lines


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listener_at(port: int, tries: int = 100) -> socket.socket:
    """Listen on 127.0.0.1 at the port or the next free one. Raises CannotStage when none of `tries` is free."""
    for candidate in range(port, min(port + tries, 65536)):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen(64)
            return listener
        except OSError:
            listener.close()
    raise CannotStage(f"从 {port} 起的 {tries} 个端口都被占用", f"no port is free from {port} to {port + tries - 1}")
