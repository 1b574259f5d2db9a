"""What docs/operations.md and docs/on-call.md tell people to do works: the drill, and every figure and reason named."""

import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from server.monitoring.readiness import NotReady
from tests.server.api.running_server import HALL, ROOT, RunningServer

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ON_CALL = (ROOT / "docs" / "on-call.md").read_text(encoding="utf-8")


def drill() -> list[str]:
    """The lines of the restore drill."""
    found = re.search(r"<!-- drill -->\n```\n(.*?)```", OPERATIONS, re.DOTALL)
    assert found
    return found[1].splitlines()


def rows(data: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(f"file:{data / 'paihao.db'}?mode=ro", uri=True)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables}


def test_the_restore_drill_brings_back_what_the_backup_of_a_working_server_held(
    behind: RunningServer, tmp_path: Path
) -> None:
    kiosk = behind.enrol("kiosk", "K7")
    for _ in range(3):
        assert behind.post(f"/{HALL}/kiosk/take_number", {"line": "A"}, kiosk).status_code == 200
    for folder in ("mnt/backup", "srv"):
        (tmp_path / folder).mkdir(parents=True)
    before = rows(behind.data)
    program = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'paihao.py'))}"
    script = [f"paihao backup --data {shlex.quote(str(behind.data))} /mnt/backup/", *drill()]
    text = "\n".join(script).replace("/mnt/", f"{tmp_path}/mnt/").replace("/srv/", f"{tmp_path}/srv/")
    done = subprocess.run(
        ["sh", "-exc", re.sub(r"^paihao ", f"{program} ", text, flags=re.MULTILINE)],
        cwd=tmp_path, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(drill()) == 3
    restored, after = rows(tmp_path / "srv" / "drill"), rows(behind.data)
    assert restored.keys() == before.keys()
    # The server works on meanwhile: its clock may have given a command.
    assert [name for name in before if not before[name] <= restored[name] <= after[name]] == []
    assert restored["tickets"] == before["tickets"] >= 3


def test_every_figure_is_explained_and_every_figure_explained_is_there(behind: RunningServer) -> None:
    shown = set(re.findall(r"^# TYPE (paihao_\w+) ", behind.get("/metrics").text, re.MULTILINE))
    monitoring = OPERATIONS.partition("## Monitoring")[2].partition("\n## ")[0]
    told = {name for name in re.findall(r"`(paihao_\w+)", monitoring)}
    assert told == shown
    assert set(re.findall(r"`(paihao_\w+)", ON_CALL)) <= shown


def test_every_reason_against_has_its_row_for_whoever_is_on_call() -> None:
    symptoms = [row.split("|")[1] for row in ON_CALL.splitlines() if row.startswith("| `/ready`")]
    told = {code for symptom in symptoms for code in re.findall(r"`(\w+)`", symptom)}
    assert told == set(NotReady) - {NotReady.STOPPING}
