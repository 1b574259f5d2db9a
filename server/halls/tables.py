"""What a hall definition is made of: its tables and their columns, for files and documents alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from server.domain.hall import PRIORITY_WORDS, DayKind, ReturnRule, Rules
from server.halls.kinds import Choice, Clock, Code, Day, Kind, Number, Phrase, Several, TimeZone, Value, YesNo

WINDOW_NO = Code(r"[0-9A-Za-z\-]{1,8}", "1 至 8 位字母、数字或短横", "1 to 8 letters, digits or dashes")
ZONE = Code(r"[0-9A-Za-z\-]{1,8}", "1 至 8 位字母、数字或短横", "1 to 8 letters, digits or dashes")
DEPARTMENT = Code(r"[0-9A-Z]{1,8}", "1 至 8 位大写字母或数字", "1 to 8 capital letters or digits")
PREFIX = Code(r"[A-HJ-NP-Z]|[A-Z]{2}", "一位（不用 I、O）或两位大写字母", "one capital letter (not I or O) or two")
STAFF_NO = Code(r"[0-9A-Za-z_.\-]{1,32}", "1 至 32 位字母、数字或 . - _", "1 to 32 letters, digits or . - _")
SESSION = Code(r"[0-9a-z_]{1,40}", "1 至 40 位小写字母、数字或下划线", "1 to 40 small letters, digits or underscores")
DEVICE = Code(r"[0-9A-Za-z\-]{1,20}", "1 至 20 位字母、数字或短横", "1 to 20 letters, digits or dashes")
PROFILE = Code(r"[0-9a-z\-]{1,40}", "1 至 40 位小写字母、数字或短横", "1 to 40 small letters, digits or dashes")
HALL = Code(r"[A-Z][0-9A-Z\-]{0,15}", "1 至 16 位大写字母、数字或短横", "1 to 16 capital letters, digits or dashes")
PHONE = Code(r"[0-9+\- ()]{3,30}", "电话号码", "a telephone number")
LANGUAGE = Code(r"[a-z]{2,8}", "2 至 8 位小写字母", "2 to 8 small letters")
WINDOW_TYPES = Choice.of("咨询", "受理", "收费", "出件", "投诉", "综合")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ROLES = Choice.of("clerk", "guide", "floor_manager")
DAY_KINDS = Choice.of(DayKind.WORKDAY.value, DayKind.SATURDAY.value, DayKind.SUNDAY.value)
CALENDAR_KINDS = Choice({"off": "off", "work": "workday", "saturday": "saturday", "sunday": "sunday"})


class Use(StrEnum):
    """What becomes of a column."""

    STORED = "stored"  # part of the definition
    COMPARED = "compared"  # counted from the other tables; a figure that differs is noted
    NOT_YET = "not_yet"  # read and checked, but nothing follows from it yet
    READER = "reader"  # for people who read the file


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `needed`: the file must have it; `filled`: no cell of it may be empty."""

    name: str
    kind: Kind
    default: Value = ""
    needed: bool = False
    filled: bool = False
    use: Use = Use.STORED


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `key` is the column that names a row; no two rows have the same."""

    name: str
    key: str
    columns: tuple[Column, ...]
    may_be_empty: bool = False
    most_rows: int = 5000
    by_name: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns that a document has."""
        return tuple(column for column in self.columns if column.use is Use.STORED)


def _must(name: str, kind: Kind) -> Column:
    return Column(name, kind, needed=True, filled=True)


def _count(name: str, use: Use = Use.COMPARED) -> Column:
    return Column(name, Number(0, 100_000), None, use=use)


def _flag(name: str) -> Column:
    return Column(name, YesNo(), False)


def _reader(name: str, kind: Kind | None = None) -> Column:
    return Column(name, kind or Phrase(), use=Use.READER)


def _rule(name: str, kind: Kind) -> Column:
    """A rule keeps the default that the domain gives it."""
    default = getattr(Rules(), name)
    if isinstance(default, tuple):
        return Column(name, kind, list(default))
    return Column(name, kind, f"{default:%H:%M}" if isinstance(default, time) else default)


