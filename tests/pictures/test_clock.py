"""The clock under which the pictures' demo runs: it stands, it is set for all programs at once, and waits stay real."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pictures.clock import LIBRARIES, MISSING, SetClock

TELLS = """
import select, sys, time
for _ in sys.stdin:
    before = time.monotonic()
    select.select([], [], [], 0.05)  # as gevent waits
    print(time.time(), time.monotonic() > before, flush=True)
"""


def test_a_program_sees_the_time_that_was_set_and_waits_as_long_as_ever(tmp_path: Path) -> None:
    if not LIBRARIES:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    clock = SetClock(tmp_path / "clock")
    moments = [datetime(2026, 10, 21, 6, 0, tzinfo=UTC), datetime(2026, 10, 21, 6, 32, tzinfo=UTC)]
    clock.set(moments[0])
    with subprocess.Popen(
        [sys.executable, "-c", TELLS],
        env=clock.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None and program.stdout is not None
        for moment in moments:
            clock.set(moment)
            for _ in range(2):
                program.stdin.write("now\n")
                program.stdin.flush()
                assert program.stdout.readline() == f"{moment.timestamp()} True\n"
        program.stdin.close()
