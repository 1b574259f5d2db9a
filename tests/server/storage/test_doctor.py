"""The doctor looks at a year of a busy hall without taking more memory than for a week."""

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.promises.rounds import LONG, rounds
from tests.server.hall_kit import HALLS
from tests.server.storage.year_of_data import grow

ROOT = HALLS.parents[1]
DAYS = rounds(2, 250)
A_DAY = rounds(1_000, 3_000)
_PROGRAM = """
import json, resource, sys
from pathlib import Path
from server.reports.doctor import examine_all
from server.storage.database import Database
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = examine_all(Database(Path(sys.argv[1])))
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"findings": {h: len(f) for h, f in found.items()}, "grew_kb": after.ru_maxrss - before,
                  "cpu_s": after.ru_utime + after.ru_stime}))
"""


def doctor(folder: Path) -> dict[str, object]:
    """Findings, and what it took, in a process of its own."""
    command = [sys.executable, "-c", _PROGRAM, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told: dict[str, object] = json.loads(done.stdout)
    return told


def grown(folder: Path, days: int, a_day: int) -> Path:
    """A folder with so many days in it."""
    folder.mkdir()
    for _ in grow(folder, days, a_day):
        pass
    return folder


def test_a_doctor_needs_no_more_memory_for_many_days_than_for_few(tmp_path: Path) -> None:
    few = doctor(grown(tmp_path / "few", 1, A_DAY))
    begun = time.monotonic()
    many_folder = grown(tmp_path / "many", DAYS, A_DAY)
    grew_s, begun = time.monotonic() - begun, time.monotonic()
    many = doctor(many_folder)
    took_s = time.monotonic() - begun
    assert few["findings"] == many["findings"] == {"LJ": 0}
    assert int(str(many["grew_kb"])) < int(str(few["grew_kb"])) + 20_000
    if LONG:
        print(f"{DAYS * A_DAY:,} tickets: made in {grew_s:.0f} s, looked at in {took_s:.0f} s ({many})")
