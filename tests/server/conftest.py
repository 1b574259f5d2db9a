"""Halls on disk for the tests of rules, deeds, storage and cards."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.hall_kit import MONDAY_MORNING, HallOnDisk, Halls, changed_document, copy_of, ms, set_up

_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def quick_folder() -> Iterator[Path]:
    """A folder whose syncs are quick, where the machine has one: most tests are not about the disk."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def templates(quick_folder: Path) -> dict[str, Path]:
    """Halls already set up, by what they are made of; each test gets a copy."""
    return {}


@pytest.fixture
def halls(quick_folder: Path, templates: dict[str, Path]) -> Iterator[Halls]:
    """Open halls: `halls("demo", recall_limit=1)`. Whatever a test did, at its end the invariants must hold."""
    opened: list[HallOnDisk] = []

    def open_hall(name: str = "demo", loaded_at: str = MONDAY_MORNING, **rules: Any) -> HallOnDisk:
        known = f"{name} {loaded_at} {sorted(rules.items())}"
        if known not in templates:
            folder = Path(tempfile.mkdtemp(dir=quick_folder))
            set_up(folder, changed_document(name, **rules), loaded_at)
            templates[known] = folder
        hall = copy_of(templates[known], Path(tempfile.mkdtemp(dir=quick_folder)), ms(loaded_at))
        opened.append(hall)
        return hall

    yield open_hall
    for hall in opened:
        try:
            hall.check()
        finally:
            hall.close()


@pytest.fixture
def hall(halls: Halls) -> HallOnDisk:
    """The demonstration hall, open at any time, with clerks at 101, 102 and 107."""
    found = halls("demo")
    found.sit("101", "102", "107")
    return found
