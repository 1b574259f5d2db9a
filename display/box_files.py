"""The hall's files on a box: portraits and programme, on its disk with a bound, shown also without the server."""

import hashlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import requests
import structlog

from terminal.connection import Connection, Unreachable

LOG = structlog.get_logger(__name__)

ROOM: Final = 600_000_000  # bytes of all files together; the least recently shown go first
LARGEST: Final = 300_000_000  # bytes of one file
PROGRAMME: Final = "programme"
_PIECE: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as the server last gave it."""

    file: Path
    media: str
    etag: str


class BoxFiles:
    """Files by their path below the hall: "portrait/1003", "programme/film.mp4"."""

    def __init__(self, folder: Path, connection: Connection, room: int = ROOM) -> None:
        self._folder = folder
        self._connection = connection
        self._room = room
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for half in folder.glob("*.new"):
            half.unlink()  # the box lost power in the middle of one

    def kept(self, path: str) -> Kept | None:
        """The file on this disk; None where it never came, or was given up for room."""
        facts = self._facts(path)
        try:
            told = json.loads(facts.read_text(encoding="utf-8"))
            found = Kept(facts.with_suffix(".bin"), str(told["media"]), str(told["etag"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if found.file.is_file() else None

    def shown(self, path: str) -> Kept | None:
        """As `kept`, for a page: what is shown is given up last."""
        found = self.kept(path)
        if found is not None:
            _stamp(self._facts(path))
        return found

    def refresh(self, path: str) -> Kept | None:
        """Ask the server; what it cannot say any more stays as it was, what it has no more is given up."""
        known = self.kept(path)
        headers = {"If-None-Match": known.etag} if known is not None and known.etag else {}
        try:
            with self._connection.pass_on("GET", path, headers=headers) as answer:
                if answer.status_code == 404:
                    self._give_up(self._facts(path))
                    return None
                return self._keep(path, answer) if answer.status_code == 200 else known
        except (Unreachable, requests.RequestException, OSError) as error:
            LOG.info("file_not_fetched", path=path, problem=type(error).__name__)
            return known

    def refresh_programme(self) -> None:
        """The list and all its files, so that a page never waits for one."""
        if self.refresh(PROGRAMME) is None:
            return
        for item in self._listed():
            if "file" in item:
                self.refresh(_path_of(item))

    def programme(self) -> list[dict[str, Any]]:
        """The items that can be shown from this disk."""
        return [item for item in self._listed() if "file" not in item or self.kept(_path_of(item)) is not None]

    def _listed(self) -> list[dict[str, Any]]:
        found = self.kept(PROGRAMME)
        try:
            items = [] if found is None else json.loads(found.file.read_text(encoding="utf-8"))["items"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []

    def _keep(self, path: str, answer: requests.Response) -> Kept:
        """Whole or not at all. Raises OSError, also for a file that is too large."""
        facts, beside = self._facts(path), self._folder / f"{secrets.token_hex(8)}.new"
        size = 0
        try:
            with beside.open("xb") as file:
                for piece in answer.iter_content(_PIECE):
                    size += len(piece)
                    if size > min(LARGEST, self._room):
                        raise OSError(f"more than {min(LARGEST, self._room)} bytes")
                    file.write(piece)
            told = {
                "path": path,
                "media": answer.headers.get("Content-Type", ""),
                "etag": answer.headers.get("ETag", ""),
            }
            os.replace(beside, facts.with_suffix(".bin"))
            beside.write_text(json.dumps(told), encoding="utf-8")
            _stamp(beside)
            os.replace(beside, facts)
        finally:
            beside.unlink(missing_ok=True)
        self._make_room(facts)
        return Kept(facts.with_suffix(".bin"), told["media"], told["etag"])

    def _make_room(self, but: Path) -> None:
        """Give up what was shown longest ago until the rest fits."""
        sizes = {facts: size for facts in self._folder.glob("*.json") if (size := _size(facts)) is not None}
        too_much = sum(sizes.values()) - self._room
        for facts in sorted(sizes.keys() - {but}, key=lambda one: one.stat().st_mtime_ns):
            if too_much <= 0:
                return
            too_much -= sizes[facts]
            self._give_up(facts)

    def _give_up(self, facts: Path) -> None:
        facts.unlink(missing_ok=True)
        facts.with_suffix(".bin").unlink(missing_ok=True)

    def _facts(self, path: str) -> Path:
        return self._folder / f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.json"


def _stamp(facts: Path) -> None:
    """Used now; a file system by itself knows only in which tick of some milliseconds."""
    now = time.time_ns()
    os.utime(facts, ns=(now, now))


def _path_of(item: dict[str, Any]) -> str:
    return f"{PROGRAMME}/{quote(str(item['file']))}"


def _size(facts: Path) -> int | None:
    try:
        return facts.with_suffix(".bin").stat().st_size
    except OSError:
        return None
