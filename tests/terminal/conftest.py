"""One hall's server outside of the agent under test."""

from collections.abc import Iterator

import pytest

from tests.terminal.hall_outside import Outside


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as server:
        yield server