ZONES = Table("zones", "zone", (
    _must("zone", ZONE), _must("floor", Phrase(20)), _must("name", Phrase(40)), Column("name_en", Phrase(80)),
    _must("voice_zone", ZONE), Column("capacity", Number(0, 100_000), 0),
    Column("languages", Several(LANGUAGE, most=3), []),
    _count("kiosks"), _count("hall_screens"), _count("windows"), _count("guide_desks", Use.NOT_YET), _reader("note"),
))  # fmt: skip

DEPARTMENTS = Table("departments", "code", (
    _must("code", DEPARTMENT), _must("name", Phrase(40)), Column("name_en", Phrase(80)), _must("zone", ZONE),
    Column("chief_representative", STAFF_NO),
    Column("first_window", WINDOW_NO, use=Use.READER), Column("last_window", WINDOW_NO, use=Use.READER),
    _count("windows"), Column("type", Several(WINDOW_TYPES), [], use=Use.READER),
    Column("only_for", Choice.of(*PRIORITY_WORDS), use=Use.READER), _count("staff"), _count("party_members"),
    _reader("note"),
))  # fmt: skip

SERVICES = Table("services", "prefix", (
    _must("prefix", PREFIX), _must("name", Phrase(40)), Column("name_en", Phrase(80)), _must("department", DEPARTMENT),
    _must("kind", Choice.of("即办", "承诺", "联办", "特办", "咨询", "领件", "收费")),
    Column("report_class", Choice.of("审批", "便民")),
    Column("promise_days", Number(0, 1000), None, use=Use.NOT_YET),
    _must("minutes", Number(1, 480)), _must("overdue_wait_minutes", Number(1, 480)),
    _count("quota_am", Use.NOT_YET), _count("quota_pm", Use.NOT_YET),
    Column("real_name", Choice.of("off", "optional", "required"), "off"),
    Column("booking", Choice.of("", "first", "required")), _flag("lunch"), _flag("saturday"),
    Column("then", Several(PREFIX), []), Column("plain", Phrase(8)), Column("plain_en", Phrase(24)),
    Column("bring", Several(Phrase(40), most=12), []), Column("bring_en", Several(Phrase(80), most=12), []),
    _reader("note"),
))  # fmt: skip

WINDOWS = Table("windows", "window", (
    _must("window", WINDOW_NO), _must("zone", ZONE), _must("department", DEPARTMENT),
    Column("type", Several(WINDOW_TYPES), []), Column("services", Several(PREFIX), [], needed=True),
    Column("by_transfer", Several(Code(r"[A-HJ-NP-Z]|[A-Z]{2}|ALL", "字头或 ALL", "prefixes or ALL")), []),
    Column("only_for", Choice.of(*PRIORITY_WORDS)), _flag("lunch_duty"), _flag("saturday"), _flag("sunday_booked"),
    Column("a_clerk", STAFF_NO, needed=True), Column("b_clerk", STAFF_NO, needed=True), Column("honour", Phrase(40)),
    _reader("note"),
))  # fmt: skip

STAFF = Table("staff", "staff_no", (
    _must("staff_no", STAFF_NO), _must("name", Phrase(40)), _must("department", DEPARTMENT),
    Column("window", WINDOW_NO, use=Use.COMPARED), Column("ab", Choice.of("A", "B"), use=Use.COMPARED),
    Column("also_windows", Several(WINDOW_NO), [], use=Use.COMPARED), _flag("party"),
    Column("political_status", Phrase(20), use=Use.NOT_YET),
    Column("party_group", Number(1, 99), None, use=Use.NOT_YET), Column("title", Phrase(40)),
    Column("roles", Several(ROLES), ["clerk"]), Column("honour", Phrase(40)), Column("promise", Phrase(60)),
    Column("saturday_duty", YesNo(), False, use=Use.NOT_YET),
    Column("status", Choice.of("on_duty", "on_leave"), "on_duty"), _reader("note"),
))  # fmt: skip

