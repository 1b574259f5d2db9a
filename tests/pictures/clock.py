"""A wall clock that stands where it is put, for programs that are started under it (libfaketime, Debian's package).

Nothing in our programs knows of it: what they ask the system for the time, they are told this. Their monotonic clock
runs on, so that beats, waits and time-outs are real. (A bare time.sleep fails under libfaketime; gevent's does not.)
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
MISSING = "no libfaketime on this machine (Debian, as root: apt-get install libfaketime)"


class SetClock:
    """Kept in a file, which all programs under it read at each look at the clock."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def set(self, at: datetime) -> None:
        """All programs see this time, to the second, from now on."""
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}\n", encoding="ascii")
        beside.replace(self._file)

    def environment(self) -> Mapping[str, str]:
        """For a program under this clock; needs one of `LIBRARIES`."""
        return {
            **os.environ,
            "TZ": "UTC",
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
