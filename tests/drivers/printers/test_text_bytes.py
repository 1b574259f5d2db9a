"""What a text printer gets is Chinese in two-byte codes, whatever the string."""

import pytest
from PIL import Image, ImageDraw

from drivers.printers.faces import Faces
from drivers.printers.layout import Align, Badges, Field, Roll, Seal, Size, Span, Split, Text
from drivers.printers.text import INITIALISE, encode


def body(text: str) -> bytes:
    """The bytes of one plain line, without what sets size, weight and alignment."""
    data = encode((Text(text),), Roll.MM80).data
    start, end = b"\x1ba\x00\x1bE\x00\x1c!\x00\x1d!\x00", b"\n\x1bE\x00\x1c!\x00\x1d!\x00\x1ba\x00"
    assert data.startswith(start) and data.endswith(end)
    return data[len(start) : -len(end)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("：，。", "a3baa3aca1a3"),
        ("㎡", "a94f"),
        ("¥", "a3a4"),
        ("ok—…", "6f6ba1aaa1ad"),
        ("A012", "41303132"),
        ("镕", "e946"),
    ],
)
def test_punctuation_and_signs_are_sent_as_gbk(text: str, expected: str) -> None:
    assert body(text).hex() == expected


def test_the_chinese_fount_is_switched_on_once_after_the_reset() -> None:
    assert INITIALISE.startswith(b"\x1b@\x1c&")


@pytest.mark.parametrize("rare", ["䶮", "𬀩", "𠮷"])
def test_a_rare_name_is_printed_as_a_picture_in_its_line(rare: str) -> None:
    data = body(f"覃{rare}好")
    head = "覃".encode("gbk") + b"\x1b*\x21\x18\x00"
    assert data.startswith(head) and data.endswith("好".encode("gbk"))
    columns = data[len(head) : -2]
    assert len(columns) == 24 * 3
    inked = sum(byte.bit_count() for byte in columns)
    assert 60 < inked < 400
    assert encode((Text(rare),), Roll.MM80).substituted == ()


def test_the_picture_stands_upright() -> None:
    """Read back by the definition of ESC * 33: columns from the left, in each the top dot is the highest bit."""
    columns = body("䶮").removeprefix(b"\x1b*\x21\x18\x00")
    bits = [int.from_bytes(columns[3 * x : 3 * x + 3], "big") for x in range(24)]
    printed = [[bits[x] >> (23 - y) & 1 for x in range(24)] for y in range(24)]
    drawn = Image.new("L", (24, 24), 255)
    font = Faces().glyph("䶮", 24, "regular").font
    ImageDraw.Draw(drawn).text((0, 21), "䶮", font=font, fill=0, anchor="ls")
    dark = drawn.point([1] * 128 + [0] * 128)
    assert printed == [[dark.getpixel((x, y)) for x in range(24)] for y in range(24)]


def test_an_emoji_is_replaced_by_a_visible_sign_and_reported() -> None:
    job = encode((Text("好🙂"),), Roll.MM80)
    assert "好〓".encode("gbk") in job.data
    assert job.substituted == ("🙂",)


def test_a_name_never_becomes_a_printer_command() -> None:
    assert body("a\x1b@\x10\x04b\nc") == b"a @  b c"


def test_a_long_service_name_is_broken_within_the_columns() -> None:
    data = encode((Text("不动产登记" * 40, Size.TEXT),), Roll.MM58).data
    rows = data.removeprefix(b"\x1ba\x00\x1bE\x00\x1c!\x00\x1d!\x00").split(b"\n")[:-1]
    assert [len(row) for row in rows[:-1]] == [32] * (len(rows) - 1)
    assert b"".join(rows).decode("gbk") == "不动产登记" * 40


def test_the_number_is_six_times_as_large() -> None:
    data = encode((Seal("A012"),), Roll.MM80).data
    assert b"\x1d!\x55A012\n" in data
    assert b"\x1d!\x44K3-001\n" in encode((Seal("K3-001"),), Roll.MM58).data


def test_fields_and_lines_keep_to_the_width() -> None:
    field = encode((Field("前面", (Span("4", figure=True), Span(" 人"))),), Roll.MM80).data
    assert field.startswith("前面    ".encode("gbk") + b"\x1c!\x0c\x1d!\x114\x1c!\x00\x1d!\x00 " + "人".encode("gbk"))
    split = encode((Split("2026年10月21日", "14:32 取号"),), Roll.MM80).data
    assert len(split.rstrip(b"\n")) == 48
    badges = encode((Badges(("优先", "补打")),), Roll.MM80).data
    assert "【优先】  【补打】".encode("gbk") in badges and badges.startswith(b"\x1ba\x01")


def test_a_heading_is_centred_and_bold() -> None:
    data = encode((Text("大厅", Size.TITLE, Align.CENTRE, bold=True),), Roll.MM80).data
    assert data.startswith(b"\x1ba\x01\x1bE\x01\x1c!\x08\x1d!\x01" + "大厅".encode("gbk") + b"\n")
