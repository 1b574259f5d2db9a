"""Runs the test folders in six pytest processes side by side: most tests wait for programs, not for the processor.

`python -m tests.together [pytest arguments]`: prints each part's output whole when it has ended, then one closing line;
the exit status is 0 only if every part passed.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARTS = (
    ("tests/browser",),
    ("tests/journeys",),
    ("tests/promises",),
    ("tests/display",),
    ("tests/demo", "tests/window_client"),
    (
        "tests",
        *(f"--ignore=tests/{name}" for name in ("browser", "journeys", "promises", "display", "demo", "window_client")),
    ),
)
_COUNT = re.compile(r"(\d+) (passed|failed|error|errors|skipped)\b")
_LOOK_EVERY_S = 0.5


def main() -> int:
    """Start all parts, show each as it ends."""
    begun = time.monotonic()
    counts: dict[str, int] = {}
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for number, part in enumerate(PARTS):
            out = Path(folder) / str(number)
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *sys.argv[1:], *part]
            with out.open("wb") as file:
                running[part] = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT), out
        while running:
            time.sleep(_LOOK_EVERY_S)
            for part in [part for part, (process, _) in running.items() if process.poll() is not None]:
                process, out = running.pop(part)
                said = out.read_text(encoding="utf-8", errors="replace")
                print(f"== {part[0]}\n{said}", flush=True)
                failed |= process.returncode != 0
                for count, what in _COUNT.findall(said.rstrip().rsplit("\n", 1)[-1]):
                    key = "failed" if what.startswith("error") else what
                    counts[key] = counts.get(key, 0) + int(count)
    print(f"all parts after {time.monotonic() - begun:.0f} s:")
    print(f"{counts.get('passed', 0)} passed, {counts.get('failed', 0)} failed, {counts.get('skipped', 0)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
