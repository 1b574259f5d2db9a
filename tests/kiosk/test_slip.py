"""The slip says where, how many, how long and what if the number is missed; never who."""

from dataclasses import fields, replace
from datetime import datetime

from drivers.printers.layout import Align, Badges, Field, Qr, Roll, Rule, Seal, Size, Space, Span, Split, Text
from drivers.printers.raster import preview
from drivers.printers.text import encode
from kiosk.slip import SlipContent, Wording, slip

CONTENT = SlipContent(
    hall=Wording("临江区政务服务中心", "Linjiang District Government Service Centre"),
    number="A012",
    service=Wording("综合受理", "General intake"),
    place=Wording("1楼 101–104号窗口", "Floor 1, windows 101–104"),
    people_ahead=4,
    wait_minutes=(10, 20),
    taken=datetime(2026, 10, 21, 14, 32),
    missed_rule=Wording("过号后往后排 3 位。", "If you miss it, you go 3 places back."),
    priority=Wording("优先 · 老年人", "Priority · senior"),
    follow_url="http://192.0.2.1/t/1#k=x",
    short_code="K7M2",
    kiosk="1F-2",
)


def test_a_chinese_slip_line_by_line() -> None:
    assert slip(CONTENT) == (
        Space(20),
        Text("临江区政务服务中心", Size.TITLE, Align.CENTRE, bold=True),
        Space(4),
        Split("2026年10月21日", "14:32 取号"),
        Space(4),
        Rule(thick=True),
        Space(12),
        Text("综合受理", Size.GREAT, Align.CENTRE, bold=True),
        Space(12),
        Seal("A012"),
        Space(14),
        Badges(("优先 · 老年人",)),
        Space(16),
        Rule(),
        Field("到哪里", (Span("1", True), Span("楼 "), Span("101–104", True), Span("号窗口"))),
        Field("前面", (Span("4", True), Span(" 人"))),
        Field("约等", (Span("10–20", True), Span(" 分钟"))),
        Qr(
            "http://192.0.2.1/t/1#k=x",
            (
                Text("扫码看前面几人", Size.TEXT, bold=True),
                Text("办完也扫它来评价", Size.NOTE),
                Text("查询码 K7M2", Size.NOTE),
            ),
        ),
        Rule(thick=True),
        Space(8),
        Text("屏幕上您的号盖上红印，就轮到您。过号后往后排 3 位。", Size.NOTE),
        Space(4),
        Split("1F-2", ""),
        Space(16),
    )


def test_an_english_slip_keeps_the_chinese_that_staff_read() -> None:
    lines = slip(replace(CONTENT, language="en", is_reprint=True))
    assert Text("General intake", Size.GREAT, Align.CENTRE, bold=True) in lines
    assert Text("综合受理", Size.TEXT, Align.CENTRE) in lines
    assert Split("21 October 2026", "taken 14:32") in lines
    assert Badges(("Priority · senior", "Reprint 补打")) in lines
    assert Field("Where", (Span("Floor "), Span("1", True), Span(", windows "), Span("101–104", True))) in lines
    assert Field("Wait", (Span("10–20", True), Span(" min"))) in lines
    rule = "When the screen shows your number in a red seal, it is your turn. If you miss it, you go 3 places back."
    assert Text(rule, Size.NOTE) in lines


def test_nobody_ahead_and_one_person_read_as_people_say_it() -> None:
    assert Field("前面", (Span("没有人"),)) in slip(replace(CONTENT, people_ahead=0))
    assert Field("Ahead", (Span("1", True), Span(" person"))) in slip(replace(CONTENT, people_ahead=1, language="en"))


def test_an_estimate_is_left_out_when_there_is_none_and_never_says_zero() -> None:
    assert not [line for line in slip(replace(CONTENT, wait_minutes=None)) if getattr(line, "label", "") == "约等"]
    expected = Field("约等", (Span("不到 "), Span("5", True), Span(" 分钟")))
    assert expected in slip(replace(CONTENT, wait_minutes=(0, 5)))


def test_without_a_public_address_there_is_no_code_but_the_short_code_stays() -> None:
    lines = slip(replace(CONTENT, follow_url=None))
    assert not [line for line in lines if isinstance(line, Qr)]
    assert Split("1F-2  查询码 K7M2", "") in lines


def test_a_reprint_says_so_and_keeps_the_number() -> None:
    lines = slip(replace(CONTENT, is_reprint=True, priority=None))
    assert Badges(("补打",)) in lines and Seal("A012") in lines


def test_the_type_has_no_place_for_a_person() -> None:
    assert {field.name for field in fields(SlipContent)} == {
        "hall", "number", "service", "place", "people_ahead", "wait_minutes", "taken", "missed_rule", "department",
        "priority", "follow_url", "short_code", "is_reprint", "kiosk", "hotline", "language",
            "cut_since",
    }  # fmt: skip


def test_both_papers_and_both_ways_take_every_slip() -> None:
    for content in (CONTENT, replace(CONTENT, language="en", department=Wording("区人力社保局"), hotline="12345")):
        for roll in Roll:
            assert preview(slip(content), roll).width == roll.dots
            job = encode(slip(content), roll)
            assert b"A012" in job.data and job.substituted == ()
