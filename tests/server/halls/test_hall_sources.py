"""Files that are no hall files, or not in the right encoding, get a clear answer and never a traceback."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.halls.reading import inspect_hall, not_used_yet, read_hall
from tests.server.halls.hall_folder import HALLS, HallFolder

NEEDED = ("zones", "departments", "services", "windows", "staff", "hours")


def told(folder: HallFolder) -> list[tuple[str, int, str]]:
    return [(mistake.file, mistake.line, mistake.reason.en) for mistake in folder.mistakes()]


def test_a_byte_order_mark_is_tolerated(branch: HallFolder) -> None:
    for name in ("hall.toml", "windows.csv", "staff.csv"):
        path = branch.folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert told(branch) == []


def test_windows_line_ends_are_tolerated_and_counted_right(branch: HallFolder) -> None:
    line = branch.edit("staff.csv", "1027,代欣,RS", "1027,代欣,R1")
    path = branch.folder / "staff.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert told(branch) == [("staff.csv", line, "there is no department R1")]


def test_a_gbk_file_is_named_as_such(branch: HallFolder) -> None:
    path = branch.folder / "staff.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    assert told(branch) == [("staff.csv", 2, "the file seems to be GBK; save it as UTF-8 (in Excel: CSV UTF-8)")]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "the file is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", 1, "the file is empty"),
        (b"zone,floor\nA,\x001F\n", 2, "has a NUL byte; this is no text file"),
        (b"zone,floor\n\n\xff,1F\n", 3, "is not UTF-8 text"),
        ("zone,floor\n".encode("utf-16"), 1, "the file is UTF-16; save it as UTF-8"),
        (b"zone,floor,name,voice_zone\n", 1, "there are no rows below the header"),
        (b'zone,floor,name,voice_zone\nA,1F,"x"y,A\n', 2, "is not proper CSV: ',' expected after '\"'"),
        (b'zone,floor,name,voice_zone\nA,1F,"x,A\n', 2, "is not proper CSV: unexpected end of data"),
        (b"zone,floor,name\nA,1F,Hall\n", 1, "column voice_zone is missing"),
        (b"zone,floor,name,voice_zone,zone\nA,1F,Hall,A,A\n", 1, "column zone stands twice"),
        (b"x" * (5 * 1024 * 1024 + 1), 1, "the file is larger than 5 MB"),
        (b"x" * 10_000_000, 1, "the file is larger than 5 MB"),
    ],
)
def test_a_table_that_is_no_table(branch: HallFolder, content: bytes, line: int, reason: str) -> None:
    (branch.folder / "zones.csv").write_bytes(content)
    assert ("zones.csv", line, reason) in told(branch)


def test_a_broken_table_does_not_make_every_row_of_the_others_wrong(branch: HallFolder) -> None:
    (branch.folder / "windows.csv").write_bytes(b"")
    assert told(branch) == [("windows.csv", 1, "the file is empty")]


def test_a_missing_table_is_told_where_it_is_named(branch: HallFolder) -> None:
    (branch.folder / "staff.csv").unlink()
    assert told(branch) == [("hall.toml", 21, "staff.csv: there is no such file")]


def test_a_folder_in_place_of_a_table(branch: HallFolder) -> None:
    (branch.folder / "staff.csv").unlink()
    (branch.folder / "staff.csv").mkdir()
    assert told(branch) == [("staff.csv", 1, "this is not a regular file")]


def test_a_pipe_in_place_of_a_table_does_not_stop_the_reading(branch: HallFolder) -> None:
    (branch.folder / "staff.csv").unlink()
    os.mkfifo(branch.folder / "staff.csv")
    assert told(branch) == [("staff.csv", 1, "this is not a regular file")]


def test_a_table_of_too_many_rows_is_refused(branch: HallFolder) -> None:
    rows = "".join(f"{no},某人,ZH\n" for no in range(2000, 7001))
    (branch.folder / "staff.csv").write_text("staff_no,name,department\n" + rows, encoding="utf-8")
    assert told(branch) == [("staff.csv", 5002, "more than 5000 rows")]


def test_a_hall_file_that_is_not_there(tmp_path: Path) -> None:
    found = inspect_hall(tmp_path / "hall.toml")
    assert [(m.file, m.line, m.reason.en) for m in found.mistakes] == [("hall.toml", 1, "there is no such file")]


@pytest.mark.parametrize(
    ("content", "line"),
    [('code = "LJ"\nname = \n', 2), ('code = "LJ"\ncode = "LK"\n', 2), ("[rules\n", 1), ("a = " + "[" * 5000, 1)],
)
def test_a_hall_file_that_is_not_toml(branch: HallFolder, content: str, line: int) -> None:
    (branch.folder / "hall.toml").write_text(content, encoding="utf-8")
    (mistake,) = branch.mistakes()
    assert (mistake.file, mistake.line) == ("hall.toml", line)
    assert "is not proper TOML" in mistake.reason.en


def test_a_hall_file_that_says_nothing_useful_lists_all_that_is_missing(branch: HallFolder) -> None:
    (branch.folder / "hall.toml").write_text("rules = 1\nmessages = 2\ntables = 3\n", encoding="utf-8")
    assert told(branch) == [
        ("hall.toml", 1, "code is missing"),
        ("hall.toml", 1, "name is missing"),
        ("hall.toml", 1, "name_en is missing"),
        ("hall.toml", 1, "rules must be a section: [rules]"),
        ("hall.toml", 2, "messages must be written as [[messages]]"),
        ("hall.toml", 3, "tables must be a section: [tables]"),
        *(("hall.toml", 3, f"names no file for the table {name}") for name in NEEDED),
    ]


def test_keys_are_found_in_every_way_of_writing_toml(branch: HallFolder) -> None:
    (branch.folder / "hall.toml").write_text(
        'code = "LJ-SD"\nname = """三渡镇\ncode = 1"""\nname_en = "Sandu"\nonly_windows = [\n  "1",\n  "99",\n]\n'
        'rules.undo_s = 99\n\n[[messages]]\nzh = "一"\nen = "one"\n[[messages]]\nzh = "二"\n"en" = 2\n[tables]\n'
        + "".join(f'{name} = "{name}.csv"\n' for name in NEEDED),
        encoding="utf-8",
    )
    assert told(branch) == [
        ("hall.toml", 2, "name: has control characters: 三渡镇?code = 1"),
        ("hall.toml", 9, "undo_s: 99 is not within 0 to 60"),
        ("hall.toml", 16, "en: must be text: 2"),
        ("hall.toml", 5, "there is no window 99"),
    ]


def test_tables_without_english_names_hours_of_numbers_and_devices_open_too(linjiang: HallFolder) -> None:
    for name in ("zones.csv", "departments.csv", "services.csv", "hours.csv"):
        path = linjiang.folder / name
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        optional = ("name_en", "numbers_from", "plain", "plain_en", "bring", "bring_en")
        kept = [place for place, column in enumerate(rows[0]) if column not in optional]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([row[place] for place in kept] for row in rows)
    linjiang.edit("hall.toml", 'devices = "devices.csv"', "")
    hall = linjiang.hall()
    assert len(hall.windows) == 64
    assert hall.devices == ()
    assert {(service.plain.zh, service.bring) for service in hall.services.values()} == {("", ())}


def test_numbers_are_given_half_an_hour_before_a_session_that_does_not_say_when(branch: HallFolder) -> None:
    branch.edit("hours.csv", ",08:45", ",")
    assert f"{branch.hall().sessions[0].numbers_from:%H:%M}" == "08:30"


def test_a_mistaken_hall_has_no_document(branch: HallFolder) -> None:
    branch.edit("windows.csv", "G;Z", "G;Z;Q")
    document, mistakes = read_hall(branch.folder)
    assert document == {}
    assert [mistake.reason.en for mistake in mistakes] == ["there is no service Q"]


def test_what_is_not_used_yet_is_said_for_a_hall_without_english_names_too(branch: HallFolder) -> None:
    branch.edit("zones.csv", "name_en,voice_zone", "note,voice_zone")
    branch.edit("zones.csv", "A,1,1,4,40", "A,1,1,5,40")
    said = [(note.file, note.line, note.sentence.en) for note in not_used_yet(branch.folder / "hall.toml")]
    assert ("zones.csv", 1, "no name_en: English pages show Chinese names") in said
    assert ("zones.csv", 2, "windows says 5; there are 4") in said
    assert branch.hall().zones["A"].name.en == "便民服务大厅"


def test_marks_and_posts_that_say_two_things_are_noted(branch: HallFolder) -> None:
    branch.edit("windows.csv", "a_clerk,b_clerk,honour", "a_clerk,b_clerk,saturday")
    branch.edit("windows.csv", "1016,1029,", "1016,1029,yes")
    branch.edit("staff.csv", "RS,3,B", "RS,4,A")
    said = [(note.file, note.line) for note in branch.inspect().notes if "decides" in note.sentence.en]
    assert said == [("windows.csv", 5), ("staff.csv", 5)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["hall.toml", "devices.csv", *(f"{name}.csv" for name in NEEDED)]),
    at=st.integers(0, 400),
    junk=st.binary(max_size=12),
)
@example(name="hours.csv", at=70, junk=b"\n\n,,,,,,,,,,,,,,,\n")
@example(name="hall.toml", at=0, junk=b"[[rules]]\n[[tables]]\n")
def test_whatever_stands_in_a_file_the_answer_is_mistakes_or_a_hall(
    branch: HallFolder, name: str, at: int, junk: bytes
) -> None:
    good = (HALLS / "branch" / name).read_bytes()
    (branch.folder / name).write_bytes(good[:at] + junk + good[at:])
    found = branch.inspect()
    (branch.folder / name).write_bytes(good)
    assert (found.hall is None) == bool(found.mistakes)
    lines = {path.name: path.read_bytes() for path in branch.folder.iterdir()}
    assert all(mistake.line >= 1 and mistake.reason.zh and mistake.reason.en for mistake in found.mistakes)
    assert all(Path(mistake.file).name in lines or "calendar" in mistake.file for mistake in found.mistakes)
