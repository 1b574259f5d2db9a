"""A backup: one file with all that a server needs (database, key), a manifest, and a checksum over the whole.

The file is a zip archive, so that any tool can look into it; its comment is the SHA-256 of all that stands before it.
It is made while the server writes: one read transaction holds one consistent state, and blocks nobody.
"""

import hashlib
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from server.storage.backup_faults import BackupStopped, Fault, told
from server.storage.database import NAME
from server.storage.schema import version_in

MANIFEST = "manifest.json"
KEY = "server.key"
SUFFIX = ".backup.zip"
_CHUNK = 1 << 20
_PAGES = 2_048  # of one step of the copy
_SUM = 64  # hex digits of SHA-256
_END = 22  # bytes of a zip archive's end, before its comment

Progress = Callable[[str, int, int], None]  # what, done, of


class FileSum(BaseModel):
    """A file as it was put in."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: int
    sha256: str


class HallHead(BaseModel):
    """Where a hall stood: an anchor for its journal, too."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    revision: int
    hash: str
    day: str
    time_ms: int


class Manifest(BaseModel):
    """What the backup holds. `rows`: how many of each table; `made`: UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: int = 1
    made: datetime
    schema_version: str
    files: dict[str, FileSum]
    rows: dict[str, int]
    halls: dict[str, HallHead]


def silent(_what: str, _done: int, _of: int) -> None:
    """Nobody wants to know how far it is."""


def write_backup(folder: Path, to: Path, progress: Progress = silent) -> tuple[Path, Manifest]:
    """Back up a data folder into the file `to`, or into a file named by the time if `to` is a folder.

    Raises BackupStopped; then nothing is left behind.
    """
    if not (folder / NAME).exists():
        raise BackupStopped(Fault.NO_DATABASE, folder)
    now = datetime.now(UTC)
    target = to / f"paihao-{now:%Y%m%d-%H%M%S}{SUFFIX}" if to.is_dir() else to
    if target.exists():
        raise BackupStopped(Fault.EXISTS, target)
    with told(target), tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        copy = Path(name) / NAME
        _copy(folder / NAME, copy, progress)
        halls, rows, schema = _look_at(copy)
        files = {NAME: copy} | ({KEY: folder / KEY} if (folder / KEY).exists() else {})
        packed = Path(name) / "packed"
        sums = _pack(files, packed, progress)
        manifest = Manifest(made=now, schema_version=schema, files=sums, rows=rows, halls=halls)
        _close(packed, manifest)
        packed.replace(target)
        _sync_folder(target.parent)
    return target, manifest


def _copy(source: Path, to: Path, progress: Progress) -> None:
    """One consistent state of the database, while others write."""
    with closing(sqlite3.connect(source, isolation_level=None)) as from_, closing(sqlite3.connect(to)) as into:
        from_.execute("PRAGMA busy_timeout=5000").fetchall()
        into.execute("PRAGMA synchronous=OFF").fetchall()
        from_.execute("BEGIN")
        from_.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # from here on it is this state
        from_.backup(into, pages=_PAGES, progress=lambda _s, left, all_: progress("copy", all_ - left, all_), sleep=0)
        from_.execute("ROLLBACK")
    to.chmod(0o600)


def _look_at(copy: Path) -> tuple[dict[str, HallHead], dict[str, int], str]:
    """Whether the copy is whole, and what it holds."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        wrong = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if wrong != "ok":
            raise BackupStopped(Fault.SOURCE_DAMAGED, copy, wrong)
        return heads_in(connection), rows_in(connection), version_in(connection) or ""


def rows_in(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}


def heads_in(connection: sqlite3.Connection) -> dict[str, HallHead]:
    """Where each hall stands."""
    rows = connection.execute("SELECT hall, revision, head_hash, day, time_ms FROM halls ORDER BY hall")
    return {row[0]: HallHead(revision=row[1], hash=row[2], day=row[3], time_ms=row[4]) for row in rows}


def _pack(files: dict[str, Path], packed: Path, progress: Progress) -> dict[str, FileSum]:
    """The files in a zip archive that only its owner can read."""
    sums = {}
    with open(packed, "xb", opener=_private) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            digest, done, size = hashlib.sha256(), 0, file.stat().st_size
            with file.open("rb") as from_, archive.open(_member(name), "w", force_zip64=True) as into:
                while chunk := from_.read(_CHUNK):
                    digest.update(chunk)
                    into.write(chunk)
                    done += len(chunk)
                    progress("pack", done, size)
            sums[name] = FileSum(size=done, sha256=digest.hexdigest())
    return sums


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    member._compresslevel = 1  # type: ignore[attr-defined]  # numbers pack well at once; the public way is Python 3.13's
    return member


def _close(packed: Path, manifest: Manifest) -> None:
    """Add the manifest, then the checksum of all before it, and wait for the disk."""
    with packed.open("r+b") as file:
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(_member(MANIFEST), manifest.model_dump_json(indent=1))
            archive.comment = b"0" * _SUM
        size = file.seek(0, os.SEEK_END)
        digest = _digest(file, size - _SUM)
        file.seek(size - _SUM)
        file.write(digest.encode())
        file.flush()
        os.fsync(file.fileno())


def _digest(file: BinaryIO, size: int) -> str:
    digest, left = hashlib.sha256(), size
    file.seek(0)
    while left and (chunk := file.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """That the name stays, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def opened(file: Path) -> Iterator[tuple[Manifest, zipfile.ZipFile]]:
    """A backup whose checksum fits. Raises BackupStopped."""
    if not file.is_file():
        raise BackupStopped(Fault.NOT_A_BACKUP, file)
    with told(file), file.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            raise BackupStopped(Fault.NOT_A_BACKUP, file)
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _SUM))
        if stream.read(_SUM) != _digest(stream, max(0, size - _SUM)).encode():
            raise BackupStopped(Fault.DAMAGED, file)
        try:
            archive = zipfile.ZipFile(stream)
            manifest = Manifest.model_validate_json(archive.read(MANIFEST))
        except (zipfile.BadZipFile, KeyError, ValidationError) as error:
            raise BackupStopped(Fault.NOT_A_BACKUP, file) from error
        with archive:
            yield manifest, archive


def unpack(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    """Put the backup's files into the folder, each as it was saved. Raises BackupStopped."""
    for name in (NAME, KEY):
        if name not in manifest.files:
            continue
        digest, done = hashlib.sha256(), 0
        target = folder / name
        with open(target, "xb", opener=_private) as into, archive.open(name) as from_:
            while chunk := from_.read(_CHUNK):
                digest.update(chunk)
                into.write(chunk)
                done += len(chunk)
            into.flush()
            os.fsync(into.fileno())
        if FileSum(size=done, sha256=digest.hexdigest()) != manifest.files[name]:
            raise BackupStopped(Fault.NOT_AS_SAVED, target, name)
