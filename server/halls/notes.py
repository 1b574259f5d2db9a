"""Things to know about hall files that keep nobody from opening: what is not used, what says two things."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.hall import Text
from server.halls.coverage import open_to_everybody
from server.halls.draft import Draft, Row
from server.halls.faults import Note
from server.halls.tables import CSV_TABLES, Use


@dataclass(slots=True)
class Sources:
    """Where the draft's rows came from: (table, row) → (file, line), and which columns each (table, file) has."""

    rows: dict[tuple[str, int], tuple[str, int]]
    columns: dict[tuple[str, str], set[str]]

    def note(self, table: str, row: Row, zh: str, en: str) -> Note:
        """A note at a row."""
        file, line = self.rows[table, row.index]
        return Note(file, line, Text(zh, en))


def notes_on(draft: Draft, sources: Sources, *, whole: bool) -> list[Note]:
    """All notes. Figures are compared only where the whole hall is opened."""
    notes = [*_not_used(draft, sources), *_no_english(sources), *_restricted_lines(draft, sources)]
    if not draft.broken:
        notes += _duties(draft, sources)
        notes += _posts(draft, sources)
        notes += _figures(draft, sources) if whole else []
    return notes


def _not_used(draft: Draft, sources: Sources) -> Iterator[Note]:
    for (name, file), header in sources.columns.items():
        for column in CSV_TABLES[name].columns:
            if column.use is not Use.NOT_YET or column.name not in header:
                continue
            if any(row.values.get(column.name) not in (column.default, "") for row in draft[name]):
                what = column.name
                yield Note(file, 1, Text(f"{what} 已读入，但还没有使用", f"{what} is read, but not used yet"))
    for row in draft["services"]:
        if row.text("booking"):
            yield sources.note("services", row, *_instead_of_booking(row))


def _instead_of_booking(service: Row) -> tuple[str, str]:
    prefix = service.text("prefix")
    if service.text("booking") == "required":
        return f"{prefix} 的预约还没有使用，由导办台取号", f"{prefix}: booking is not used yet; the desk gives numbers"
    return f"{prefix} 的预约还没有使用，与其他号一样", f"{prefix}: booking is not used yet; taken like any other"


def _no_english(sources: Sources) -> Iterator[Note]:
    for (name, file), header in sources.columns.items():
        if "name_en" in CSV_TABLES[name].by_name and "name_en" not in header:
            yield Note(file, 1, Text("没有 name_en，英文页面用中文名", "no name_en: English pages show Chinese names"))


def _restricted_lines(draft: Draft, sources: Sources) -> Iterator[Note]:
    """Lines of an answered-apart service that only priority tickets can leave."""
    departments = draft.by_key("departments")
    for service in draft["services"]:
        prefix = service.text("prefix")
        if service.text("department") != "ALL":
            continue
        callers = [window for window in draft["windows"] if prefix in window.items("services")]
        able = {window.text("department") for window in callers if open_to_everybody(window)}
        for code in dict.fromkeys(window.text("department") for window in callers):
            if code not in able and code in departments:
                yield sources.note("departments", departments[code],
                    f"{prefix}-{code} 只有优先窗口或无人值守的窗口办理",
                    f"{prefix}-{code} is served only by restricted or unstaffed windows",
                )  # fmt: skip


def _duties(draft: Draft, sources: Sources) -> Iterator[Note]:
    """Windows whose marks say another thing than hours.csv, which decides."""
    for window in draft["windows"]:
        for mark, days in (("saturday", "saturday"), ("sunday_booked", "sunday")):
            scheduled = any(
                session.text("days") == days
                and (not session.items("windows") or window.text("window") in session.items("windows"))
                for session in draft["hours"]
            )
            if scheduled != window.flag(mark):
                yield sources.note("windows", window,
                    f"{mark} 与时段表不一致，以时段表为准", f"{mark} differs from the hours table, which decides"
                )  # fmt: skip


def _posts(draft: Draft, sources: Sources) -> Iterator[Note]:
    """People whose row names another post than windows.csv, which decides."""
    windows = draft.by_key("windows")
    for person in draft["staff"]:
        window, ab = windows.get(person.text("window")), person.text("ab")
        if window and ab and window.text(f"{ab.lower()}_clerk") != person.text("staff_no"):
            no = person.text("window")
            yield sources.note("staff", person,
                f"{no} 号窗口的 {ab} 岗在窗口表里是别人，以窗口表为准",
                f"the windows table names somebody else as {ab} clerk of {no}; it decides",
            )  # fmt: skip


def _figures(draft: Draft, sources: Sources) -> Iterator[Note]:
    """Written figures that are not what the tables add up to."""
    in_zone = {
        "windows": Counter(row.text("zone") for row in draft["windows"]),
        "kiosks": Counter(row.text("zone") for row in draft["devices"] if row.text("kind") == "kiosk"),
        "hall_screens": Counter(row.text("zone") for row in draft["devices"] if row.text("kind") == "board"),
    }
    in_department = {
        "windows": Counter(row.text("department") for row in draft["windows"]),
        "staff": Counter(row.text("department") for row in draft["staff"]),
        "party_members": Counter(row.text("department") for row in draft["staff"] if row.flag("party")),
    }
    for table, key, counted in (("zones", "zone", in_zone), ("departments", "code", in_department)):
        for row in draft[table]:
            for column, counts in counted.items():
                written, found = row.number(column), counts[row.text(key)]
                if written is not None and written != found:
                    yield sources.note(table, row,
                        f"{column} 写的是 {written}，实际为 {found}", f"{column} says {written}; there are {found}"
                    )  # fmt: skip
