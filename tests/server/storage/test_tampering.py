"""What was done to the journal, or to the rows behind its back, is named: which entry, and whose rating."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.command.doctor import doctor
from server.command.verify import verify
from server.storage.database import NAME
from server.storage.journal import GENESIS, LINES, Entry, hash_of
from server.storage.schema import move
from tests.server.storage.frozen_day import thaw

HALL = "LJ"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with some days in it."""
    move(thaw("0004", tmp_path))
    return tmp_path


def change(data: Path, *statements: str) -> None:
    """Somebody edits the file."""
    with closing(sqlite3.connect(data / NAME)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def one(data: Path, query: str) -> Any:
    with closing(sqlite3.connect(data / NAME)) as connection:
        return connection.execute(query).fetchone()


def verified(data: Path, *more: str) -> Result:
    return CliRunner().invoke(verify, ["--data", str(data), *more])


def forge(data: Path) -> None:
    """Compute every hash anew, as somebody who can write the whole file would."""
    with closing(sqlite3.connect(data / NAME)) as connection, connection:
        before = GENESIS
        for revision, at_ms, deed, actor, via, why, facts, _ in connection.execute(LINES, (HALL,)).fetchall():
            before = hash_of(before, HALL, revision, at_ms, deed, actor, via, why, facts)
            connection.execute("UPDATE journal SET hash = ? WHERE revision = ?", (before, revision))
        connection.execute("UPDATE halls SET head_hash = ?", (before,))


def test_an_untouched_journal_holds(data: Path) -> None:
    found = verified(data)
    assert found.exit_code == 0 and "all 496 entries hold" in found.output


def test_an_altered_rating_is_named_by_number_window_and_level(data: Path) -> None:
    revision, visit = one(data, "SELECT revision, visit FROM ratings WHERE level = 1")
    change(data, f"UPDATE journal SET facts = replace(facts, '\"level\":1', '\"level\":5') WHERE revision = {revision}")
    found = verified(data)
    number = one(data, f"SELECT label FROM visits WHERE id = {visit}")[0]
    assert found.exit_code == 1
    assert f"entry {revision} was altered" in found.output and f"{revision} 号记录被改动" in found.output
    assert f"{number}, window 101, clerk 1003, visit {visit}: rating counter 1" in found.output
    told = CliRunner().invoke(doctor, ["--data", str(data)])
    assert told.exit_code == 1 and "level 1, its journal entry says 5" in told.output and number in told.output


def test_a_rating_altered_behind_the_journal_is_named(data: Path) -> None:
    change(data, "UPDATE ratings SET level = 5 WHERE level = 1")
    assert verified(data).exit_code == 0
    told = CliRunner().invoke(doctor, ["--data", str(data)])
    assert told.exit_code == 1 and "ratings_follow_journal" in told.output and "window 101" in told.output


ROWS = {
    "UPDATE tickets SET state = 'cancelled' WHERE id IN (SELECT id FROM tickets WHERE state = 'done' LIMIT 1)": (
        "states_follow_journal"
    ),
    "UPDATE visits SET outcome = 'refused' WHERE outcome = 'accepted'": "states_follow_journal",
    "DELETE FROM tickets WHERE id = (SELECT MAX(id) FROM tickets)": "states_follow_journal",
    "UPDATE tickets SET label = 'A999' WHERE id = (SELECT MIN(id) FROM tickets)": "numbers_follow_journal",
    "UPDATE ratings SET reason = 'no_keypad' WHERE reason = 'no_press'": "ratings_follow_journal",
    "DELETE FROM slips WHERE id = (SELECT MIN(id) FROM slips)": "slips_reserved",
    "UPDATE visits SET ended_ms = called_ms WHERE ended_ms IS NULL": "visits_fit_states",
    "DELETE FROM journal WHERE revision = 496": "chain_holds",
    "UPDATE visits SET called_ms = 5 WHERE id = (SELECT MIN(id) FROM visits)": "waits_not_negative",
}


@pytest.mark.parametrize(("statement", "invariant"), ROWS.items(), ids=range(len(ROWS)))
def test_a_row_altered_behind_the_journal_is_named_by_the_doctor(data: Path, statement: str, invariant: str) -> None:
    assert CliRunner().invoke(doctor, ["--data", str(data)]).exit_code == 0
    change(data, statement)
    told = CliRunner().invoke(doctor, ["--data", str(data)])
    assert told.exit_code == 1 and f"  {invariant}:" in told.output


def rating_deleted(data: Path) -> str:
    revision = one(data, "SELECT revision FROM ratings WHERE level = 1")[0]
    change(data, f"DELETE FROM journal WHERE revision = {revision}")
    return f"entry {revision} is missing"


def two_swapped(data: Path) -> str:
    change(
        data,
        "UPDATE journal SET revision = -100 WHERE revision = 100",
        "UPDATE journal SET revision = 100 WHERE revision = 120",
        "UPDATE journal SET revision = 120 WHERE revision = -100",
    )
    return "entry 100 was altered"


def one_put_in_before(data: Path) -> str:
    change(data, "INSERT INTO journal SELECT hall, 0, at_ms, deed, actor, via, why, facts, hash FROM journal LIMIT 1")
    return "entry 0 does not belong there"


def one_added(data: Path) -> str:
    change(data, "INSERT INTO journal SELECT hall, 497, at_ms, deed, actor, via, why, facts, hash FROM journal LIMIT 1")
    return "entry 497 was altered"


@pytest.mark.parametrize("do", [rating_deleted, two_swapped, one_put_in_before, one_added])
def test_an_entry_that_was_deleted_swapped_or_put_in_is_named(data: Path, do: Callable[[Path], str]) -> None:
    expected = do(data)
    found = verified(data)
    assert found.exit_code == 1 and expected in found.output
    if do is rating_deleted:
        assert "rating counter 1" in found.output


def test_only_an_anchor_shows_that_all_was_rewritten_or_the_end_cut_off(data: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    assert verified(data, "--export-anchor", str(anchors)).exit_code == 0
    assert verified(data, "--anchor", str(anchors), "--export-anchor", str(anchors)).exit_code == 0
    assert len(anchors.read_text().splitlines()) == 2
    change(data, "UPDATE journal SET facts = replace(facts, '\"level\":1', '\"level\":5')")
    forge(data)
    assert verified(data).exit_code == 0
    found = verified(data, "--anchor", str(anchors), "--export-anchor", str(anchors))
    assert found.exit_code == 1 and "among entries 1 to 496 some were rewritten" in found.output
    assert len(anchors.read_text().splitlines()) == 2
    change(data, "DELETE FROM journal WHERE revision > 480", "UPDATE halls SET revision = 480")
    forge(data)
    assert verified(data).exit_code == 0
    found = verified(data, "--anchor", str(anchors))
    assert found.exit_code == 1 and "entries 481 to 496 were there" in found.output


def test_bytes_that_are_no_text_are_named_and_end_nothing(data: Path) -> None:
    change(data, "UPDATE journal SET why = CAST(x'ff41' AS TEXT) WHERE revision = 40")
    found = verified(data)
    assert found.exit_code == 1 and " 40 " in found.output, found.output
    change(data, "UPDATE tickets SET label = CAST(x'ff41' AS TEXT) WHERE id = (SELECT MIN(id) FROM tickets)")
    told = CliRunner().invoke(doctor, ["--data", str(data)])
    assert told.exit_code != 0 and "restore a backup" in told.output, told.output


def test_mistakes_are_sentences(data: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("{}\n")
    for more, said in (
        (("--anchor", str(bad)), "line 1 is no anchor"), (("--anchor", str(tmp_path / "none")), "cannot read"),
        (("--hall", "XX"), "there is no hall XX"),
    ):  # fmt: skip
        found = verified(data, *more)
        assert found.exit_code == 2 and said in found.output
    move(data / NAME, "0001")
    found = verified(data)
    assert found.exit_code == 2 and "schema 0001" in found.output


@pytest.mark.parametrize("strange", [None, b"\x00\xff", 7.5, "\ud800", '"\\\n\u2028', 2**60])
def test_the_quick_way_to_a_hash_and_the_long_one_are_the_same(strange: Any) -> None:
    fields = ["0" * 64, "LJ", 5, 6, "a", "b", "c", "d", "{}"]
    seen = {hash_of(*fields)}  # type: ignore[arg-type]
    for place in range(len(fields)):
        other = [*fields[:place], strange, *fields[place + 1 :]]
        seen.add(hash_of(*other))
    assert len(seen) == len(fields) + 1
    assert Entry("LJ", 5, 6, "a", "b", "c", "d", "{}").hash_after("0" * 64) in seen
