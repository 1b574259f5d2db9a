"""One server for the tests of the endpoints, with everybody there who may ask something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.api.everybody import Everybody, invite_everybody
from tests.server.api.running_server import RunningServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("hall") / "data")
    running.start()
    try:
        running.load("demo")
        running.load("branch")
        yield running
    finally:
        code, said = running.stop()
    assert code == 0, said
    assert "defect" not in said and "Traceback" not in said, said


@pytest.fixture(scope="session")
def everybody(server: RunningServer) -> Everybody:
    return invite_everybody(server)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that a test may stop or break."""
    running = RunningServer(tmp_path / "data")
    running.start()
    try:
        yield running
    finally:
        if running.process is not None:
            running.stop()
