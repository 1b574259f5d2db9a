"""Upgrades a database again and again, killed one statement later each time, and says what each kill left behind.

`python -m tests.server.storage.upgrading_program FOLDER [loose]` prints a JSON line per kill: schema, and a digest of
tables and rows. The last try is killed no more. `loose` takes the one transaction away, as if the driver had committed
each statement by itself, and stops at the first half upgrade.
"""

import hashlib
import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from server.storage.database import NAME
from server.storage.schema import version_of
from server.storage.upgrade import bring


def left(file: Path) -> dict[str, str | None]:
    """The schema it says, and a digest of all that it holds."""
    with closing(sqlite3.connect(file)) as connection:
        text = "\n".join(line for line in connection.iterdump() if "alembic_version" not in line)
    return {"schema": version_of(file), "holds": hashlib.sha256(text.encode()).hexdigest()}


def upgrade(folder: Path, kill_before: int, *, loose: bool) -> None:
    """In a process of its own: kill -9 before that statement."""
    seen = 0

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def count(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        nonlocal seen
        seen += 1
        if seen == kill_before:
            os.kill(os.getpid(), signal.SIGKILL)
        return ("SELECT 1" if loose and statement.startswith("BEGIN") else statement), parameters

    bring(folder)


def killed(folder: Path, kill_before: int, *, loose: bool) -> bool:
    """Fork, upgrade, and whether it was killed."""
    child = os.fork()
    if child == 0:
        upgrade(folder, kill_before, loose=loose)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(folder: Path, *, loose: bool) -> None:
    """One line per kill, and one for the end."""
    before = left(folder / NAME)
    statement = 1
    while killed(folder, statement, loose=loose):
        statement += 1
        now = left(folder / NAME)
        print(json.dumps(now))
        if loose and now["schema"] == before["schema"] and now["holds"] != before["holds"]:
            return
    print(json.dumps(left(folder / NAME)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), loose="loose" in sys.argv[2:])
