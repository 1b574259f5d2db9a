"""Runs the test folders in pytest processes, four side by side: most tests wait for programs, not for the processor.

`python -m tests.together [pytest arguments]`: prints each part's output whole when it has ended, then one closing line;
the exit status is 0 only if every part passed.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_OWN_PARTS = ("browser", "display", "server", "promises", "journeys", "demo", "window_client")
_KIOSK_PAGES = sorted(map(str, Path("tests/browser").glob("test_kiosk*.py")))
PARTS = (  # the long ones first
    ("tests/browser", "--ignore-glob=*/test_kiosk*.py"),
    ("tests/display",),
    ("tests/server",),
    ("tests", *(f"--ignore=tests/{name}" for name in _OWN_PARTS)),
    _KIOSK_PAGES,
    ("tests/promises",),
    ("tests/journeys",),
    ("tests/demo", "tests/window_client"),
)
_COUNT = re.compile(r"(\d+) (passed|failed|error|errors|skipped)\b")
_LOOK_EVERY_S = 0.5
_AT_ONCE = 4  # more, and on two cores simulated devices answer later than real ones would


def main() -> int:
    """Start all parts, show each as it ends."""
    begun = time.monotonic()
    counts: dict[str, int] = {}
    # Hundreds of programs are started: their code is to be compiled once, also where the machine's habit is another.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        running: dict[int, tuple[subprocess.Popen[bytes], Path]] = {}
        waiting = list(enumerate(PARTS))
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                number, part = waiting.pop(0)
                out = Path(folder) / str(number)
                command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *sys.argv[1:], *part]
                with out.open("wb") as file:
                    part_runs = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
                    running[number] = part_runs, out
            time.sleep(_LOOK_EVERY_S)
            for number in [number for number, (process, _) in running.items() if process.poll() is not None]:
                process, out = running.pop(number)
                said = out.read_text(encoding="utf-8", errors="replace")
                print(f"== {PARTS[number][0]}\n{said}", flush=True)
                failed |= process.returncode != 0
                for count, what in _COUNT.findall(said.rstrip().rsplit("\n", 1)[-1]):
                    key = "failed" if what.startswith("error") else what
                    counts[key] = counts.get(key, 0) + int(count)
    print(f"all parts after {time.monotonic() - begun:.0f} s:")
    print(f"{counts.get('passed', 0)} passed, {counts.get('failed', 0)} failed, {counts.get('skipped', 0)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
