"""The judge of the proofs finds what it is there to find: each kind of loss, put into a sound database by hand."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract import commands as c
from contract.words import Level
from tests.promises import checkers
from tests.promises.checkers import Database
from tests.promises.history import Asked, History, read
from tests.server.conftest import halls, quick_folder, templates
from tests.server.hall_kit import AGENT, CODE, K1, K2, KEYPAD, Halls, at, new_key

__all__ = ["halls", "quick_folder", "templates"]
PRESSED = 4


@dataclass
class Run:
    """A small day, with its history. `rated`, `silent`: two finished visits."""

    file: Path
    asked: list[Asked]
    rated: int
    silent: int

    def breaches(self, check: Callable[..., Any], *more: Any) -> list[str]:
        """What one check finds."""
        return list(check(Database(self.file, CODE), *more))

    def everything(self) -> list[str]:
        """What all checks find."""
        return checkers.everything(self.file, CODE, self.asked)

    def change(self, *statements: str) -> None:
        """Somebody edits the file."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def unguarded(self, table: str) -> None:
        """The same rows in a table without keys, as without the database's own guards."""
        self.change(
            f"ALTER TABLE {table} RENAME TO guarded",
            f"CREATE TABLE {table} AS SELECT * FROM guarded",
            "DROP TABLE guarded",
        )


