"""What the tests of serial devices are given."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.far_end import FarEnd


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[FarEnd]:
    """A line with its plug in."""
    end = FarEnd(tmp_path / "line-of-hall")
    end.plug()
    yield end
    end.unplug()
