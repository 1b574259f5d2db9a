"""What a new definition of a hall changes, in sentences, and whom it would leave standing in a line that is gone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import time
from enum import StrEnum
from typing import Any

from server.domain.hall import Hall, Text

WORDS: Mapping[str, Text] = {
    "name": Text("名称", "name"), "timezone": Text("时区", "time zone"), "floor": Text("楼层", "floor"),
    "supervision_phone": Text("监督电话", "supervision phone"), "missed_rule": Text("过号规则", "missed-number rule"),
    "messages": Text("大厅提示", "messages"), "voice_zone": Text("语音分区", "voice zone"),
    "capacity": Text("容纳人数", "capacity"), "zone": Text("分区", "zone"), "department": Text("部门", "department"),
    "chief_representative": Text("首席代表", "chief representative"), "kind": Text("类型", "kind"),
    "report_class": Text("统计类别", "report class"), "minutes": Text("预计分钟", "expected minutes"),
    "overdue_wait_minutes": Text("超时等候分钟", "overdue wait minutes"), "real_name": Text("实名", "real name"),
    "booking": Text("预约", "booking"), "lunch": Text("午间办理", "lunch"), "saturday": Text("周六", "Saturday"),
    "then": Text("后续环节", "next steps"), "plain": Text("通俗叫法", "plain word"),
    "bring": Text("要带什么", "what to bring"),
    "long_wait_minutes": Text("久等询问分钟", "minutes of wait from which a kiosk asks"),
    "types": Text("窗口类型", "type"), "services": Text("办理业务", "services"),
    "by_transfer": Text("接收转号", "by transfer"), "only_for": Text("仅限", "only for"),
    "a_clerk": Text("A 岗", "A clerk"), "b_clerk": Text("B 岗", "B clerk"), "honour": Text("荣誉", "honour"),
    "sunday_booked": Text("周日预约", "Sunday by booking"), "lunch_duty": Text("午间值班", "lunch duty"),
    "party": Text("党员", "party member"), "title": Text("职务", "title"), "roles": Text("角色", "roles"),
    "promise": Text("承诺", "promise"), "on_duty": Text("在岗", "on duty"), "opens": Text("开始", "opens"),
    "closes": Text("结束", "closes"), "windows": Text("窗口", "windows"),
    "stop_taking": Text("停止取号", "stop-taking"),
    "stop_taking_for": Text("停止取号的业务", "stop-taking for"), "booked_only": Text("仅限预约", "booked only"),
    "staff_leave": Text("人员离岗", "staff leave"), "doors_close": Text("关门", "doors close"),
    "numbers_from": Text("开始取号", "numbers from"), "window": Text("窗口", "window"),
    "profile": Text("型号", "profile"), "line": Text("线路", "line"), "address": Text("地址", "address"),
    "agent": Text("终端程序", "agent"), "show_party": Text("公示党员身份", "party marks shown"),
    "show_honours": Text("公示荣誉", "honours shown"),
    "voice_languages": Text("播报语言", "announcement languages"), "voice_one": Text("数字 1 的读法", "digit 1 said"),
    "voice_window": Text("窗口号读法", "window number said"), "voice_sentence": Text("播报句式", "announcement"),
    "voice_repeat": Text("播报遍数", "times announced"), "voice_silent": Text("静音", "silent"),
    "languages": Text("播报语言", "announcement languages"), "silent": Text("静音", "silent"),
}  # fmt: skip


def changes(old: Hall, new: Hall) -> list[Text]:
    """Everything that differs, in the order of the hall file. Nothing for equal halls."""
    return [
        *_head(old, new),
        *_changed_fields(Text("规则", "rule"), old.rules, new.rules),
        *_differences(Text("分区", "zone"), old.zones, new.zones),
        *_differences(Text("部门", "department"), old.departments, new.departments),
        *_differences(Text("业务", "service"), old.services, new.services),
        *_order(Text("业务", "services"), old.services, new.services),
        *_differences(Text("窗口", "window"), old.windows, new.windows),
        *_order(Text("窗口", "windows"), old.windows, new.windows),
        *_differences(Text("人员", "clerk"), old.staff, new.staff),
        *_differences(Text("时段", "session"), _by_code(old.sessions), _by_code(new.sessions)),
        *_calendar(old, new),
        *_differences(Text("设备", "device"), _by_code(old.devices), _by_code(new.devices)),
    ]


def endangered(old: Hall, new: Hall, waiting: Mapping[str, int]) -> list[Text]:
    """Lines in which people wait and which nobody would call any more. `waiting`: people by line."""
    sentences = []
    for line_id, people in waiting.items():
        line = new.lines.get(line_id)
        if people <= 0 or (line and line.windows):
            continue
        known = old.lines.get(line_id)
        name = known.service.name if known else Text(line_id, line_id)
        stand = "1 person waits" if people == 1 else f"{people} people wait"
        sentences.append(
            Text(
                f"{line_id}（{name.zh}）还有 {people} 人等候，新定义中没有窗口呼叫这个队列",
                f"{stand} in {line_id} ({name.en}), which no window of the new definition calls",
            )
        )
    return sentences


def _head(old: Hall, new: Hall) -> Iterator[Text]:
    for name in ("name", "timezone", "supervision_phone", "missed_rule", "messages"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            what = WORDS[name]
            yield Text(f"{what.zh}：{_zh(before)} → {_zh(after)}", f"{what.en}: {_en(before)} → {_en(after)}")


def _differences(noun: Text, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Text]:
    """Rows that went, came or changed; a change names each field."""
    for code in old:
        if code not in new:
            yield Text(f"撤销{noun.zh} {code}", f"{noun.en} {code} removed")
    for code, row in new.items():
        if code not in old:
            yield Text(f"新增{noun.zh} {code}", f"{noun.en} {code} added")
            continue
        yield from _changed_fields(Text(f"{noun.zh} {code} 的", f"{noun.en} {code},"), old[code], row)


def _changed_fields(of: Text, old: Any, new: Any) -> Iterator[Text]:
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after or field.name == "order":
            continue
        what = WORDS.get(field.name, Text(f" {field.name}", field.name))
        yield Text(
            f"{of.zh}{what.zh}：{_zh(before)} → {_zh(after)}", f"{of.en} {what.en}: {_en(before)} → {_en(after)}"
        )


def _order(noun: Text, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Text]:
    """One sentence where rows that both have stand in another order; a row between them moves nobody."""
    if [code for code in old if code in new] != [code for code in new if code in old]:
        yield Text(f"{noun.zh}的排列顺序改变", f"the order of the {noun.en} changes")


def _calendar(old: Hall, new: Hall) -> Iterator[Text]:
    for day in sorted(old.calendar.keys() | new.calendar.keys()):
        before, after = old.calendar.get(day), new.calendar.get(day)
        if before != after:
            yield Text(
                f"日历 {day.isoformat()}：{_zh(before)} → {_zh(after)}",
                f"calendar {day.isoformat()}: {_en(before)} → {_en(after)}",
            )


def _by_code(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.code: row for row in rows}


def _zh(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Text):
        return value.zh
    if isinstance(value, tuple):
        return "、".join(_zh(item) for item in value) or "（空）"
    return _plain(value) or "（空）"


def _en(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Text):
        return value.en
    if isinstance(value, tuple):
        return ", ".join(_en(item) for item in value) or "(none)"
    return _plain(value) or "(none)"


def _plain(value: object) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, StrEnum):
        return value.value
    return "" if value is None else str(value)
