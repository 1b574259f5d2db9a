"""The data folder of a server: its lock, its key, and the file that says where it listens."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from server.crypto import read_or_make_key


class FolderInUse(Exception):
    """Another server holds the folder's lock."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens, for programs of this machine that may read the folder."""

    url: str
    pid: int
    local_secret: str


class DataFolder:
    """One folder, made if it is missing (0700)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def lock(self) -> None:
        """Take the folder for this process. Raises FolderInUse; OSError where the folder cannot be made."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise FolderInUse(str(self.path)) from None
        self._lock = descriptor

    def unlock(self) -> None:
        """Let the folder go. The lock file stays: removing it would let two servers lock two files."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def key(self) -> bytes:
        """The server's key, made at the first start."""
        return read_or_make_key(self.path / "server.key")

    def write_address(self, address: Address) -> None:
        """Say where the server listens; only the folder's owner can read it."""
        new = self.path / "server.json.new"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(asdict(address), out)
        new.replace(self.path / "server.json")

    def read_address(self) -> Address | None:
        """Where a server of this folder said it listens; None if none did, or the file is being written."""
        try:
            return Address(**json.loads((self.path / "server.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def remove_address(self) -> None:
        """The server stopped."""
        (self.path / "server.json").unlink(missing_ok=True)
