"""The judge is not easily pleased: whatever is doctored in rows, papers, bus or accounts, a rule says so."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from demo.evidence import ACCOUNT, SCENE, Evidence, read_evidence
from demo.judge import RULES, judge
from tests.demo.conftest import Played


class Copy:
    """A copy of a play's evidence and rows, to be doctored."""

    def __init__(self, played: Played, folder: Path) -> None:
        self.evidence = folder / "evidence"
        self.database = folder / "copy.db"
        shutil.copytree(played.evidence, self.evidence)
        with closing(sqlite3.connect(played.database)) as whole, closing(sqlite3.connect(self.database)) as copy:
            whole.backup(copy)
            # Without its constraints, so that what the database itself would refuse can be tried on the judge.
            for table in ("tickets", "visits", "slips", "ratings"):
                copy.execute(f"CREATE TABLE loose AS SELECT * FROM {table}")
                copy.execute(f"DROP TABLE {table}")
                copy.execute(f"ALTER TABLE loose RENAME TO {table}")
            copy.commit()

    def rows(self, sql: str) -> None:
        """Change rows; fails when the statement touches none."""
        with closing(sqlite3.connect(self.database)) as copy:
            assert copy.execute(sql).rowcount > 0
            copy.commit()

    def lines(self, file: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
        """Change an account."""
        path = self.evidence / file
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        change(lines)
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")

    def read(self) -> Evidence:
        return read_evidence(self.evidence, self.database)

    def broken(self) -> set[str]:
        return {one.rule for one in judge(self.read())}


@pytest.fixture
def copy(played: Played, tmp_path: Path) -> Copy:
    made = Copy(played, tmp_path)
    assert made.broken() == set()
    return made


ONE_TICKET = "(SELECT min(id) FROM tickets WHERE state = 'done')"
ONE_RATED = "(SELECT min(visit) FROM ratings WHERE level IS NOT NULL)"
ONE_SILENT = "(SELECT min(visit) FROM ratings WHERE level IS NULL)"
OTHER_TICKET = "(SELECT max(id) FROM tickets WHERE state = 'done')"
TWICE = "series = (SELECT series FROM tickets WHERE id = {0}), number = (SELECT number FROM tickets WHERE id = {0})"

# What is doctored in the rows, and the rules that must say so.
ROWS = {
    "a number was given twice": (
        f"UPDATE tickets SET {TWICE.format(ONE_TICKET)} WHERE id = {OTHER_TICKET}", {"no_number_twice"}
    ),
    "a label stands on two tickets": (
        f"UPDATE tickets SET label = (SELECT label FROM tickets WHERE id = {ONE_TICKET}) WHERE id = {OTHER_TICKET}",
        {"no_number_twice", "everybody_got_a_number"},
    ),
    "a ticket vanished": (f"DELETE FROM tickets WHERE id = {ONE_TICKET}", {"everybody_got_a_number"}),
    "a ticket nobody took appeared": (
        f"INSERT INTO tickets SELECT hall, id + 1, day, series, number + 500, 'X999', line, taken_ms, standing, via, "
        f"state, priority, priority_reason, language, kiosk, returns, transferred, only_window, missed_ms, visit, "
        f"received_ms, told_ms, doubts, revision, person FROM tickets WHERE id = {OTHER_TICKET}",
        {"everybody_got_a_number", "every_ticket_has_one_slip_outcome"},
    ),
    "a ticket still waits": (f"UPDATE tickets SET state = 'waiting' WHERE id = {ONE_TICKET}", {"every_ticket_ended"}),
    "a served ticket is said to be abandoned": (
        f"UPDATE tickets SET state = 'abandoned' WHERE id = {ONE_TICKET}", {"tickets_ended_as_their_citizens_say"}
    ),
    "a slip has no outcome": (
        f"UPDATE slips SET outcome = NULL WHERE ticket = {ONE_TICKET}", {"every_ticket_has_one_slip_outcome"}
    ),
    "a slip is missing": (f"DELETE FROM slips WHERE ticket = {ONE_TICKET}", {"every_ticket_has_one_slip_outcome"}),
    "a ticket has two first slips": (
        f"INSERT INTO slips SELECT * FROM slips WHERE ticket = {ONE_TICKET}", {"every_ticket_has_one_slip_outcome"}
    ),
    "a printed slip is said to have failed": (
        f"UPDATE slips SET outcome = 'failed' WHERE ticket = {ONE_TICKET}", {"printed_slips_are_paper_in_a_hand"}
    ),
    "a ticket was at two windows at once": (
        "UPDATE visits SET called_ms = called_ms - 3600000 WHERE id = "
        "(SELECT max(id) FROM visits GROUP BY ticket HAVING count(*) > 1)",
        {"no_ticket_has_two_open_visits"},
    ),
    "a visit never ended": (
        f"UPDATE visits SET ended_ms = NULL WHERE id = {ONE_RATED}", {"no_ticket_has_two_open_visits"}
    ),
    "a done ticket has no visit": (
        f"DELETE FROM visits WHERE ticket = {ONE_TICKET}", {"done_tickets_were_called"}
    ),
    "a done ticket was at another window": (
        f"UPDATE visits SET window = '999' WHERE id = {ONE_RATED}", {"done_tickets_were_called"}
    ),
    "a counter record is missing": (
        f"DELETE FROM ratings WHERE visit = {ONE_SILENT}", {"every_rateable_visit_has_one_record"}
    ),
    "a level is missing": (
        f"DELETE FROM ratings WHERE visit = {ONE_RATED}",
        {"every_rateable_visit_has_one_record", "levels_are_those_pressed"},
    ),
    "a visit has two counter records": (
        f"INSERT INTO ratings SELECT * FROM ratings WHERE visit = {ONE_SILENT}", {"every_rateable_visit_has_one_record"}
    ),
    "somebody who was missed could rate": (
        "UPDATE visits SET rateable = 1 WHERE end = 'missed'", {"every_rateable_visit_has_one_record"}
    ),
    "a level is another one than pressed": (
        f"UPDATE ratings SET level = level % 5 + 1 WHERE visit = {ONE_RATED}", {"levels_are_those_pressed"}
    ),
    "silence was made praise": (
        f"UPDATE ratings SET level = 5, reason = NULL WHERE visit = {ONE_SILENT}",
        {"levels_are_those_pressed", "the_bus_carried_each_level"},
    ),
    "a press was made silence": (
        f"UPDATE ratings SET level = NULL, reason = 'no_press' WHERE visit = {ONE_RATED}", {"levels_are_those_pressed"}
    ),
    "silence has no reason": (
        f"UPDATE ratings SET reason = NULL WHERE visit = {ONE_SILENT}", {"levels_are_those_pressed"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ROWS)
def test_doctored_rows_are_found(copy: Copy, what: str) -> None:
    sql, rules = ROWS[what]
    copy.rows(sql)
    assert rules <= copy.broken()


def _first(lines: list[dict[str, Any]], what: str) -> dict[str, Any]:
    return next(line for line in lines if line["what"] == what)


def _thanked(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """A press that its citizen was thanked for; one without thanks was pressed again and proves nothing."""
    return next(line for line in lines if line["what"] == "press" and line["acknowledged"])


def _drop_first(lines: list[dict[str, Any]], what: str) -> None:
    lines.remove(_first(lines, what))


def _drop_calls_of_a_served(lines: list[dict[str, Any]]) -> None:
    number = _first(lines, "press")["number"]
    lines[:] = [line for line in lines if not (line["what"] == "called" and line["number"] == number)]


def _give_a_number_twice(lines: list[dict[str, Any]]) -> None:
    one, other = [line for line in lines if line["what"] == "took"][:2]
    other["number"] = one["number"]


def _give_a_paper_twice(lines: list[dict[str, Any]]) -> None:
    one, other = [line for line in lines if line["what"] == "paper" and line["kiosk"] == "K2"][:2]
    other["paper"] = one["paper"]


ACCOUNTS: dict[str, tuple[Callable[[list[dict[str, Any]]], object], set[str]]] = {
    "somebody went away without a number": (lambda lines: _drop_first(lines, "took"), {"everybody_got_a_number"}),
    "two hold the same number": (_give_a_number_twice, {"no_number_twice", "everybody_got_a_number"}),
    "somebody got no paper": (lambda lines: _drop_first(lines, "paper"), {"printed_slips_are_paper_in_a_hand"}),
    "a paper is in two hands": (
        _give_a_paper_twice,
        {"printed_slips_are_paper_in_a_hand", "paper_shows_its_number"},
    ),
    "nobody saw the call": (_drop_calls_of_a_served, {"done_tickets_were_called"}),
    "another level was pressed": (
        lambda lines: _thanked(lines).update(level=_thanked(lines)["level"] % 5 + 1),
        {"levels_are_those_pressed"},
    ),
    "somebody did not cancel": (
        lambda lines: _drop_first(lines, "cancelled"),
        {"tickets_ended_as_their_citizens_say"},
    ),
}


@pytest.mark.parametrize("what", ACCOUNTS)
def test_doctored_accounts_of_citizens_are_found(copy: Copy, what: str) -> None:
    change, rules = ACCOUNTS[what]
    copy.lines(ACCOUNT, change)
    assert rules <= copy.broken()


def test_a_level_without_a_press_on_the_bus_is_found(copy: Copy) -> None:
    def drop(lines: list[dict[str, Any]]) -> None:
        lines[:] = [line for line in lines if not (line["event"] == "press" and line.get("level"))]

    copy.lines("line-A.jsonl", drop)
    assert copy.broken() == {"the_bus_carried_each_level"}


def test_a_level_that_nobody_was_asked_for_is_found(copy: Copy) -> None:
    def drop(lines: list[dict[str, Any]]) -> None:
        lines[:] = [line for line in lines if not str(line.get("meaning", "")).endswith("start")]

    copy.lines("line-A.jsonl", drop)
    assert copy.broken() == {"the_bus_carried_each_level"}


def test_a_press_without_thanks_on_the_bus_is_found(copy: Copy) -> None:
    def drop(lines: list[dict[str, Any]]) -> None:
        lines.remove(next(line for line in lines if str(line.get("meaning", "")).endswith("press acknowledged")))

    copy.lines("line-A.jsonl", drop)
    assert copy.broken() == {"the_bus_carried_each_level"}


def test_another_number_on_a_text_slip_is_found(copy: Copy) -> None:
    def change(lines: list[dict[str, Any]]) -> None:
        paper = next(line for line in lines if line["event"] == "paper")
        paper["text"] = ["A999" if line.strip()[1:].isdigit() else line for line in paper["text"]]

    copy.lines("printer-K2.jsonl", change)
    assert copy.broken() == {"paper_shows_its_number"}


def test_another_short_code_on_a_text_slip_is_found(copy: Copy) -> None:
    def change(lines: list[dict[str, Any]]) -> None:
        paper = next(line for line in lines if line["event"] == "paper")
        paper["text"] = [re.sub(r"(Code|查询码)(\W*)\w{6}", r"\1\2AAAAAA", line) for line in paper["text"]]

    copy.lines("printer-K2.jsonl", change)
    assert copy.broken() == {"paper_shows_its_number"}


def test_a_dot_too_many_on_a_drawn_slip_is_found(copy: Copy) -> None:
    file = next(copy.evidence.glob("paper-K1-*.png"))
    with Image.open(file) as opened:
        picture = opened.convert("1")
    ImageDraw.Draw(picture).point((300, 300), fill=0 if picture.getpixel((300, 300)) else 255)
    picture.save(file)
    assert copy.broken() == {"paper_shows_its_number"}


def test_a_drawn_slip_that_is_not_there_is_found(copy: Copy) -> None:
    next(copy.evidence.glob("paper-K1-*.png")).unlink()
    assert copy.broken() == {"paper_shows_its_number"}


def test_a_play_of_200_must_have_its_shares(copy: Copy) -> None:
    evidence = copy.read()
    many = {ticket + at: row for at in range(0, 200_000, 10_000) for ticket, row in evidence.tickets.items()}
    assert len(many) >= 200
    full = RULES["the_play_was_a_full_one"]
    assert list(full(evidence)) == []
    grown = Evidence(
        evidence.folder, evidence.scene, evidence.told, evidence.papers, evidence.bus, many, evidence.visits,
        evidence.slips, evidence.ratings,
    )  # fmt: skip
    said = " ".join(full(grown))
    assert "rated" in said and "missed" in said


def test_every_rule_is_tried_by_a_test_here() -> None:
    tables = [rules for _, rules in ROWS.values()] + [rules for _, rules in ACCOUNTS.values()]
    tried = {rule for rules in tables for rule in rules}
    assert tried | {"the_bus_carried_each_level", "paper_shows_its_number", "the_play_was_a_full_one"} == set(RULES)


def test_the_scene_names_what_the_judge_needs(played: Played) -> None:
    scene = json.loads((played.evidence / SCENE).read_text(encoding="utf-8"))
    assert set(scene["counters"]) == {"101", "102", "103", "104", "107", "113"}