@pytest.fixture
def run(halls: Halls, quick_folder: Path, tmp_path: Path) -> Run:
    hall = halls("demo", finish_on_call=True)
    hall.sit("101", "102")
    with History(tmp_path / "history.jsonl") as history:

        def do(command: c.Command, who: Any) -> dict[str, Any]:
            key = new_key()
            history.sent(key, who.name, command.deed, command.model_dump(mode="json"))
            answer = hall.submit(command, who, key)
            said: dict[str, Any] = json.loads(answer.body)
            history.answered(key, 409 if answer.refused else 200, said)
            return said

        for i in range(6):
            do(c.TakeNumber(line="A"), K1 if i % 2 else K2)
            hall.later(1)
        visits = []
        for no in ("101", "102"):
            visit = do(c.CallNext(window=no), AGENT)["visit"]
            visits.append(visit)
            do(c.StartService(window=no, visit=visit), AGENT)
            hall.later(30)
            do(c.Finish(window=no, visit=visit), AGENT)
        do(c.Rate(visit=visits[0], level=Level(PRESSED), pressed_at=at(hall.now_ms)), KEYPAD)
        do(c.CallNext(window="101", visit=1), AGENT)  # refused: nothing is in hand
        do(c.CallNext(window="101"), AGENT)
        history.sent(new_key(), "K1", "take_number", {"line": "A"})  # never answered
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(hall.file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return Run(copy, read(tmp_path / "history.jsonl"), *visits)


def test_a_sound_run_is_sound(run: Run) -> None:
    assert len(run.asked) == 16
    assert [one.deed for one in run.asked if one.unknown] == ["take_number"]
    assert run.everything() == []
    assert run.breaches(checkers.one_record_per_visit, {run.rated: {PRESSED}}) == [
        f"visit {run.silent} has 0 counter records"
    ]


def test_a_number_that_was_answered_and_is_gone_is_found(run: Run) -> None:
    run.change("DELETE FROM tickets WHERE number = 6")
    assert any("number A006 of 2026-10-12 was given" in said for said in run.everything())
    run.change("DELETE FROM tickets WHERE number = 3")
    assert any("A 3 of 2026-10-12 was given to nobody" in said for said in run.everything())
    assert not run.breaches(checkers.numbers_once, {("2026-10-12", "A", 3), ("2026-10-12", "A", 6)})


def test_an_answer_that_was_never_stored_is_found(run: Run) -> None:
    key = next(one.key for one in run.asked if one.deed == "rate")
    run.change(f"DELETE FROM replies WHERE key = '{key}'")
    found = run.everything()
    assert f"rate {key}: answered 200, and nothing is stored" in found
    assert any("is the effect of no key" in said for said in found)


def test_an_answer_that_was_not_what_is_stored_is_found(run: Run) -> None:
    one = next(one for one in run.asked if one.deed == "take_number")
    one.answers[0].body["number"] = "A999"
    assert any("answered" in said and "A999" in said for said in run.everything())


def test_two_effects_of_one_intention_are_found(run: Run) -> None:
    first, second = [one for one in run.asked if one.deed == "take_number"][:2]
    second.intention = first.intention
    assert [said for said in run.everything() if "happened 2 times: ['A001', 'A002']" in said]


def test_one_number_shown_to_two_people_is_found(run: Run) -> None:
    first, second = [one for one in run.asked if one.deed == "take_number"][:2]
    second.answers[0].body["number"] = first.answers[0].body["number"]
    assert any("A001 of 2026-10-12 was shown to two people" in said for said in run.everything())


def test_a_number_given_twice_is_found(run: Run) -> None:
    run.unguarded("tickets")
    run.change("UPDATE tickets SET number = 1 WHERE number = 2")
    found = run.breaches(checkers.numbers_once)
    assert found == ["A 1 of 2026-10-12 was given 2 times", "A 2 of 2026-10-12 was given to nobody"]


def test_somebody_called_to_two_windows_is_found(run: Run) -> None:
    run.unguarded("visits")
    ticket = f"SELECT ticket FROM visits WHERE id = {run.rated}"
    run.change(f"UPDATE visits SET ticket = ({ticket}), called_ms = called_ms - 40000 WHERE id = {run.silent}")
    assert any("was open when visit" in said for said in run.breaches(checkers.nobody_at_two_windows))


def test_a_call_of_somebody_who_did_not_wait_is_found(run: Run) -> None:
    calls = "SELECT revision, facts FROM journal WHERE deed = 'call_next' ORDER BY revision"
    with closing(sqlite3.connect(run.file)) as connection:
        (_, first), (second, _) = connection.execute(calls).fetchall()[:2]
    run.change(f"UPDATE journal SET facts = '{first}' WHERE revision = {second}")
    assert any("was done when it was called" in said for said in run.breaches(checkers.nobody_at_two_windows))


def test_somebody_skipped_is_found(run: Run) -> None:
    run.change("UPDATE tickets SET standing = 1 WHERE number = 6")
    found = run.breaches(checkers.nobody_skipped)
    assert len(found) == 3 and all("A006 stood first" in said for said in found)


def test_a_gap_an_edit_and_a_cut_end_of_the_journal_are_found(run: Run) -> None:
    run.change("UPDATE journal SET actor = 'K9' WHERE revision = 5")
    assert run.breaches(checkers.journal_unbroken) == ["revision 5: its hash does not follow from the entry before"]
    run.change("DELETE FROM journal WHERE revision = 4")
    assert run.breaches(checkers.journal_unbroken) == ["revision 4 was expected, 5 stands there"]
    run.change("DELETE FROM journal WHERE revision > 3")
    assert any("its journal ends at 3" in said for said in run.breaches(checkers.journal_unbroken))


def test_a_wrong_level_a_second_record_and_a_record_of_nobody_are_found(run: Run) -> None:
    run.unguarded("ratings")
    run.change("UPDATE ratings SET level = 1")
    assert f"visit {run.rated}: level 1 is recorded, {PRESSED} was pressed" in run.breaches(
        checkers.one_record_per_visit, {run.rated: {PRESSED}}
    )
    run.change("INSERT INTO ratings SELECT * FROM ratings")
    assert f"visit {run.rated} has 2 counter records" in run.breaches(checkers.one_record_per_visit)
    run.change("UPDATE ratings SET visit = 5")
    assert "visit 5 was not to be rated and has a record" in run.breaches(checkers.one_record_per_visit)
