"""One PostgreSQL for the whole run; the halls of these tests are databases in it, copied from templates."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract import commands as c
from contract import replies as r
from server.reports.doctor import examine_all
from server.storage.postgres import PostgresDatabase
from tests.server.api.running_server import HALL, RunningServer
from tests.server.databases.hall_in_postgres import Filled, HallInPostgres
from tests.server.databases.pair import Pair
from tests.server.hall_kit import MONDAY_MORNING, Halls, changed_document, enrol_all, ms
from tests.server.private_postgres import PrivatePostgres
from tests.server.private_redis import PrivateRedis


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A cluster of our own."""
    found = PrivatePostgres()
    try:
        found.start()
        yield found
    finally:
        found.remove()


@pytest.fixture(scope="session")
def filled(postgres: PrivatePostgres) -> Filled:
    """Databases for the halls."""
    return Filled(postgres)


@pytest.fixture
def halls(filled: Filled) -> Iterator[Halls]:
    """Open halls, as the fixture of the same name gives them on SQLite. At the end the invariants must hold."""
    opened: list[HallInPostgres] = []

    def open_hall(name: str = "demo", loaded_at: str = MONDAY_MORNING, **rules: Any) -> HallInPostgres:
        def set_up(database: str) -> None:
            hall = HallInPostgres(Path(), ms(loaded_at), postgres=filled.postgres, name=database)
            hall.open()
            hall.get(r.HallLoaded, c.LoadHall(document=changed_document(name, **rules)))
            enrol_all(hall)
            hall.close()

        what = f"{name} {loaded_at} {sorted(rules.items())}"
        hall = HallInPostgres(Path(), ms(loaded_at), postgres=filled.postgres, name=filled.filled(what, set_up))
        hall.open()
        opened.append(hall)
        return hall

    yield open_hall
    for hall in opened:
        try:
            hall.check()
        finally:
            hall.close()
            filled.give_back(hall.name)


@pytest.fixture
def hall(halls: Halls) -> HallInPostgres:
    """The demonstration hall, open at any time, with clerks at 101, 102 and 107."""
    found = halls("demo")
    assert isinstance(found, HallInPostgres)
    found.sit("101", "102", "107")
    return found


@pytest.fixture(scope="session")
def front() -> Iterator[int]:
    """The port of a proxy before the pair: until it listens there, as nginx may, nobody else is given it."""
    with socket.socket() as keeper:
        keeper.bind(("127.0.0.1", 0))
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        yield int(keeper.getsockname()[1])


@pytest.fixture(scope="session")
def pair(filled: Filled, front: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two processes; at the end the invariants must hold, whatever befell them."""
    redis, name = PrivateRedis(), filled.empty()
    redis.start()
    url = filled.postgres.url(name)
    folder = tmp_path_factory.mktemp("pair")
    (folder / "server.toml").write_text(f'origins = ["https://localhost:{front}"]\n', encoding="utf-8")
    options = ("--settings", str(folder / "server.toml"), "--database", url, "--workers", "2", "--redis", redis.url)
    server = RunningServer(folder / "data", options)
    try:
        server.start()
        server.load("demo")
        found = Pair(server, PostgresDatabase(url), redis, filled.postgres, front)
        found.kiosk = server.enrol("kiosk", "K1")
        yield found
    finally:
        before = len(server.said())
        pids = found.pids() if server.process is not None else []
        code, said = server.stop() if server.process is not None else (0, "")
        redis.remove()
    # Told to stop, the parent has ended all of them in order.
    assert (code, "worker_ended" in said[before:], (server.data / "server.json").exists()) == (0, False, False), said
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert "Traceback" not in said, said
    assert examine_all(found.database)[HALL] == []
    filled.give_back(name)
