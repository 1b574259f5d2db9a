"""Reads hall.toml itself: the hall's head, its rules and messages, and which tables lie beside it."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.domain.hall import Text
from server.halls.draft import Draft
from server.halls.faults import BadValue, Fault, Mistake
from server.halls.kinds import Several, Value
from server.halls.source_file import read_text
from server.halls.tables import CSV_TABLES, HEAD, MAY_BE_MISSING, MESSAGES, RULES, WINDOW_NO, Table
from server.halls.toml_text import KeyPath, TomlText, plain

PARTS = ("rules", "tables", "messages", "only_windows")


@dataclass(slots=True)
class HallFile:
    """What hall.toml says. `tables` are file names as written, by table; `only_windows` is empty for the whole hall."""

    file: str
    toml: TomlText
    mistakes: list[Mistake] = field(default_factory=list)
    tables: dict[str, list[str]] = field(default_factory=dict)
    only_windows: list[str] = field(default_factory=list)

    def wrong(self, path: KeyPath, zh: str, en: str) -> None:
        """Take down a mistake at a key."""
        self.mistakes.append(Mistake(self.file, self.toml.line(*path), Text(zh, en)))

    def line_of(self, fault: Fault) -> int:
        """Where in this file a fault of the head, the rules or a message lies."""
        path: dict[str, KeyPath] = {"hall": (), "rules": ("rules",), "messages": ("messages", fault.row)}
        return self.toml.line(*path[fault.table], fault.column)


def read_hall_file(path: Path, draft: Draft) -> HallFile:
    """Read hall.toml; head, rules and messages go into the draft. Raises Unreadable."""
    hall_file = HallFile(path.name, TomlText(read_text(path)))
    values = hall_file.toml.values
    head = {key: value for key, value in values.items() if key not in PARTS}
    _section(hall_file, draft, HEAD, head, ())
    rules = values.get("rules", {})
    _section(hall_file, draft, RULES, rules if isinstance(rules, dict) else {}, ("rules",))
    if not isinstance(rules, dict):
        hall_file.wrong(("rules",), "rules 应为一节：[rules]", "rules must be a section: [rules]")
    _messages(hall_file, draft, values.get("messages", []))
    _tables(hall_file, values.get("tables", {}))
    if "only_windows" in values:
        _only_windows(hall_file, values["only_windows"])
    return hall_file


def _section(hall_file: HallFile, draft: Draft, table: Table, given: Mapping[str, Any], path: KeyPath) -> None:
    allowed = [*table.by_name, *(PARTS if table is HEAD else ())]
    for key in given:
        if key not in table.by_name:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = (f"，是不是 {near[0]}", f"; did you mean {near[0]}") if near else ("", "")
            hall_file.wrong((*path, key), f"没有这个键：{key[:40]}{hint[0]}", f"there is no key {key[:40]}{hint[1]}")
    for column in table.columns:
        if column.filled and column.name not in given:
            hall_file.wrong((*path, column.name), f"缺少 {column.name}", f"{column.name} is missing")
    known = {key: plain(value) for key, value in given.items() if key in table.by_name}
    for fault in draft.add(table, known, lambda name, value: _value(table, name, value)):
        hall_file.wrong(
            (*path, fault.column), f"{fault.column}：{fault.reason.zh}", f"{fault.column}: {fault.reason.en}"
        )


def _value(table: Table, name: str, value: object) -> Value:
    column = table.by_name[name]
    if value == "":
        if column.filled:
            raise BadValue("不能为空", "must not be empty")
        return column.default
    return column.kind.accept(value)


def _messages(hall_file: HallFile, draft: Draft, messages: object) -> None:
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        hall_file.wrong(("messages",), "messages 应写成 [[messages]]", "messages must be written as [[messages]]")
        return
    if len(messages) > MESSAGES.most_rows:
        hall_file.wrong(("messages",), f"超过 {MESSAGES.most_rows} 条", f"more than {MESSAGES.most_rows} messages")
        return
    for index, message in enumerate(messages):
        _section(hall_file, draft, MESSAGES, message, ("messages", index))


def _tables(hall_file: HallFile, tables: object) -> None:
    if not isinstance(tables, dict):
        hall_file.wrong(("tables",), "tables 应为一节：[tables]", "tables must be a section: [tables]")
        tables = {}
    for name, files in tables.items():
        listed = [files] if isinstance(files, str) else files
        if name not in CSV_TABLES:
            hall_file.wrong(("tables", name), f"没有这个表：{name[:40]}", f"there is no table {name[:40]}")
        elif not isinstance(listed, list) or not listed or not all(isinstance(file, str) and file for file in listed):
            hall_file.wrong(("tables", name), "应为文件名", "must be the name of a file")
        else:
            hall_file.tables[name] = listed
    for name in _not_named(tables):
        hall_file.wrong(("tables",), f"没有写 {name} 表的文件", f"names no file for the table {name}")


def _not_named(tables: Mapping[str, object]) -> Iterator[str]:
    return (name for name in CSV_TABLES if name not in tables and name not in MAY_BE_MISSING)


def _only_windows(hall_file: HallFile, given: object) -> None:
    listed = [str(no) if type(no) is int else no for no in given] if isinstance(given, list) else given
    try:
        windows = Several(WINDOW_NO).accept(listed)
    except BadValue as bad:
        hall_file.wrong(("only_windows",), bad.reason.zh, bad.reason.en)
        return
    if not windows:
        hall_file.wrong(("only_windows",), "没有列出窗口", "names no window")
    hall_file.only_windows = windows if isinstance(windows, list) else []
