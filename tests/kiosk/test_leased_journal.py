"""What a kiosk keeps of its leased numbers stays small, however long it runs."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from contract.replies import Leased
from kiosk.leased_journal import KEPT_DAYS, Given, LeasedJournal, digest_of

FIRST_DAY = date(2026, 3, 2)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[LeasedJournal]:
    found = LeasedJournal(tmp_path / "leased.jsonl")
    yield found
    found.close()


def block(day: date) -> Leased:
    return Leased(revision=1, day=day, series="K1-", first=1, last=50, until="2026-03-03T04:00:00Z")


def number(day: date, given: int) -> Given:
    body = {"day": day.isoformat(), "number": given, "first": 1, "last": 50, "line": "A",
            "taken_at": "2026-03-02T09:00:00Z"}  # fmt: skip
    return Given(f"press-{day}-{given}", body, {"number": f"K1-{given:03}"})


def test_a_kiosk_that_runs_for_months_keeps_the_last_days_and_what_it_has_not_told(
    journal: LeasedJournal, tmp_path: Path
) -> None:
    untold = number(FIRST_DAY, 7)
    days = [FIRST_DAY + timedelta(days=n) for n in range(60)]
    sizes = []
    for day in days:
        journal.lease(block(day))
        if day == FIRST_DAY:
            journal.give(untold)
        else:
            one = number(day, 1)
            journal.give(one)
            journal.told(one, {"digest": digest_of(one.command()), "key": "0" * 32, "revision": 2})
        sizes.append((tmp_path / "leased.jsonl").stat().st_size)
    assert max(sizes[10:]) == max(sizes[:10])
    assert journal.given()[0] is untold and len(journal.given()) == KEPT_DAYS + 2
    assert journal.left(days[-1]) == 49 and journal.left(days[0]) == 0

    journal.close()
    again = LeasedJournal(tmp_path / "leased.jsonl")
    assert [(one.day, one.number) for one in again.given()] == [(one.day, one.number) for one in journal.given()]
    assert again.highest(days[-1]) == 50
    again.close()
