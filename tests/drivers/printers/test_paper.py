"""What comes off the simulated printer, which knows nothing of ours, is the slip: letter by letter, dot by dot."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from drivers.printers.faces import Faces
from drivers.printers.layout import Badges, Field, Line, Qr, Roll, Rule, Seal, Slip, Space, Split, Text
from drivers.printers.network import NetworkPrinter
from drivers.printers.options import Mode, PrinterOptions
from drivers.printers.raster import preview
from drivers.printers.serial_line import SerialPrinter
from drivers.printers.ticket_printer import Outcome, PrintResult, Reason
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.escpos_status import FaultChanges
from drivers.simulators.paper import Paper
from drivers.simulators.printer_model import PrinterModel
from kiosk.slip import SlipContent, Wording, slip

LINK = "https://q.example/LJ/ticket/1#k7Q"
ROLLS = (Roll.MM80, Roll.MM58)


def content(service: str = "综合受理", hall: str = "临江区政务服务中心") -> SlipContent:
    return SlipContent(
        hall=Wording(hall),
        number="A012",
        service=Wording(service),
        place=Wording("1楼 101–104号窗口"),
        people_ahead=4,
        wait_minutes=(10, 20),
        taken=datetime(2026, 10, 21, 14, 32),
        missed_rule=Wording("过号后往后排 3 位。"),
        priority=Wording("优先 · 老年人"),
        follow_url=LINK,
        short_code="K7M2",
        kiosk="1F-2",
        hotline="12345",
    )


def letters(printed: Slip, roll: Roll) -> str:
    """What a reader would read from top to bottom, without white space."""
    return "".join("".join(_of(line, roll) for line in printed).split())


def _of(line: Line, roll: Roll) -> str:
    wide = roll.columns // 2
    match line:
        case Text():
            return line.text
        case Split():
            return line.left + line.right
        case Field():
            return line.label + "".join(span.text for span in line.value) + "─" * wide
        case Rule():
            return ("━" if line.thick else "─") * wide
        case Seal():
            return "═" * wide + line.number + "═" * wide
        case Badges():
            return "".join(f"【{text}】" for text in line.texts)
        case Qr():
            return "".join(note.text for note in line.notes)
        case Space():
            return ""


def read_back(paper: Paper) -> str:
    return "".join(paper.text.split())


@contextmanager
def printed(roll: Roll, mode: Mode, printing: Slip) -> Iterator[tuple[EscposPrinter, Paper, PrintResult]]:
    with EscposPrinter(PrinterModel(width_dots=roll.dots)) as simulated:
        options = PrinterOptions(roll=roll, mode=mode)
        result = NetworkPrinter(simulated.host, simulated.port, options).print(printing)
        yield simulated, simulated.wait_for_paper(1, 10), result


@pytest.mark.parametrize("roll", ROLLS)
def test_the_text_on_the_paper_is_the_text_of_the_slip(roll: Roll) -> None:
    with printed(roll, Mode.TEXT, slip(content())) as (simulated, paper, result):
        assert result == PrintResult(Outcome.PRINTED)
        assert read_back(paper) == letters(slip(content()), roll)
        assert [code.text for code in zxingcpp.read_barcodes(paper.image.convert("L"))] == [LINK]
        assert not simulated.unknown


@pytest.mark.parametrize("roll", ROLLS)
def test_every_dot_on_the_paper_is_a_dot_of_the_drawing(roll: Roll) -> None:
    drawn = preview(slip(content()), roll)
    with printed(roll, Mode.RASTER, slip(content())) as (simulated, paper, result):
        assert result == PrintResult(Outcome.PRINTED)
        on_paper = paper.image
        assert on_paper.width == drawn.width
        assert on_paper.crop((0, 0, drawn.width, drawn.height)).tobytes() == drawn.tobytes()
        below = on_paper.crop((0, drawn.height, drawn.width, on_paper.height))
        assert below.histogram()[0] == 0, "what follows is white: feed and cut"
        assert [code.text for code in zxingcpp.read_barcodes(on_paper.convert("L"))] == [LINK]
        assert not simulated.unknown


@pytest.mark.parametrize("mode", list(Mode))
def test_a_service_of_200_characters_stands_whole_on_narrow_paper(mode: Mode) -> None:
    name = "".join(chr(0x4E00 + 7 * place) for place in range(20)) * 10
    long = slip(content(service=name))
    with printed(Roll.MM58, mode, long) as (_, paper, result):
        assert result.outcome is Outcome.PRINTED
        if mode is Mode.TEXT:
            assert read_back(paper) == letters(long, Roll.MM58)
        else:
            drawn = preview(long, Roll.MM58)
            assert paper.image.crop((0, 0, drawn.width, drawn.height)).tobytes() == drawn.tobytes()
        assert not paper.interrupted


def test_a_rare_name_is_drawn_within_the_text(tmp_path: Path) -> None:
    """No Chinese fount of a printer has 䶮: it comes as a picture between two letters, on one line with them."""
    with EscposPrinter(PrinterModel(), tcp=False, link=tmp_path / "printer") as simulated:
        printer = SerialPrinter(simulated.path, 9600, PrinterOptions())
        assert printer.print((Text("覃䶮好"),)) == PrintResult(Outcome.PRINTED)
        assert printer.print((Text("覃好"),)) == PrintResult(Outcome.PRINTED), "the port is free for the next slip"
        rare, usual = simulated.wait_for_paper(1, 10), simulated.wait_for_paper(2, 10)
        assert not simulated.unknown
    assert (read_back(rare), read_back(usual)) == ("覃好", "覃好")
    square = Image.new("L", (24, 24), 255)
    font = Faces().glyph("䶮", 24, "regular").font
    ImageDraw.Draw(square).text((12, 21), "䶮", font=font, fill=0, anchor="ms")
    drawn = square.point([0] * 128 + [255] * 128).convert("1")
    assert rare.image.crop((24, 0, 48, 24)).tobytes() == drawn.tobytes()
    assert rare.image.crop((0, 0, 24, 24)).tobytes() == usual.image.crop((0, 0, 24, 24)).tobytes()
    assert rare.image.crop((48, 0, 72, 24)).tobytes() == usual.image.crop((24, 0, 48, 24)).tobytes()


def is_on(paper: Paper, printing: Slip, roll: Roll = Roll.MM80) -> bool:
    """Whether the paper shows the slip, from its first row on, and nothing else."""
    drawn = preview(printing, roll)
    if paper.image.height < drawn.height:
        return False
    below = paper.image.crop((0, drawn.height, drawn.width, paper.image.height))
    above = paper.image.crop((0, 0, drawn.width, drawn.height))
    return above.tobytes() == drawn.tobytes() and below.histogram()[0] == 0


def test_the_answer_owed_for_an_earlier_slip_is_not_taken_for_this_ones() -> None:
    """The roll ends when the whole slip and its question are with the printer; a new roll brings both answers."""
    first, second = slip(content(service="前一位")), slip(content())
    with EscposPrinter(PrinterModel(throughput=40_000, buffer_bytes=1_000_000)) as simulated:
        printer = NetworkPrinter(simulated.host, simulated.port, PrinterOptions(confirm_limit=20))
        assert printer.print(second) == PrintResult(Outcome.PRINTED)
        simulated.set_faults(paper_out_after_bytes=9_000)
        assert printer.print(first) == PrintResult(Outcome.UNKNOWN, Reason.PAPER_OUT)
        assert printer.print(second) == PrintResult(Outcome.FAILED, Reason.PAPER_OUT)
        simulated.set_faults(paper_out=False)
        assert printer.print(second) == PrintResult(Outcome.PRINTED)
        papers = simulated.papers
    assert len(papers) == 3
    assert is_on(papers[0], second) and is_on(papers[1], first) and is_on(papers[2], second)


def test_a_broken_off_slip_is_cut_off_before_the_next_one_comes(tmp_path: Path) -> None:
    """The half that the printer still holds must not hang on the next citizen's slip."""
    with EscposPrinter(PrinterModel(), tcp=False, link=tmp_path / "printer") as simulated:
        printer = SerialPrinter(simulated.path, 115_200, PrinterOptions())
        simulated.after_bytes(20_000, {"cover_open": True})
        assert printer.print(slip(content(service="前一位"))) == PrintResult(Outcome.UNKNOWN, Reason.COVER_OPEN)
        assert simulated.papers == []
        simulated.set_faults(cover_open=False)
        assert printer.print(slip(content())) == PrintResult(Outcome.PRINTED)
        half, whole = simulated.papers
    assert is_on(whole, slip(content())) and not is_on(half, slip(content()))
    assert half.interrupted


