"""One hall whose server is looked after: it logs JSON, and a monitoring system elsewhere has a token."""

from collections.abc import Iterator

import pytest

from tests.server.api.citizens import LinkedHall, linked_hall
from tests.server.api.running_server import RunningServer

TOKEN = "a-token-for-the-monitoring-system"
SETTINGS = 'log_format = "json"\nmetrics_token = "{file}"\n'


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinkedHall]:
    folder = tmp_path_factory.mktemp("watched")
    token = folder / "token"
    token.write_text(TOKEN + "\n", encoding="utf-8")
    hall = linked_hall(folder, SETTINGS.format(file=token))
    try:
        yield hall
    finally:
        code, said = hall.server.stop()
    assert code == 0, said
    assert "Traceback" not in said and "defect" not in said, said


@pytest.fixture(scope="session")
def own_server_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that listens on every address of the machine and knows no token."""
    server = RunningServer(tmp_path_factory.mktemp("own") / "data", ("--host", "0.0.0.0"))
    server.start()
    try:
        yield server
    finally:
        server.stop()
