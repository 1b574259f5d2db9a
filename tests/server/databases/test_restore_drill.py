"""The restore drill of docs/scale.md, run as it is written while two processes work on the database."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.api.running_server import HALL, ROOT
from tests.server.databases.pair import Pair
from tests.server.private_postgres import programs

pytestmark = pytest.mark.databases


def drill() -> str:
    scale = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- drill -->\n```\n(.*?)```", scale, re.DOTALL)
    assert found
    return found[1]


def test_what_a_dump_of_a_working_database_holds_is_restored_whole(pair: Pair, tmp_path: Path) -> None:
    taken = pair.take(0)["number"]
    for folder in ("mnt/backup", "srv"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "srv" / "paihao").symlink_to(pair.server.data)
    text = drill()
    for written, here in (
        ("postgresql://paihao@db.hall/paihao", shlex.quote(pair.database.url)),
        ("postgresql://paihao@db.hall/drill", shlex.quote(pair.postgres.url("drill"))),
        ("--host db.hall", f"--host {pair.postgres.folder}"),
        ("/mnt/", f"{tmp_path}/mnt/"), ("/srv/", f"{tmp_path}/srv/"),
    ):  # fmt: skip
        assert written in text, written
        text = text.replace(written, here)
    program = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'paihao.py'))}"
    environ = {**os.environ, "PATH": f"{programs()}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            ["sh", "-exc", re.sub(r"^paihao ", f"{program} ", text, flags=re.MULTILINE)],
            cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "all 13 invariants hold" in done.stdout and f"{HALL}: " in done.stdout, done.stdout
        labels = pair.postgres.rows("drill", "SELECT label FROM tickets ORDER BY id")
        assert (taken,) in labels
    finally:
        pair.postgres.do("DROP DATABASE IF EXISTS drill")
    for secret in ("mnt/backup/server.key", "srv/drill/server.key", "srv/drill/database.url"):
        assert (tmp_path / secret).stat().st_mode & 0o077 == 0, secret