def test_a_freed_cutter_is_told_to_go_on_and_the_slip_comes_once() -> None:
    with EscposPrinter() as simulated:
        printer = NetworkPrinter(simulated.host, simulated.port, PrinterOptions(mode=Mode.TEXT))
        simulated.set_faults(error="cutter")
        assert printer.print(slip(content())) == PrintResult(Outcome.PRINTED)
        assert len(simulated.papers) == 1


def test_a_broken_head_is_told_to_go_on_only_once(tmp_path: Path) -> None:
    log = tmp_path / "printer.jsonl"
    with EscposPrinter(log=log) as simulated:
        printer = NetworkPrinter(simulated.host, simulated.port, PrinterOptions(mode=Mode.TEXT))
        simulated.set_faults(error="unrecoverable")
        for _ in range(3):
            assert printer.status().error is Reason.FAULT
        assert printer.print(slip(content())) == PrintResult(Outcome.FAILED, Reason.FAULT)
        simulated.clear_faults()
        assert printer.print(slip(content())).outcome is Outcome.PRINTED


@pytest.mark.parametrize("reason", ["cover_open", "paper_out"])
def test_a_slip_stops_as_soon_as_the_printer_says_that_it_stands_still(reason: str) -> None:
    """Nobody waits half a minute at a kiosk whose roll has just ended."""
    with EscposPrinter(PrinterModel(throughput=100_000)) as simulated:
        faults: dict[str, FaultChanges] = {"cover_open": {"cover_open": True}, "paper_out": {"paper_out": True}}
        simulated.after_bytes(5_000, faults[reason])
        options = PrinterOptions(mode=Mode.RASTER, confirm_limit=3_600)
        result = NetworkPrinter(simulated.host, simulated.port, options).print(slip(content()))
        assert result == PrintResult(Outcome.UNKNOWN, Reason(reason))


