"""The document: a hall definition as JSON, which a load command carries and the database keeps."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import time
from enum import StrEnum
from typing import Any

from server.domain.hall import Hall, Rules, Text
from server.halls.build import build
from server.halls.checking import check
from server.halls.draft import Draft, Row
from server.halls.faults import BadValue, DocumentRefused, Fault
from server.halls.kinds import Value, shown
from server.halls.tables import HEAD, RULES, TABLES, Table

Document = dict[str, Any]
FORMAT = 1


def document_from(hall: Hall) -> Document:
    """The hall as JSON values; `hall_from` makes the same hall of it."""
    return {
        "format": FORMAT,
        "hall": {
            "code": hall.code,
            **_named(hall.name),
            "timezone": hall.timezone.key,
            "supervision_phone": hall.supervision_phone,
            "missed_rule": hall.missed_rule.zh,
            "missed_rule_en": hall.missed_rule.en,
        },
        "rules": {f.name: _plain(getattr(hall.rules, f.name)) for f in fields(Rules)},
        "messages": [{"zh": text.zh, "en": text.en} for text in hall.messages],
        "zones": [
            {
                "zone": z.code,
                "floor": z.floor,
                **_named(z.name),
                "voice_zone": z.voice_zone,
                "capacity": z.capacity,
                "languages": list(z.languages),
            }
            for z in hall.zones.values()
        ],
        "departments": [
            {"code": d.code, **_named(d.name), "zone": d.zone, "chief_representative": d.chief_representative}
            for d in hall.departments.values()
        ],
        "services": [_renamed(s, {}, leave=("order",)) for s in sorted(hall.services.values(), key=lambda s: s.order)],
        "windows": [_renamed(w, {"no": "window", "types": "type"}) for w in hall.windows.values()],
        "staff": [
            {**_renamed(p, {}, leave=("on_duty",)), "status": "on_duty" if p.on_duty else "on_leave"}
            for p in hall.staff.values()
        ],
        "hours": [_renamed(s, {"code": "session", "kind": "days"}) for s in hall.sessions],
        "calendar": [{"date": day.isoformat(), "day": kind.value} for day, kind in hall.calendar.items()],
        "devices": [_renamed(d, {}) for d in hall.devices],
    }


def hall_from(document: object) -> Hall:
    """The hall that a document defines. Raises DocumentRefused with everything that is wrong."""
    draft = Draft()
    reasons = [*_shape(document)]
    if reasons or not isinstance(document, dict):
        raise DocumentRefused(reasons)
    faults = [fault for table in TABLES.values() for fault in _fill(draft, table, document.get(table.name))]
    faults += check(draft)
    if faults:
        raise DocumentRefused([_told(fault) for fault in faults])
    return build(draft)


def _shape(document: object) -> Iterator[Text]:
    if not isinstance(document, dict):
        yield Text("大厅定义应为 JSON 对象", "a hall definition must be a JSON object")
        return
    if document.get("format") != FORMAT or isinstance(document.get("format"), bool):
        yield Text(f"format 应为 {FORMAT}", f"format must be {FORMAT}")
    if not isinstance(document.get("hall"), dict):
        yield Text("缺少 hall", "hall is missing")
    for name in document:
        if name != "format" and name not in TABLES:
            yield Text(f"没有这一部分：{shown(name)}", f"there is no part {shown(name)!r}")


def _fill(draft: Draft, table: Table, given: object) -> Iterator[Fault]:
    """Read one table of a document, row by row."""
    rows = [{} if given is None else given] if table in (HEAD, RULES) else given
    if rows is None and table.may_be_empty:
        return
    if not isinstance(rows, list) or len(rows) > table.most_rows or not (rows or table.may_be_empty):
        draft.broken.add(table.name)
        yield Fault(table.name, -1, "", Text(f"应为 1 至 {table.most_rows} 行", f"must be 1 to {table.most_rows} rows"))
        return
    stored = {column.name for column in table.stored}
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            draft.broken.add(table.name)
            draft[table.name].append(Row(index, {}))
            yield Fault(table.name, index, "", Text("应为 JSON 对象", "must be a JSON object"))
            continue
        for name in row:
            if name not in stored:
                yield Fault(table.name, index, shown(name), Text("没有这一列", "there is no such column"))
        given_or_absent = {column.name: None for column in table.stored if column.filled} | row
        known = {name: value for name, value in given_or_absent.items() if name in stored}
        yield from draft.add(table, known, lambda name, value: _value(table, name, value))


def _value(table: Table, name: str, value: object) -> Value:
    column = table.by_name[name]
    if not column.filled and type(value) is type(column.default) and value == column.default:
        return column.default
    if column.filled and value in ("", None):
        raise BadValue("不能为空", "must not be empty")
    return column.kind.accept(value)


def _told(fault: Fault) -> Text:
    place = fault.table if fault.table in (HEAD.name, RULES.name) or fault.row < 0 else f"{fault.table}[{fault.row}]"
    where = f"{place}.{fault.column}" if fault.column else place
    return Text(f"{where}：{fault.reason.zh}", f"{where}: {fault.reason.en}")


def _named(name: Text) -> dict[str, str]:
    return {"name": name.zh, "name_en": name.en}


def _plain(value: object) -> object:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, StrEnum) else value


def _renamed(part: Any, names: dict[str, str], leave: tuple[str, ...] = ()) -> dict[str, object]:
    """A part of the hall under the columns' names; those that are called otherwise are in `names`."""
    row: dict[str, object] = {}
    for f in fields(part):
        value = getattr(part, f.name)
        if isinstance(value, Text):
            row |= {f.name: value.zh, f"{f.name}_en": value.en}
        elif isinstance(value, tuple) and value and isinstance(value[0], Text):
            row |= {f.name: [text.zh for text in value], f"{f.name}_en": [text.en for text in value]}
        elif f.name not in leave:
            row[names.get(f.name, f.name)] = _plain(value)
    return row
