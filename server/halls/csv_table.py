"""Reads one CSV file into a table of the draft, keeping each row's physical line."""

import csv
import difflib
import io
from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.hall import Text
from server.halls.draft import Draft
from server.halls.faults import BadValue
from server.halls.kinds import Value
from server.halls.tables import Table


@dataclass(frozen=True, slots=True)
class CsvMistake:
    """A mistake at a line of the file."""

    line: int
    reason: Text


@dataclass(slots=True)
class CsvRead:
    """What came of reading one file: mistakes, and the line of each row added to the draft, by the row's index."""

    mistakes: list[CsvMistake]
    lines: dict[int, int]
    header: dict[str, int]  # column → place in the row
    cut: bool = False  # the file could not be read to its end

    def wrong(self, line: int, zh: str, en: str) -> None:
        """Take down a mistake."""
        self.mistakes.append(CsvMistake(line, Text(zh, en)))


def read_table(text: str, table: Table, draft: Draft) -> CsvRead:
    """Add the rows of a CSV text to the draft. A table whose columns are not complete is marked broken there."""
    read = CsvRead([], {}, {})
    rows = _numbered(text, read)
    header_line, header = next(rows, (1, []))
    _check_header(header_line, header, table, read)
    if any(column.needed and column.name not in read.header for column in table.columns):
        draft.broken.add(table.name)
    before = len(draft[table.name])
    for line, cells in rows:
        if len(cells) != len(header):
            read.wrong(
                line,
                f"有 {len(cells)} 格，表头有 {len(header)} 格",
                f"has {len(cells)} cells, the header has {len(header)}",
            )
        if len(draft[table.name]) - before >= table.most_rows:
            read.wrong(line, f"超过 {table.most_rows} 行", f"more than {table.most_rows} rows")
            read.cut = True
            break
        given = {name: cells[place] for name, place in read.header.items() if place < len(cells)}
        read.lines[len(draft[table.name])] = line
        for fault in draft.add(table, given, lambda name, cell: _cell(table, name, str(cell))):
            read.wrong(line, f"{fault.column}：{fault.reason.zh}", f"{fault.column}: {fault.reason.en}")
    if len(draft[table.name]) == before and not table.may_be_empty and not read.mistakes:
        read.wrong(header_line, "表头下面没有内容", "there are no rows below the header")
        read.cut = True
    if read.cut:
        draft.broken.add(table.name)
    return read


def _numbered(text: str, read: CsvRead) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, cells stripped, each with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            read.wrong(line, f"不是正确的 CSV：{error}", f"is not proper CSV: {error}")
            read.cut = True
            return
        if cells is None:
            return
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield line, stripped
        line = reader.line_num + 1


def _check_header(line: int, header: list[str], table: Table, read: CsvRead) -> None:
    for place, name in enumerate(header):
        if name in read.header:
            read.wrong(line, f"列 {name} 出现了两次", f"column {name} stands twice")
        elif name not in table.by_name:
            near = difflib.get_close_matches(name, table.by_name, n=1)
            hint = (f"，是不是 {near[0]}", f"; did you mean {near[0]}") if near else ("", "")
            read.wrong(line, f"没有列「{name[:40]}」{hint[0]}", f"there is no column {name[:40]!r}{hint[1]}")
        else:
            read.header[name] = place
    for column in table.columns:
        if column.needed and column.name not in read.header:
            read.wrong(line, f"缺少列 {column.name}", f"column {column.name} is missing")


def _cell(table: Table, name: str, cell: str) -> Value:
    column = table.by_name[name]
    if cell:
        return column.kind.read(cell)
    if column.filled:
        raise BadValue("不能为空", "must not be empty")
    return column.default
