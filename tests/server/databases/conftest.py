"""One PostgreSQL for the whole run; the halls of these tests are databases in it, copied from templates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract import commands as c
from contract import replies as r
from tests.server.databases.hall_in_postgres import Filled, HallInPostgres
from tests.server.hall_kit import MONDAY_MORNING, Halls, changed_document, enrol_all, ms
from tests.server.private_postgres import PrivatePostgres


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
