"""What lies in the tray after a job: text, sizes, pictures, QR codes, and how often the paper was cut."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from escpos.printer import Dummy, Network
from PIL import Image

from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.paper import Paper

MakePrinter = Callable[..., EscposPrinter]
Connect = Callable[[EscposPrinter], Any]

SLIP = (
    b"\x1b@\x1c&\x1ba\x01" + "临江区政务服务中心\n".encode("gbk")
    + b"\x1d!\x33" + "A003\n".encode("gbk") + b"\x1d!\x00\x1ba\x00"
    + "前面还有 7 人\n".encode("gbk") + b"\x1bd\x03\x1dV\x00"
)  # fmt: skip
SLIP_TEXT = "临江区政务服务中心\nA003\n前面还有 7 人"


def ink(paper: Paper) -> int:
    """Number of black dots."""
    return paper.image.histogram()[0]


def ink_box(paper: Paper) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of what is black."""
    return paper.image.convert("L").point([255] + [0] * 255).getbbox()


def test_a_slip_sent_as_text_can_be_read(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    connect(printer).send(SLIP)
    paper = printer.wait_for_paper(1, 10)

    assert paper.text == SLIP_TEXT
    assert [(line.width, line.height, line.align) for line in paper.lines] == [(1, 1, 1), (4, 4, 1), (1, 1, 0)]
    assert paper.raw_bytes == len(SLIP)
    assert paper.image.width == 576
    assert ink(paper) > 500
    assert (paper.number, paper.ended_by, paper.interrupted) == (1, "cut", False)
    assert not printer.unknown


def test_a_slip_cut_in_two_anywhere_reads_the_same(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    host = connect(printer)
    for cut in range(1, len(SLIP)):
        printer.set_faults(offline=True)
        host.send(SLIP[:cut])
        printer.wait_for_bytes(cut, 10)
        host.send(SLIP[cut:])
        printer.wait_for_bytes(len(SLIP), 10)
        printer.set_faults(offline=False)
        assert printer.wait_for_paper(cut, 10).text == SLIP_TEXT, f"cut at {cut}"

    assert len({paper.image.tobytes() for paper in printer.papers}) == 1


def test_without_kanji_mode_hanzi_come_out_as_rubbish(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    host = connect(printer)
    host.send(b"\x1b@" + "请\n".encode("gbk") + b"\x1dV\x00")
    host.send(b"\x1b@\x1c&" + "请".encode("gbk") + b"\x1c." + b"\x82\n" + b"\x1dV\x00")

    assert "请" not in printer.wait_for_paper(1, 10).text
    assert printer.wait_for_paper(2, 10).text == "请é", "code page 437 after FS ."


def test_a_printer_without_a_chinese_font_stays_in_its_code_page(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer(has_text_font=False, width_dots=384)
    connect(printer).send(b"\x1b@\x1c&" + "请A\n".encode("gbk") + b"\x1dV\x00")
    paper = printer.wait_for_paper(1, 10)

    assert paper.text == b"\xc7\xeb".decode("cp437") + "A"
    assert paper.image.width == 384


def test_half_a_character_before_a_command_and_a_four_byte_character_print_as_a_box(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer()
    connect(printer).send(b"\x1c&\xc7\n" + "𠮷¥".encode("gb18030") + b"\n\x1dV\x00")

    assert printer.wait_for_paper(1, 10).text == "□\n□□"


def test_each_size_command_sizes_what_it_should(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    single_byte, hanzi = b"\x1b!\x38A\n", b"\x1b!\x00\x1c!\x0c\xc7\xeb\n"
    connect(printer).send(b"\x1c&" + single_byte + hanzi + b"\x1c!\x00\x1d!\x21\xc7\xebA\n" + b"\x1b@A\n\x1dV\x01")
    sizes = [(line.text, line.width, line.height, line.bold) for line in printer.wait_for_paper(1, 10).lines]

    assert sizes == [("A", 2, 2, True), ("请", 2, 2, False), ("请A", 3, 2, False), ("A", 1, 1, False)]


def test_a_line_longer_than_the_paper_goes_on_in_the_next(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer(width_dots=384)
    connect(printer).send(b"\x1c&" + ("号" * 17).encode("gbk") + b"\n\x1dV\x00")

    assert printer.wait_for_paper(1, 10).text == "号" * 16 + "\n号"


def test_alignment_and_position_move_the_ink(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    block = b"\x1dv0\x00\x01\x00\x08\x00" + b"\xff" * 8
    host = connect(printer)
    for align in (0, 1, 2):
        host.send(b"\x1ba" + bytes((align,)) + block + b"\x1dVA\x00")
    boxes = [ink_box(printer.wait_for_paper(number, 10)) for number in (1, 2, 3)]
    host.send(b"\x1ba\x00\x1b$\xc8\x00\xdb\n\x1dV\x00" + b"\x1b$\xc8\x00\x1b\\\x64\x00\xdb\n\x1dV\x00")
    lefts = [(ink_box(printer.wait_for_paper(number, 10)) or (0,))[0] for number in (4, 5)]

    assert boxes == [(0, 0, 8, 8), (284, 0, 292, 8), (568, 0, 576, 8)]
    assert lefts[0] >= 200
    assert lefts[1] - lefts[0] == 100


def test_feeding_and_line_spacing_make_paper(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    host = connect(printer)
    for job in (b"\n", b"\x1b3\x50\n", b"\x1b2\n", b"\x1bd\x04", b"\x1bJ\x63", b"\n\x1dVB\x0a"):
        host.send(job + (b"" if b"V" in job else b"\x1dV\x00"))

    heights = [printer.wait_for_paper(number, 10).image.height for number in range(1, 7)]
    assert heights == [30, 80, 30, 120, 99, 40]


@pytest.mark.parametrize("cut", ["1d5600", "1d5601", "1d5630", "1d5631", "1d564100", "1d564205", "1b69", "1b6d"])
def test_every_form_of_cut_gives_one_paper(make_printer: MakePrinter, connect: Connect, cut: str) -> None:
    printer = make_printer()
    host = connect(printer)
    command = bytes.fromhex(cut)
    host.send(b"A001\n" + command + b"A002\n" + command + command)
    host.send(b"\x1dr\x01")
    host.receive(1)

    assert [paper.text for paper in printer.papers][:2] == ["A001", "A002"]
    assert not [paper for paper in printer.papers[2:] if ink(paper)]


def test_a_slip_sent_as_a_picture_comes_out_dot_by_dot(
    make_printer: MakePrinter, connect: Connect, tmp_path: Path
) -> None:
    printer = make_printer()
    picture = Image.new("1", (576, 40), 1)
    picture.paste(0, (100, 10, 300, 30))
    rows = bytes(byte ^ 0xFF for byte in picture.tobytes())
    connect(printer).send(b"\x1b@\x1dv0\x00\x48\x00\x28\x00" + rows + b"\x1dV\x00")
    paper = printer.wait_for_paper(1, 10)
    paper.save(tmp_path / "slip.png")

    assert paper.image.tobytes() == picture.tobytes()
    assert paper.text == ""
    with Image.open(tmp_path / "slip.png") as saved:
        assert saved.size == (576, 40)


def test_a_doubled_picture_is_doubled(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    connect(printer).send(b"\x1dv0\x03\x01\x00\x02\x00\xff\xff\x1dV\x00")

    assert ink_box(printer.wait_for_paper(1, 10)) == (0, 0, 16, 4)


def test_a_qr_code_made_by_the_printer_carries_its_payload(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    link = "https://hall.example/t#k=临江A003"
    dummy = Dummy(profile="TM-T88V")
    dummy.qr(link, native=True, size=6)
    connect(printer).send(dummy.output + b"\x1dV\x00")
    paper = printer.wait_for_paper(1, 10)
    left, top, right, bottom = ink_box(paper) or (0, 0, 0, 0)

    assert paper.qr_payloads == (link,)
    assert right - left == bottom - top
    assert (right - left) // 6 % 4 == 1, "a QR code has 17 + 4 n modules"
    row = [paper.image.getpixel((left + 6 * module + 3, top + 3)) for module in range(9)]
    assert row[:8] == [0] * 7 + [255], "the finder pattern's upper edge"
    assert not printer.unknown


def test_a_printer_without_qr_codes_prints_none_and_says_which_command_it_missed(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer(has_qr=False)
    dummy = Dummy(profile="TM-T88V")
    dummy.qr("A003", native=True)
    connect(printer).send(dummy.output + b"A\n\x1dV\x00")

    assert printer.wait_for_paper(1, 10).qr_payloads == ()
    assert set(printer.unknown) == {"GS ( k"}


def test_python_escpos_prints_a_chinese_slip_over_the_network(make_printer: MakePrinter) -> None:
    printer = make_printer()
    client = Network(printer.host, printer.port, timeout=10, profile="TM-T88V")
    client.open()
    try:
        client.hw("INIT")
        client._raw(b"\x1c&" + "请到3号窗口\n".encode("gb18030"))
        client.image(Image.new("1", (64, 16), 0))
        client.buzzer(times=2, duration=2)
        client.cashdraw(2)
        client.cut()
        client._raw(b"A004\n")
        client.cut(feed=False)
        client._raw(b"A005\n")
        client.cut(mode="PART")
        papers = [printer.wait_for_paper(number, 10) for number in (1, 2, 3)]
        online = client.is_online()
    finally:
        client.close()

    assert [paper.text for paper in papers] == ["请到3号窗口", "A004", "A005"]
    assert online
    assert printer.beeps == 2
    assert not printer.unknown


def test_unknown_commands_are_counted_by_name_and_the_slip_still_comes(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer()
    connect(printer).send(b"\x1b\x01\x1d\x7f\x02\x10\x07\x1dk\x04123\x00A003\n\x1dV\x00")

    assert printer.wait_for_paper(1, 10).text == "A003"
    assert printer.unknown == {"ESC 01": 1, "GS 7F": 1, "02": 1, "DLE 07": 1, "GS k": 1}


def test_a_printer_without_a_cutter_hands_out_the_paper_when_nothing_more_comes(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer(has_cutter=False, idle_end=0.05)
    connect(printer).send(b"A001\n\x1bd\x06\x1dV\x00")
    paper = printer.wait_for_paper(1, 10)

    assert (paper.text, paper.ended_by) == ("A001", "idle")


def test_the_printer_keeps_an_account_of_papers_questions_and_faults(
    make_printer: MakePrinter, connect: Connect, tmp_path: Path
) -> None:
    printer = make_printer(log=tmp_path / "printer.jsonl")
    host = connect(printer)
    host.send(b"\x10\x04\x02")
    host.receive(1)
    host.send(SLIP)
    printer.wait_for_paper(1, 10)
    printer.set_faults(cover_open=True)
    events = [json.loads(line) for line in (tmp_path / "printer.jsonl").read_text("utf-8").splitlines()]

    assert [event["event"] for event in events] == ["host connected", "status asked", "paper", "fault"]
    assert events[1]["answer"] == "12"
    assert events[2]["text"] == SLIP_TEXT.splitlines()
    assert events[3]["cover_open"] is True
