"""An append-only file of JSON objects, one a line, that a crash or a power cut can only cut short at its end."""

import json
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import structlog

LOG = structlog.get_logger(__name__)

Entry = dict[str, Any]


class JsonLines:
    """What `append(..., durable=True)` returned from is on the disk. One process at a time may hold the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self.lines = 0

    def open(self) -> list[Entry]:
        """Read what is there and stand ready to append. A torn last line is cut off; it never counted."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "a+b")  # noqa: SIM115 (stays open for the life of the agent)
        self._file.seek(0)
        entries, good = self._parsed(self._file.read())
        self._file.truncate(good)
        self._file.seek(0, os.SEEK_END)
        sync_folder(self.path.parent)
        self.lines = len(entries)
        return entries

    def _parsed(self, content: bytes) -> tuple[list[Entry], int]:
        """The entries, and the length in bytes up to the end of the last whole line."""
        good = content.rfind(b"\n") + 1
        if good < len(content):
            LOG.warning("torn_line_cut", file=self.path.name, bytes=len(content) - good)
        entries = []
        for number, line in enumerate(content[:good].splitlines(), start=1):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            if isinstance(entry, dict):
                entries.append(entry)
            else:
                LOG.error("damaged_line_skipped", file=self.path.name, line=number)
        return entries, good

    def append(self, entry: Entry, *, durable: bool = True) -> None:
        """Write one entry; with `durable` it is on the disk when this returns. Raises OSError and then kept nothing."""
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            if self._file is None:
                raise OSError(f"{self.path.name} is closed")
            start = self._file.seek(0, os.SEEK_END)
            try:
                self._file.write(line)
                self._file.flush()
                if durable:
                    os.fsync(self._file.fileno())
            except OSError:
                self._take_back(start)
                raise
            self.lines += 1

    def _take_back(self, start: int) -> None:
        """After a failed write (disk full): leave no half line for the next entry to run into."""
        path = self.path
        try:
            if self._file is not None:
                self._file.close()
        except OSError:
            LOG.warning("file_reopened", file=path.name)
        os.truncate(path, start)
        self._file = open(path, "a+b")  # noqa: SIM115 (as above)

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Replace the whole file by `entries`, at once or not at all."""
        beside = self.path.with_suffix(".new")
        kept = list(entries)
        with self._lock:
            with open(beside, "wb") as file:
                for entry in kept:
                    file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if self._file is not None:
                self._file.close()
            os.replace(beside, self.path)
            sync_folder(self.path.parent)
            self._file = open(self.path, "a+b")  # noqa: SIM115 (as above)
            self.lines = len(kept)

    def close(self) -> None:
        """Further appends are refused."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def sync_folder(folder: Path) -> None:
    """Make a new or renamed name in the folder survive a power cut; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
