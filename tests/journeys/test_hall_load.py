"""The hall file is changed while the hall is open: nobody who waits is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.hall import PASSWORD, Hall
from tests.journeys.staging import open_hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with open_hall(tmp_path) as opened:
        opened.choose_password("1001")
        yield opened


def tickets(hall: Hall) -> list[tuple[Any, ...]]:
    return hall.rows("SELECT label, line, state FROM tickets ORDER BY id")


def test_people_waiting_outlive_a_new_hall_file_and_their_line_cannot_be_dropped(hall: Hall) -> None:
    session = hall.post("desk/sign_in", {"login": "1001", "password": PASSWORD}).json()["session"]

    def take(line: str) -> dict[str, Any]:
        reply: dict[str, Any] = hall.post("desk/take_number", {"line": line}, x_session=session).json()
        return reply

    taken = [take(line)["number"] for line in ("A", "B", "A")]
    before = tickets(hall)
    assert before == [(number, number[0], "waiting") for number in taken]

    revision = hall.rows("SELECT revision FROM halls")
    refused = hall.run("hall", "load", str(hall.write_hall_file(("107",))))
    assert refused.returncode == 2
    for said in ("A（综合受理(社会事务类)）还有 2 人等候", "B（遗失证照补办）还有 1 人等候"):
        assert said in refused.stderr
    assert hall.rows("SELECT revision FROM halls") == revision
    assert tickets(hall) == before

    said = hall.load(("101", "102"), rate_within_s=45)
    assert "107" in said and "rate_within_s" in said
    assert tickets(hall) == before
    assert take("C")["code"] == "line_unknown"  # served at window 107 only
    following = take("A")
    assert (following["number"], following["ahead"]) == ("A003", 2)
    hall.doctor()