@pytest.mark.parametrize("wire", ["network", "serial"])
def test_a_printer_that_takes_no_more_bytes_does_not_hold_the_kiosk_up(wire: str, tmp_path: Path) -> None:
    network = wire == "network"
    with EscposPrinter(PrinterModel(), tcp=network, link=None if network else tmp_path / "printer") as simulated:
        # Short for what never comes, and long enough for the last slip's answer where this machine stands still.
        options = PrinterOptions(mode=Mode.RASTER, status_limit=1.0, wake_limit=1.0, confirm_limit=3.0)
        printer: NetworkPrinter | SerialPrinter = (
            NetworkPrinter(simulated.host, simulated.port, options)
            if network
            else SerialPrinter(simulated.path, 921_600, options)
        )
        simulated.after_bytes(2_000, {"full_buffer": True})
        # A network takes a slip into its own buffers, so there only the answer is missing.
        why = Reason.NOT_CONFIRMED if network else Reason.STALLED
        assert printer.print(slip(content())) == PrintResult(Outcome.UNKNOWN, why)
        assert printer.status().online is False
        simulated.set_faults(full_buffer=False)
        simulated.power_cycle()
        assert printer.print(slip(content())).outcome is Outcome.PRINTED


@pytest.mark.parametrize("seed", range(4))
def test_a_printer_that_talks_nonsense_is_never_believed(seed: int) -> None:
    """Noise without end: no slip is claimed printed, and every wait ends."""
    noise = random.Random(seed)
    with EscposPrinter() as simulated:
        options = PrinterOptions(mode=Mode.TEXT, status_limit=1.0, wake_limit=1.0, confirm_limit=1.0)
        simulated.set_faults(nonsense=noise.randrange(2**32))
        printer = NetworkPrinter(simulated.host, simulated.port, options)
        assert printer.print(slip(content())).outcome is not Outcome.PRINTED
        simulated.set_faults(nonsense=None)
        assert printer.print(slip(content())).outcome is Outcome.PRINTED
