"""The folder in which an agent keeps what must not be lost: one agent at a time, secrets readable by its owner only."""

import json
import os
import secrets
import sys
from pathlib import Path
from typing import IO, Any

from terminal.json_lines import sync_folder

if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class InUse(Exception):
    """Another agent works with this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"数据目录 {folder} 正被另一个终端程序使用 / the data folder {folder} is in use by another agent"
        )


class DataDir:
    """Files by name; `take` keeps any second agent out until `leave` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: IO[bytes] | None = None

    def take(self) -> None:
        """Raises InUse."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = open(self.folder / "agent.lock", "a+b")  # noqa: SIM115 (held for the life of the agent)
        try:
            _hold(lock)
        except OSError as error:
            lock.close()
            raise InUse(self.folder) from error
        self._lock = lock

    def leave(self) -> None:
        """Let the next agent in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def path(self, name: str) -> Path:
        return self.folder / name

    def write_private(self, name: str, content: dict[str, Any]) -> None:
        """Replace the file at once or not at all; only its owner may read it."""
        beside = self.folder / f"{name}.new"
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.folder / name)
        sync_folder(self.folder)

    def read(self, name: str) -> dict[str, Any] | None:
        """None when there is no such file or it holds no JSON object."""
        try:
            content = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return content if isinstance(content, dict) else None

    def remove(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def page_secret(self, base: str) -> str:
        """The secret of the page at `base`. It outlives the agent, so that an open page finds its agent again."""
        known = self.read("page-secrets.json") or {}
        if base not in known:
            known[base] = secrets.token_urlsafe(24)
            self.write_private("page-secrets.json", known)
        return str(known[base])
