"""What the tests of serial devices are given."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.bus import Bus
from tests.drivers.far_end import FarEnd


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[FarEnd]:
    """A line with its plug in."""
    end = FarEnd(tmp_path / "line-of-hall")
    end.plug()
    yield end
    end.unplug()


@pytest.fixture
def bus(far_end: FarEnd) -> Iterator[Bus]:
    """The program's side of that line, not started yet."""
    line = Bus(str(far_end.link))
    yield line
    line.stop()