HOURS = Table("hours", "session", (
    _must("session", SESSION), _must("days", DAY_KINDS), _must("opens", Clock()), _must("closes", Clock()),
    Column("windows", Several(WINDOW_NO, all_means_empty=True), []),
    Column("services", Several(PREFIX, all_means_empty=True), []),
    Column("stop_taking", Clock(), None),
    Column("stop_taking_for", Several(PREFIX, all_means_empty=True), []), _flag("booked_only"),
    Column("staff_leave", Clock(), None), Column("doors_close", Clock(), None),
    Column("numbers_from", Clock(), None), _flag("silent"), _reader("note"),
), most_rows=200)  # fmt: skip

CALENDAR = Table("calendar", "date", (
    _must("date", Day()), Column("weekday", Choice.of(*WEEKDAYS), use=Use.READER),
    _must("day", CALENDAR_KINDS), _reader("name"), _reader("note"),
), may_be_empty=True)  # fmt: skip

DEVICES = Table("devices", "code", (
    _must("code", DEVICE), _must("kind", Choice.of("kiosk", "printer", "keypad", "pad", "strip", "board")),
    Column("zone", ZONE), Column("window", WINDOW_NO), Column("profile", PROFILE), Column("line", DEVICE),
    Column("address", Number(1, 127), None), Column("agent", DEVICE, needed=True), _reader("note"),
), may_be_empty=True)  # fmt: skip

CSV_TABLES = {t.name: t for t in (ZONES, DEPARTMENTS, SERVICES, WINDOWS, STAFF, HOURS, CALENDAR, DEVICES)}
MAY_BE_MISSING = frozenset({"calendar", "devices"})

HEAD = Table("hall", "code", (
    _must("code", HALL), _must("name", Phrase(40)), _must("name_en", Phrase(80)),
    Column("timezone", TimeZone(), "Asia/Shanghai"), Column("supervision_phone", PHONE),
    Column("missed_rule", Phrase(200)), Column("missed_rule_en", Phrase(300)),
), most_rows=1)  # fmt: skip

MESSAGES = Table("messages", "", (_must("zh", Phrase()), _must("en", Phrase())), may_be_empty=True, most_rows=50)

RULES = Table("rules", "", (
    _rule("day_turns_at", Clock()), _rule("numbers_from_minutes", Number(0, 240)), _rule("always_open", YesNo()),
    _rule("return_rule", Choice.of(*(rule.value for rule in ReturnRule))), _rule("return_places", Number(1, 50)),
    _rule("return_limit", Number(0, 20)), _rule("return_same_half_day", YesNo()), _rule("recall_limit", Number(0, 20)),
    _rule("recall_interval_s", Number(1, 300)), _rule("undo_s", Number(0, 60)), _rule("rate_within_s", Number(10, 600)),
    _rule("supplement_days", Number(0, 15)),
    _rule("voice_languages", Several(LANGUAGE, most=3)), _rule("voice_one", Choice.of("yi", "yao")),
    _rule("voice_window", Choice.of("cardinal", "digits")),
    _rule("voice_sentence", Choice.of("business", "window", "number_first")),
    _rule("voice_repeat", Number(1, 3)), _rule("voice_silent", YesNo()),
    _rule("finish_on_call", YesNo()), _rule("call_order", Choice.of("time", "list")),
    _rule("priority_every", Number(0, 20)), _rule("priority_cap_minutes", Number(0, 240)),
    _rule("pass_on_rank", Choice.of("original", "front", "end")), _rule("inquiries_rateable", YesNo()),
    _rule("take_interval_s", Number(0, 300)), _rule("person_limit", Number(0, 20)), _rule("pick_needs_reason", YesNo()),
    _rule("long_wait_minutes", Number(0, 480)),
    _rule("show_party", YesNo()), _rule("show_honours", YesNo()),
), most_rows=1)  # fmt: skip

TABLES = {t.name: t for t in (HEAD, RULES, MESSAGES, *CSV_TABLES.values())}
