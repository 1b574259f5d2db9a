"""A drawn slip is exactly as wide as the paper, nothing is cut off, and the number is read from across the hall."""

from itertools import pairwise

import segno
import zxingcpp
from PIL import Image, ImageChops

from drivers.printers.faces import Faces
from drivers.printers.layout import Align, Badges, Field, Qr, Roll, Rule, Seal, Size, Slip, Span, Text
from drivers.printers.linebreak import break_text
from drivers.printers.qr_dots import qr_dots
from drivers.printers.raster import draw, preview, raster_bands

LINK = "http://192.168.1.10:8000/t/3F7K#k=Qw8sT1mZx9Lr2VbN"


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """left, top, right, bottom of what is black."""
    box = ImageChops.invert(picture.convert("L")).getbbox()
    assert box is not None
    return box


def unpacked(data: bytes) -> list[list[int]]:
    """Rows of dots read from GS v 0 commands, 1 = black; written from the command's definition."""
    rows: list[list[int]] = []
    while data:
        assert data[:4] == b"\x1dv0\x00"
        width, height = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
        dots, data = data[8 : 8 + width * height], data[8 + width * height :]
        for row in range(height):
            line = dots[row * width : (row + 1) * width]
            rows.append([byte >> bit & 1 for byte in line for bit in range(7, -1, -1)])
    return rows


def test_the_picture_is_black_and_white_and_as_wide_as_the_paper() -> None:
    for roll, width in ((Roll.MM80, 576), (Roll.MM58, 384)):
        picture = preview((Text("养老待遇资格认证"), Seal("A012")), roll)
        assert (picture.mode, picture.width) == ("1", width)


def test_the_number_is_150_dots_high_on_80_mm() -> None:
    picture = preview((Seal("A012"),), Roll.MM80)
    middle = picture.crop((picture.width // 2 - 20, 60, picture.width // 2 + 20, picture.height - 60))
    _, top, _, bottom = ink(middle)
    assert bottom - top >= 150


def test_any_number_fits_inside_its_frame() -> None:
    for roll in Roll:
        for number in ("A012", "W112", "LQ047", "SF1000", "K3-001", "K12-1000"):
            picture = preview((Seal(number),), roll)
            left, _, right, _ = ink(picture)
            assert left >= 8 and right <= roll.dots - 8
            middle = picture.crop((left, picture.height // 2, right, picture.height // 2 + 1))
            edges = [middle.getpixel((x, 0)) == 0 for x in range(middle.width)]
            changes = sum(1 for before, after in pairwise(edges) if before != after)
            assert changes >= 6 + 2 * len(number.replace("-", "")) - 2  # four frame lines and every sign apart


def test_long_service_names_are_broken_and_lose_no_character() -> None:
    faces = Faces()
    for length, roll in ((40, Roll.MM80), (40, Roll.MM58), (200, Roll.MM58)):
        name = ("不动产登记与契税申报" * 20)[:length]
        rows = break_text(name, lambda text: faces.width(text, 46, "bold"), roll.dots - 20, balanced=True)
        assert "".join(rows) == name
        picture = preview((Text(name, Size.GREAT, Align.CENTRE, bold=True),), roll)
        left, _, right, bottom = ink(picture)
        assert left >= 8 and right <= roll.dots - 8 and bottom < picture.height


def test_words_longer_than_the_line_are_cut_rather_than_clipped() -> None:
    for line in (
        Text("W" * 120, Size.GREAT),
        Field("到哪里", (Span("1234567890" * 8, figure=True),)),
        Badges(("优先" * 30,)),
    ):
        left, _, right, _ = ink(preview((line,), Roll.MM58))
        assert left >= 8 and right <= 376


def test_no_line_begins_with_a_stop_or_ends_with_an_opening_bracket() -> None:
    rows = break_text("过号后往后排三位，半天内有效（最多两次）。", len, 8)
    assert rows == ["过号后往后排三", "位，半天内有效", "（最多两次）。"]
    assert break_text("Floor 1, windows 101–104 and 12", len, 11) == ["Floor 1,", "windows", "101–104 and", "12"]


def test_the_code_is_read_by_a_decoder_on_both_papers() -> None:
    for roll in Roll:
        slip: Slip = (Seal("A012"), Qr(LINK, (Text("扫码看前面几人", bold=True),)), Rule(thick=True))
        found = zxingcpp.read_barcodes(preview(slip, roll).convert("L"))
        assert [code.text for code in found] == [LINK]


def test_modules_are_whole_dots_with_four_white_modules_around() -> None:
    picture = qr_dots(LINK, 384)
    code = segno.make(LINK, error="M", micro=False, boost_error=False)
    module = picture.width // (len(code.matrix) + 8)
    assert module >= 4 and picture.width == module * (len(code.matrix) + 8)
    for y in range(picture.height):
        for x in range(picture.width):
            row, column = y // module - 4, x // module - 4
            inside = 0 <= row < len(code.matrix) and 0 <= column < len(code.matrix)
            assert picture.getpixel((x, y)) == (0 if inside and code.matrix[row][column] else 255)


def test_the_bytes_for_the_printer_are_the_picture() -> None:
    picture = preview((Text("养老待遇资格认证"), Seal("A012")), Roll.MM58)
    rows = unpacked(b"".join(raster_bands(picture)))
    assert rows == [[int(picture.getpixel((x, y)) == 0) for x in range(384)] for y in range(picture.height)]
    assert all(len(band) <= 8192 + 8 for band in raster_bands(preview((Seal("A012"),), Roll.MM80)))


def test_rare_names_are_drawn_and_an_emoji_is_reported() -> None:
    assert draw((Text("覃䶮 方𬀩 古丽娜尔·艾山 12㎡ ¥5"),), Roll.MM80, Faces()).substituted == ()
    assert draw((Text("好🙂"),), Roll.MM80, Faces()).substituted == ("🙂",)
