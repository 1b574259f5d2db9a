"""A hall as text for a person at a terminal: zones, windows, services and hours, in Chinese or English."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from server.domain.hall import PRIORITY_WORDS, Hall, Session, Text
from server.domain.voice import languages

Rows = list[list[str]]

KINDS = {
    "即办": Text("即办", "at once"),
    "承诺": Text("承诺", "by promise"),
    "联办": Text("联办", "joint"),
    "特办": Text("特办", "special"),
    "咨询": Text("咨询", "enquiry"),
    "领件": Text("领件", "collection"),
    "收费": Text("收费", "payment"),
}
DAYS = {
    "workday": Text("工作日", "working day"),
    "saturday": Text("周六", "Saturday"),
    "sunday": Text("周日", "Sunday"),
    "off": Text("休息日", "day off"),
}


def show(hall: Hall, language: str = "zh") -> str:
    """All of the hall that people ask about. `language` is "zh" or "en"."""
    say = _Language(language)
    head = f"{say.text(hall.name)} ({hall.code}) · {hall.timezone.key} · {hall.supervision_phone}".rstrip(" ·")
    parts = [
        head,
        say.text(hall.missed_rule),
        _section(say("分区", "Zones"), _zones(hall, say)),
        _section(say("窗口", "Windows"), _windows(hall, say)),
        _section(say("业务", "Services"), _services(hall, say)),
        _section(say("时段", "Hours"), _hours(hall, say)),
    ]
    return "\n\n".join(parts) + "\n"


class _Language:
    """Picks the words of one language."""

    def __init__(self, language: str) -> None:
        self._english = language == "en"

    def __call__(self, zh: str, en: str) -> str:
        return en if self._english else zh

    def text(self, text: Text) -> str:
        return self(text.zh, text.en)

    def word(self, words: Mapping[str, Text], code: str) -> str:
        return self.text(words[code]) if code in words else code

    def yes(self, value: bool) -> str:
        return self("是", "yes") if value else ""

    def listed(self, items: Sequence[str], empty: str = "") -> str:
        return " ".join(items) or empty


def _zones(hall: Hall, say: _Language) -> Rows:
    windows = Counter(window.zone for window in hall.windows.values())
    kiosks = Counter(device.zone for device in hall.devices if device.kind == "kiosk")
    boards = Counter(device.zone for device in hall.devices if device.kind == "board")
    header = [say("分区", "zone"), say("楼层", "floor"), say("名称", "name"), say("窗口", "windows"),
              say("取号机", "kiosks"), say("大屏", "boards"), say("容纳", "capacity"),
              say("语音分区", "voice zone"), say("播报语言", "announced in")]  # fmt: skip
    rows = [header]
    for zone in hall.zones.values():
        counts = [str(count[zone.code]) for count in (windows, kiosks, boards)]
        spoken = say.listed(languages(hall, zone.voice_zone))
        rows.append([
            zone.code, zone.floor, say.text(zone.name), *counts, str(zone.capacity), zone.voice_zone, spoken,
        ])  # fmt: skip
    return rows


def _windows(hall: Hall, say: _Language) -> Rows:
    header = [say("窗口", "window"), say("分区", "zone"), say("部门", "department"), say("业务", "services"),
              say("转号", "by transfer"), say("仅限", "only for"), say("A 岗", "A clerk"), say("B 岗", "B clerk"),
              say("设备", "devices")]  # fmt: skip
    rows = [header]
    for window in hall.windows.values():
        devices = [device.kind for device in hall.devices if device.window == window.no]
        clerks = [f"{no} {hall.staff[no].name}" if no else "" for no in (window.a_clerk, window.b_clerk)]
        department = hall.departments[window.department]
        rows.append([
            window.no, window.zone, say.text(department.name), say.listed(window.services),
            say.listed(window.by_transfer), say.word(PRIORITY_WORDS, window.only_for), *clerks, say.listed(devices),
        ])  # fmt: skip
    return rows


def _services(hall: Hall, say: _Language) -> Rows:
    desk, kiosk = say("导办台", "desk"), say("取号机", "kiosk")
    header = [say("字头", "prefix"), say("名称", "name"), say("部门", "department"), say("类型", "kind"),
              say("分钟", "minutes"), say("取号", "numbers at"), say("后续", "then"),
              say("窗口", "windows")]  # fmt: skip
    rows = [header]
    for service in sorted(hall.services.values(), key=lambda s: s.order):
        department = hall.departments.get(service.department)
        windows = [window.no for window in hall.windows.values() if service.prefix in window.services]
        rows.append([
            service.prefix, say.text(service.name),
            say.text(department.name) if department else say("各部门", "each department"),
            say.word(KINDS, service.kind), str(service.minutes), desk if service.asks_desk else kiosk,
            say.listed(service.then), say.listed(windows),
        ])  # fmt: skip
    return rows


def _hours(hall: Hall, say: _Language) -> Rows:
    header = [say("时段", "session"), say("日子", "days"), say("取号", "numbers from"), say("开始", "opens"),
              say("结束", "closes"), say("停止取号", "stop-taking"), say("仅预约", "booked only"),
              say("静音", "silent"), say("窗口", "windows"), say("业务", "services")]  # fmt: skip
    return [header, *([*_session(session, say, hall_silent=hall.rules.voice_silent)] for session in hall.sessions)]


def _session(session: Session, say: _Language, *, hall_silent: bool) -> list[str]:
    every = say("全部", "all")
    stop = ""
    if session.stop_taking:
        stop = f"{session.stop_taking:%H:%M} {say.listed(session.stop_taking_for, every)}"
    return [
        session.code, say.word(DAYS, session.kind.value), f"{session.numbers_from:%H:%M}", f"{session.opens:%H:%M}",
        f"{session.closes:%H:%M}", stop, say.yes(session.booked_only),
        say.yes(session.silent or hall_silent), say.listed(session.windows, every),
        say.listed(session.services, every),
    ]  # fmt: skip


def _section(title: str, rows: Rows) -> str:
    """A heading and a table whose columns stand under each other; a Chinese character takes two cells."""
    widths = [max(_cells(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [title]
    for row in rows:
        padded = (cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True))
        lines.append("  " + "  ".join(padded).rstrip())
    return "\n".join(lines)


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
