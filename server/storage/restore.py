"""From a backup to a data folder: everything is looked at in a folder beside it, which then takes the name at once."""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from server.storage.backup import KEY, Manifest, Progress, heads_in, opened, rows_in, silent, unpack
from server.storage.backup_faults import BackupStopped, Fault, told
from server.storage.database import NAME
from server.storage.schema import move, version_in, versions

Check = Callable[[Path], list[str]]  # a folder's database → what breaks an invariant


def restore(file: Path, data: Path, check: Check, progress: Progress = silent) -> Manifest:
    """Make the data folder from a backup, at the schema of this program. Raises BackupStopped; then nothing is left."""
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BackupStopped(Fault.NOT_EMPTY, data)
    if data.is_mount():
        raise BackupStopped(Fault.CANNOT_WRITE, data, "挂载点 mount point")
    parent = data.absolute().parent
    with told(file), opened(file) as (manifest, archive):
        if manifest.schema_version not in versions():
            raise BackupStopped(Fault.NEWER, file, manifest.schema_version)
        with told(data):
            parent.mkdir(parents=True, exist_ok=True)
            new = Path(tempfile.mkdtemp(prefix=f".{data.name}.", dir=parent))
        try:
            with told(data):
                progress("unpack", 0, 1)
                unpack(archive, manifest, new)
                progress("check", 0, 1)
                _compare(new / NAME, manifest)
                move(new / NAME)
                _look(new, check)
                new.rename(data)
                _sync(parent)
        except BaseException:
            _remove(new)
            raise
    return manifest


def _compare(database: Path, manifest: Manifest) -> None:
    """The database against the manifest: whole, as many rows, the same heads."""
    with closing(sqlite3.connect(database)) as connection:
        wrong = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if wrong != "ok":
            raise BackupStopped(Fault.NOT_AS_SAVED, database, wrong)
        if version_in(connection) != manifest.schema_version:
            raise BackupStopped(Fault.NOT_AS_SAVED, database, "schema")
        rows = rows_in(connection)
        if rows != manifest.rows:
            differ = sorted(name for name in rows | manifest.rows if rows.get(name) != manifest.rows.get(name))
            raise BackupStopped(Fault.NOT_AS_SAVED, database, ", ".join(differ))
        if heads_in(connection) != manifest.halls:
            raise BackupStopped(Fault.NOT_AS_SAVED, database, "halls")


def _look(new: Path, check: Check) -> None:
    findings = check(new)
    if findings:
        raise BackupStopped(Fault.INVARIANTS, new, "; ".join(findings[:3]))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(new: Path) -> None:
    """What was unpacked, and what SQLite left beside it."""
    for left in (NAME, f"{NAME}-wal", f"{NAME}-shm", f"{NAME}-journal", KEY):
        (new / left).unlink(missing_ok=True)
    if new.exists():
        new.rmdir()
