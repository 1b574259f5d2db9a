"""Checks that every code a table names stands in the table it belongs to, and that none stands twice."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.hall import Text
from server.halls.draft import Draft, Row
from server.halls.faults import Fault
from server.halls.tables import CSV_TABLES


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names rows of another table; `also` are words that it may say besides."""

    table: str
    column: str
    target: str
    also: str = ""


REFERENCES = (
    Reference("departments", "zone", "zones"),
    Reference("departments", "chief_representative", "staff"),
    Reference("services", "department", "departments", also="ALL"),
    Reference("services", "then", "services"),
    Reference("windows", "zone", "zones"),
    Reference("windows", "department", "departments"),
    Reference("windows", "services", "services"),
    Reference("windows", "by_transfer", "services", also="ALL"),
    Reference("windows", "a_clerk", "staff"),
    Reference("windows", "b_clerk", "staff"),
    Reference("staff", "department", "departments"),
    Reference("staff", "window", "windows"),
    Reference("staff", "also_windows", "windows"),
    Reference("hours", "windows", "windows"),
    Reference("hours", "services", "services"),
    Reference("hours", "stop_taking_for", "services"),
    Reference("devices", "zone", "zones"),
    Reference("devices", "window", "windows"),
)

NOUNS = {
    "zones": Text("分区", "zone"),
    "departments": Text("部门", "department"),
    "services": Text("业务字头", "service"),
    "windows": Text("窗口", "window"),
    "staff": Text("工号", "clerk"),
    "hours": Text("时段", "session"),
    "calendar": Text("日期", "date"),
    "devices": Text("设备", "device"),
}


def unknown_references(draft: Draft) -> Iterator[Fault]:
    """One fault for each code that its table does not have."""
    for reference in REFERENCES:
        if reference.target in draft.broken:
            continue
        known = draft.by_key(reference.target)
        noun = NOUNS[reference.target]
        for row in draft[reference.table]:
            for code in _named(row, reference.column):
                if code and code not in known and code != reference.also:
                    yield Fault(
                        reference.table,
                        row.index,
                        reference.column,
                        Text(f"没有这个{noun.zh}：{code}", f"there is no {noun.en} {code}"),
                    )


def doubles(draft: Draft) -> Iterator[Fault]:
    """One fault for each row whose key stood before."""
    for table in CSV_TABLES.values():
        first = draft.by_key(table.name)
        noun = NOUNS[table.name]
        for row in draft[table.name]:
            code = row.text(table.key)
            if code and first[code] is not row:
                yield Fault(
                    table.name, row.index, table.key, Text(f"{noun.zh} {code} 重复", f"{noun.en} {code} stands twice")
                )


def _named(row: Row, column: str) -> list[str]:
    return row.items(column) or [row.text(column)]
