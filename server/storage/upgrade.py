"""A data folder's database moved to another schema: a backup first, then all of it or nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from server.storage.backup import SUFFIX, heads_in, opened, write_backup
from server.storage.backup_faults import BackupStopped
from server.storage.database import NAME
from server.storage.schema import SchemaNotKnown, move, version_of, versions


def bring(folder: Path, to: str | None = None) -> Path | None:
    """Bring the database to a schema, the newest unless said; the backup that was made before, if there was need.

    Raises SchemaNotKnown and BackupStopped; then the database is as it was.
    """
    now, target = version_of(folder / NAME), to or versions()[-1]
    if now is not None and now not in versions():
        raise SchemaNotKnown(now)
    kept = _keep(folder, now, target) if now not in (None, target) else None
    move(folder / NAME, target)
    return kept


def _keep(folder: Path, now: str | None, target: str) -> Path:
    """The backup before the move; one of an interrupted try that holds the same is good enough."""
    kept = folder / f"before-{target}{SUFFIX}"
    if kept.exists() and _holds(kept, folder / NAME, now):
        return kept
    new = folder / f"new-before-{target}{SUFFIX}"
    new.unlink(missing_ok=True)
    write_backup(folder, new)
    new.replace(kept)
    return kept


def _holds(kept: Path, database: Path, version: str | None) -> bool:
    try:
        with opened(kept) as (manifest, _), closing(sqlite3.connect(database)) as connection:
            return manifest.schema_version == version and manifest.halls == heads_in(connection)
    except BackupStopped:
        return False
