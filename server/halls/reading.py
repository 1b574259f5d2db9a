"""Reads a hall from its files and says everything that is wrong with them at once."""

import re
from dataclasses import dataclass
from pathlib import Path

from server.domain.hall import Hall, Text
from server.halls.build import build
from server.halls.checking import check
from server.halls.csv_table import read_table
from server.halls.document import Document, document_from
from server.halls.draft import Draft
from server.halls.faults import Fault, Mistake, Note
from server.halls.hall_file import HallFile, read_hall_file
from server.halls.notes import Sources, notes_on
from server.halls.part import part_of
from server.halls.source_file import Unreadable, read_text
from server.halls.tables import CALENDAR, CSV_TABLES, Table

IN_HALL_FILE = frozenset({"hall", "rules", "messages"})
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What came of reading. `hall` is there only without mistakes; notes keep nobody from opening."""

    hall: Hall | None
    mistakes: list[Mistake]
    notes: list[Note]


def inspect_hall(path: Path) -> Inspection:
    """Read hall.toml (or the folder it lies in) with its tables. Files are named relative to hall.toml's folder."""
    path = path / "hall.toml" if path.is_dir() else path
    draft = Draft()
    try:
        hall_file = read_hall_file(path, draft)
    except Unreadable as error:
        return Inspection(None, [Mistake(path.name, error.line, error.reason)], [])
    sources = Sources({}, {})
    mistakes = [*hall_file.mistakes]
    for table in CSV_TABLES.values():
        mistakes += _read_tables(path.parent, hall_file, table, draft, sources)
    mistakes += [_placed(fault, hall_file, sources) for fault in check(draft)]
    if hall_file.only_windows:
        draft, more = _part(hall_file, draft, complete=not mistakes)
        mistakes += more
    notes = notes_on(draft, sources, whole=not hall_file.only_windows)
    return Inspection(None if mistakes else build(draft), mistakes, notes)


def read_hall(path: Path) -> tuple[Document, list[Mistake]]:
    """The document of the hall, or an empty one and everything that is wrong."""
    found = inspect_hall(path)
    return document_from(found.hall) if found.hall else {}, found.mistakes


def not_used_yet(path: Path) -> list[Note]:
    """What the files say that is read, but not used yet, and other things to know."""
    return inspect_hall(path).notes


def _read_tables(folder: Path, hall_file: HallFile, table: Table, draft: Draft, sources: Sources) -> list[Mistake]:
    mistakes: list[Mistake] = []
    if table.name not in hall_file.tables and not table.may_be_empty:
        draft.broken.add(table.name)
    for name in hall_file.tables.get(table.name, []):
        try:
            read = read_table(read_text(folder / name), table, draft)
        except Unreadable as error:
            draft.broken.add(table.name)
            missing = not (folder / name).exists()
            file, line = (hall_file.file, hall_file.toml.line("tables", table.name)) if missing else (name, error.line)
            reason = Text(f"{name}：{error.reason.zh}", f"{name}: {error.reason.en}") if missing else error.reason
            mistakes.append(Mistake(file, line, reason))
            continue
        mistakes += [Mistake(name, wrong.line, wrong.reason) for wrong in read.mistakes]
        sources.rows |= {(table.name, index): (name, line) for index, line in read.lines.items()}
        sources.columns.setdefault((table.name, name), set()).update(read.header)
        if table is CALENDAR:
            mistakes += _other_years(name, read.lines, draft)
    return mistakes


def _other_years(name: str, lines: dict[int, int], draft: Draft) -> list[Mistake]:
    """A calendar file that carries a year in its name holds days of that year only."""
    year = _YEAR.search(Path(name).name)
    if not year:
        return []
    days = [(draft["calendar"][index].text("date"), line) for index, line in lines.items()]
    return [
        Mistake(name, line, Text(f"{day} 不在 {year[1]} 年", f"{day} is not in {year[1]}"))
        for day, line in days
        if day and not day.startswith(year[1])
    ]


def _placed(fault: Fault, hall_file: HallFile, sources: Sources) -> Mistake:
    if fault.table in IN_HALL_FILE:
        return Mistake(hall_file.file, hall_file.line_of(fault), fault.reason)
    file, line = sources.rows[fault.table, fault.row]
    return Mistake(file, line, fault.reason)


def _part(hall_file: HallFile, draft: Draft, *, complete: bool) -> tuple[Draft, list[Mistake]]:
    """The part of the hall that is to be opened. Its own faults lie at the key that chose it."""
    known = draft.by_key("windows")
    line = hall_file.toml.line("only_windows")
    unknown = [no for no in hall_file.only_windows if no not in known and "windows" not in draft.broken]
    wrong = [Mistake(hall_file.file, line, Text(f"没有这个窗口：{no}", f"there is no window {no}")) for no in unknown]
    if wrong or not complete:
        return draft, wrong
    part = part_of(draft, hall_file.only_windows)
    if not part["services"]:
        return draft, [Mistake(hall_file.file, line, Text("这些窗口不办理任何业务", "these windows serve nothing"))]
    if not part["hours"]:
        return draft, [Mistake(hall_file.file, line, Text("这些窗口不在任何时段", "these windows have no session"))]
    return part, [
        Mistake(hall_file.file, line, Text(f"只开部分窗口后：{f.reason.zh}", f"with only these windows: {f.reason.en}"))
        for f in check(part)
    ]
