"""What the printer says about itself, and what becomes of jobs when something is wrong with it."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.escpos_status import FaultChanges
from drivers.simulators.printer_model import PrinterModel

MakePrinter = Callable[..., EscposPrinter]
Connect = Callable[[EscposPrinter], Any]

JOB = b"A003\n\x1dV\x00"


def ask(host: Any, question: bytes, length: int = 1) -> str:
    host.send(question)
    return str(host.receive(length).hex())


def test_a_well_printer_says_so(make_printer: MakePrinter, connect: Connect) -> None:
    host = connect(make_printer())

    assert [ask(host, b"\x10\x04" + bytes((kind,))) for kind in (1, 2, 3, 4)] == ["12", "12", "12", "12"]
    assert ask(host, b"\x1dr\x01") == "00"
    assert ask(host, b"\x1da\xff", 4) == "1000000f"
    assert ask(host, b"\x1dIC", 19) == b"_ESC/POS simulator\x00".hex()


@pytest.mark.parametrize(
    ("fault", "answers", "automatic"),
    [
        ({"offline": True}, ["1a", "12", "12", "12"], "1800000f"),
        ({"cover_open": True}, ["1a", "16", "12", "12"], "3800000f"),
        ({"paper_near_end": True}, ["12", "12", "12", "1e"], "1000030f"),
        ({"paper_out": True}, ["1a", "32", "12", "7e"], "18000f0f"),
        ({"error": "cutter"}, ["1a", "52", "1a", "12"], "1808000f"),
        ({"error": "unrecoverable"}, ["1a", "52", "32", "12"], "1820000f"),
        ({"error": "overheated"}, ["1a", "52", "52", "12"], "1840000f"),
    ],
)
def test_each_fault_shows_in_the_status_asked_for_and_in_the_status_sent_by_itself(
    make_printer: MakePrinter, connect: Connect, fault: FaultChanges, answers: list[str], automatic: str
) -> None:
    printer = make_printer()
    host = connect(printer)
    ask(host, b"\x1da\xff", 4)
    printer.set_faults(**fault)

    assert host.receive(4).hex() == automatic
    assert [ask(host, b"\x10\x04" + bytes((kind,))) for kind in (1, 2, 3, 4)] == answers
    printer.clear_faults()
    assert host.receive(4).hex() == "1000000f"


def test_automatic_status_comes_only_on_a_change_and_only_when_wanted(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer()
    host = connect(printer)
    printer.set_faults(cover_open=True)
    printer.set_faults(cover_open=False)
    ask(host, b"\x1da\xff", 4)
    printer.set_faults(slow=True)
    printer.set_faults(slow=False)
    assert ask(host, b"\x10\x04\x01") == "12", "nothing came before this answer"

    ask(host, b"\x1da\x00\x10\x04\x01")
    host.send(JOB)
    printer.wait_for_paper(1, 10)
    printer.set_faults(paper_out=True)
    assert ask(host, b"\x10\x04\x04") == "7e", "nothing came before this answer"


def test_the_queued_status_comes_after_the_slip_and_not_at_all_while_offline(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer()
    host = connect(printer)
    assert ask(host, JOB + b"\x1dr\x01") == "00"
    assert len(printer.papers) == 1

    printer.set_faults(cover_open=True)
    assert ask(host, JOB + b"\x1dr\x01" + b"\x10\x04\x02") == "16", "only the real-time question is answered"
    assert len(printer.papers) == 1
    assert printer.waiting_bytes == len(JOB) + 3
    printer.set_faults(cover_open=False, paper_near_end=True)
    assert host.receive(1).hex() == "03"
    assert [paper.text for paper in printer.papers] == ["A003", "A003"]


def test_a_power_cycle_loses_what_was_waiting(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    host = connect(printer)
    printer.set_faults(paper_out=True)
    host.send(b"A001\n\x1dV\x00\x1dv0\x00\x48\x00")
    printer.wait_for_bytes(14, 10)
    printer.power_cycle()
    printer.set_faults(paper_out=False)

    assert host.receive(1) == b"", "the host was dropped"
    assert ask(connect(printer), b"A002\n\x1dV\x00\x1dr\x01") == "00"
    assert [paper.text for paper in printer.papers] == ["A002"]


def test_paper_that_ends_within_a_job_stops_it_until_there_is_a_new_roll(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer()
    host = connect(printer)
    assert ask(host, b"\x1da\xff", 4) == "1000000f"
    printer.set_faults(paper_out_after_bytes=20)
    host.send(b"A003\n" * 10 + b"\x1dV\x00\x1dr\x01")

    assert host.receive(4).hex() == "18000f0f"
    assert not printer.papers
    assert printer.faults.paper_out
    printer.set_faults(paper_out=False)
    assert host.receive(5).hex() == "1000000f" + "00"
    paper = printer.wait_for_paper(1, 10)
    assert paper.text.splitlines() == ["A003"] * 10
    assert paper.interrupted


def test_paper_that_ends_within_a_job_and_a_power_cycle_leave_a_torn_piece(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer()
    host = connect(printer)
    ask(host, b"\x1da\xff", 4)
    printer.set_faults(paper_out_after_bytes=11)
    host.send(b"A001\nA002\nA003\n\x1dV\x00")
    host.receive(4)
    printer.power_cycle()
    paper = printer.wait_for_paper(1, 10)

    assert (paper.text, paper.ended_by, paper.interrupted) == ("A001\nA002", "torn", True)


def test_a_silent_printer_prints_and_says_nothing(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    host = connect(printer)
    printer.set_faults(silent=True)
    host.send(b"\x10\x04\x01\x1da\xff" + b"\x1dr\x01" + JOB)
    printer.wait_for_paper(1, 10)
    printer.set_faults(silent=False)

    assert ask(host, b"\x10\x04\x04\x10\x04\x01", 2) == "1212"


@pytest.mark.parametrize(("enquiry", "papers"), [(1, 2), (2, 1)])
def test_a_jammed_cutter_is_released_by_an_enquiry_with_or_without_the_waiting_job(
    make_printer: MakePrinter, connect: Connect, enquiry: int, papers: int
) -> None:
    printer = make_printer()
    host = connect(printer)
    printer.set_faults(error="cutter")
    host.send(JOB)
    printer.wait_for_bytes(len(JOB), 10)
    assert ask(host, b"\x10\x05" + bytes((enquiry,)) + b"\x10\x04\x01") == "12"
    assert ask(host, JOB + b"\x1dr\x01") == "00"

    assert len(printer.papers) == papers


def test_a_broken_head_is_not_released_by_an_enquiry(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    printer.set_faults(error="unrecoverable")

    assert ask(connect(printer), b"\x10\x05\x02\x10\x04\x03") == "32"


def test_a_slow_printer_can_be_stopped_in_mid_job(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer(throughput=1)
    host = connect(printer)
    assert ask(host, b"A" * 100 + b"\n\x1dV\x00" + b"\x10\x04\x01") == "12", "real-time answers do not wait for the job"
    assert printer.waiting_bytes == 104
    printer.set_faults(cover_open=True)

    assert ask(host, b"\x10\x04\x01") == "1a"
    assert not printer.papers


def test_a_printer_with_a_full_buffer_makes_its_host_wait(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer()
    host = connect(printer)
    printer.set_faults(full_buffer=True)
    host.socket.settimeout(0.2)
    sent = 0
    with pytest.raises(TimeoutError):
        while sent < 64_000_000:
            sent += host.socket.send(bytes(65536))
    host.socket.settimeout(30)
    printer.set_faults(full_buffer=False)

    assert ask(host, b"\x10\x04\x01") == "12"


def test_an_offline_printer_takes_no_more_than_its_buffer_holds(make_printer: MakePrinter, connect: Connect) -> None:
    printer = make_printer(buffer_bytes=4096)
    host = connect(printer)
    printer.set_faults(offline=True)
    host.send(b"A003\n" * 4000 + b"\x1dV\x00")
    printer.wait_for_bytes(4096, 10)
    assert printer.waiting_bytes < 4096 + 4096
    printer.set_faults(offline=False)

    assert len(printer.wait_for_paper(1, 20).lines) == 4000


def test_an_unplugged_printer_drops_its_host_refuses_others_and_comes_back_on_the_same_port(
    make_printer: MakePrinter, connect: Connect
) -> None:
    printer = make_printer()
    host = connect(printer)
    assert ask(host, b"\x10\x04\x01") == "12"
    printer.unplug()

    assert host.receive(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((printer.host, printer.port), 10)
    printer.plug()
    assert ask(connect(printer), b"\x10\x04\x01") == "12"


def test_a_printer_on_a_serial_port_is_replugged_behind_the_same_link(
    tmp_path: Path, open_serial: Callable[[str], Any]
) -> None:
    with EscposPrinter(PrinterModel(), tcp=False, link=tmp_path / "printer") as printer:
        host = open_serial(printer.path)
        assert ask(host, b"\x1b@A001\n\x1dV\x00\x1dr\x01") == "00"
        printer.unplug()
        with pytest.raises(OSError):
            open_serial(printer.path)
        printer.plug()
        assert ask(open_serial(printer.path), b"A002\n\x1dV\x00\x1dr\x01") == "00"

        assert [paper.text for paper in printer.papers] == ["A001", "A002"]


def test_waiting_for_a_paper_that_does_not_come_ends_at_the_deadline(make_printer: MakePrinter) -> None:
    with pytest.raises(TimeoutError, match="no paper 1"):
        make_printer().wait_for_paper(1, 0.01)
