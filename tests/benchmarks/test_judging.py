"""The judge of a district's halls finds what was answered and is not there, and what is there twice."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.storage.database import Database
from tests.benchmarks.district.devices import DISPLAY, token_of
from tests.benchmarks.district.halls import KINDS, district, halls_of, make
from tests.benchmarks.district.judging import breaches
from tests.benchmarks.district.weighing import tables_of

HALLS = halls_of(KINDS[-1], 2)
CODES = [hall.code for hall in HALLS]
Line = tuple[str, str, str, int, str]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Two small halls before their first ticket."""
    found = Database(tmp_path_factory.mktemp("halls"))
    found.upgrade()
    make(found, HALLS)
    return found


def judged(database: Database, folder: Path, lines: Sequence[Line]) -> list[str]:
    (folder / "history").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return list(breaches(database, folder / "history", CODES))


def test_what_was_answered_and_stands_in_the_journal_is_no_breach(database: Database, tmp_path: Path) -> None:
    assert judged(database, tmp_path, [(CODES[0], "load_hall", "k", 1, ""), (CODES[1], "sign_in", "k", 2, "")]) == []


def test_a_number_that_is_nowhere_and_a_deed_that_is_another_are_found(database: Database, tmp_path: Path) -> None:
    lost = (CODES[0], "take_number", "k", 999, "A001")
    other = (CODES[1], "finish", "k", 2, "")
    found = judged(database, tmp_path, [lost, lost, other])
    assert found[0] == f"{CODES[0]}: A001 was answered 2 times, and stands there: False"
    assert f"{CODES[0]}: take_number was answered, and revision 999 is None" in found
    assert f"{CODES[1]}: finish was answered, and revision 2 is sign_in" in found


def test_a_district_has_halls_of_every_kind_under_codes_of_their_own(database: Database) -> None:
    halls = district(20)
    assert len({hall.code for hall in halls}) == 20
    assert {hall.kind for hall in halls} == set(KINDS)
    assert all(len(hall.definition.windows) == hall.kind.windows for hall in halls)
    assert token_of(DISPLAY) and tables_of(database)["journal"] > 0
