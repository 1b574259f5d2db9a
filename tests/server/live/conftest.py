"""One server for the tests of live connections."""

from collections.abc import Iterator

import pytest

from tests.server.api.everybody import Everybody, invite_everybody
from tests.server.api.running_server import RunningServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("live") / "data")
    running.start()
    try:
        running.load("demo")
        yield running
    finally:
        code, said = running.stop()
    assert code == 0, said
    assert "defect" not in said and "Traceback" not in said, said


@pytest.fixture(scope="session")
def everybody(server: RunningServer) -> Everybody:
    return invite_everybody(server)
