"""A slip is claimed printed only when the printer said so, and failed only when nothing of it can be on paper."""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.printers.file import FilePrinter
from drivers.printers.kinds import PRINTERS
from drivers.printers.layout import Roll, Seal, Text
from drivers.printers.network import NetworkPrinter
from drivers.printers.options import BackChannel, Mode, PrinterOptions, suitable_mode
from drivers.printers.serial_line import SerialPrinter
from drivers.printers.ticket_printer import Outcome, Paper, PrinterStatus, PrintResult, Reason
from drivers.simulators.escpos_printer import EscposPrinter
from kiosk.printer_state import state_of
from tests.drivers.printers.literal_printers import READY, LiteralPrinter, on_network, on_serial_line

SLIP = (Text("养老待遇资格认证"), Seal("A012"))
TEXT = PrinterOptions(mode=Mode.TEXT)
# Short only for the answer that never comes: those that come may be late on a machine that stands still now and then.
SILENT = PrinterOptions(status_limit=0.2, wake_limit=0.2)
UNCONFIRMED = PrinterOptions(confirm_limit=1.0)
ONE_SILENCE = PrinterOptions(status_limit=1.0)
GS_R = b"\x1dr\x01"


def test_the_printers_answer_after_the_slip_makes_it_printed() -> None:
    printer = LiteralPrinter()
    with on_network(printer) as port:
        result = NetworkPrinter("127.0.0.1", port).print(SLIP)
    assert result == PrintResult(Outcome.PRINTED)
    assert printer.received.endswith(b"\x1dVB\x00" + b"\x1da\x00" + GS_R)
    assert b"\x1dv0\x00\x48\x00" in printer.received  # raster, 72 bytes wide


def test_on_a_slow_serial_line_the_slip_goes_as_text_and_is_confirmed() -> None:
    printer = LiteralPrinter()
    with on_serial_line(printer) as port:
        result = SerialPrinter(port, 19200).print(SLIP)
    assert result == PrintResult(Outcome.PRINTED)
    assert "养老待遇资格认证".encode("gbk") in printer.received
    assert b"\x1dv0" not in printer.received


def test_without_confirmation_nobody_claims_to_know() -> None:
    printer = LiteralPrinter({question: answer for question, answer in READY.items() if question != GS_R})
    with on_network(printer) as port:
        result = NetworkPrinter("127.0.0.1", port, UNCONFIRMED).print(SLIP)
    assert result == PrintResult(Outcome.UNKNOWN, Reason.NOT_CONFIRMED)


def test_a_roll_that_ends_in_the_middle_is_named_as_the_cause_and_the_slip_stays_unknown() -> None:
    class EndsDuringTheSlip(LiteralPrinter):
        def _answer(self, start: int, write: Callable[[bytes], None]) -> int:
            if self.received.count(GS_R) > 1:
                self.answers = {**READY, b"\x10\x04\x02": b"\x32", GS_R: b""}
            return super()._answer(start, write)

    with on_network(EndsDuringTheSlip()) as port:
        result = NetworkPrinter("127.0.0.1", port, UNCONFIRMED).print(SLIP)
    assert result == PrintResult(Outcome.UNKNOWN, Reason.PAPER_OUT)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({b"\x10\x04\x04": b"\x7e"}, Reason.PAPER_OUT),
        ({b"\x10\x04\x02": b"\x32"}, Reason.PAPER_OUT),
        ({b"\x10\x04\x02": b"\x16"}, Reason.COVER_OPEN),
        ({b"\x10\x04\x01": b"\x1a"}, Reason.OFFLINE),
        ({b"\x10\x04\x02": b"\x52", b"\x10\x04\x03": b"\x1a"}, Reason.CUTTER),
        ({b"\x10\x04\x02": b"\x52", b"\x10\x04\x03": b"\x52"}, Reason.OVERHEATED),
    ],
)
def test_a_printer_that_cannot_print_gets_no_byte_of_the_slip(answers: dict[bytes, bytes], reason: Reason) -> None:
    printer = LiteralPrinter({**READY, **answers})
    with on_network(printer) as port:
        result = NetworkPrinter("127.0.0.1", port, TEXT).print(SLIP)
    assert result == PrintResult(Outcome.FAILED, reason)
    assert b"\x1b@" not in printer.received


@pytest.mark.parametrize("beyond", [1, 40, 100])
def test_a_line_cut_inside_the_slip_leaves_it_unknown(beyond: int) -> None:
    preparation = 13  # it prints nothing; the questions before it may be asked more than once
    with on_network(LiteralPrinter(hang_up_after=preparation + beyond, counted_from=b"\x1b@")) as port:
        result = NetworkPrinter("127.0.0.1", port, TEXT).print(SLIP)
    assert result == PrintResult(Outcome.UNKNOWN, Reason.CONNECTION_LOST)


@pytest.mark.parametrize("bytes_read", [1, 4, 7])
def test_a_line_cut_before_the_slip_means_that_it_failed(bytes_read: int) -> None:
    with on_network(LiteralPrinter(hang_up_after=bytes_read)) as port:
        result = NetworkPrinter("127.0.0.1", port, TEXT).print(SLIP)
    assert result == PrintResult(Outcome.FAILED, Reason.CONNECTION_LOST)


def test_nobody_at_the_address_means_failed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    printer = NetworkPrinter("127.0.0.1", port)
    assert printer.print(SLIP) == PrintResult(Outcome.FAILED, Reason.UNREACHABLE)
    assert printer.status() == PrinterStatus(online=False, error=Reason.UNREACHABLE)


def test_a_silent_printer_is_not_said_to_have_paper() -> None:
    with on_network(LiteralPrinter({})) as port:
        status = NetworkPrinter("127.0.0.1", port, SILENT).status()
    assert status == PrinterStatus(online=False, paper=Paper.UNKNOWN, error=Reason.SILENT)


class WokenByZeros(LiteralPrinter):
    """A line was cut in the middle of a band: what comes next is taken for its dots."""

    def _answer(self, start: int, write: Callable[[bytes], None]) -> int:
        if self.received.count(0) < 8192:
            return len(self.received)
        return super()._answer(start, write)


def test_a_silent_printer_may_owe_a_band_and_is_asked_once_more_after_a_flush() -> None:
    with on_network(WokenByZeros()) as port:
        assert NetworkPrinter("127.0.0.1", port, ONE_SILENCE).print(SLIP) == PrintResult(Outcome.PRINTED)


def test_a_printer_that_owes_a_band_says_how_it_is_before_the_next_slip() -> None:
    with on_network(WokenByZeros()) as port:
        assert NetworkPrinter("127.0.0.1", port, ONE_SILENCE).status() == PrinterStatus(True, Paper.OK, False)


def test_a_printer_that_stays_silent_is_flushed_once_and_not_at_every_look() -> None:
    silent = LiteralPrinter({})
    with on_network(silent) as port:
        printer = NetworkPrinter("127.0.0.1", port, SILENT)
        for _ in range(3):
            assert printer.status().error is Reason.SILENT
    assert silent.received.count(0) == 8192


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({}, PrinterStatus(True, Paper.OK, False)),
        ({b"\x10\x04\x04": b"\x1e"}, PrinterStatus(True, Paper.LOW, False)),
        ({b"\x10\x04\x04": b"\x72"}, PrinterStatus(True, Paper.OUT, False)),
        ({b"\x10\x04\x04": b""}, PrinterStatus(True, Paper.UNKNOWN, False)),
        ({b"\x10\x04\x01": b"\x1a", b"\x10\x04\x02": b"\x16"}, PrinterStatus(False, Paper.OK, True)),
        ({b"\x10\x04\x02": b"\x52", b"\x10\x04\x03": b"\x32"}, PrinterStatus(True, Paper.OK, False, Reason.FAULT)),
        ({b"\x10\x04\x02": b"\x11\x13\x00\x10\x00\x00\x00\x12"}, PrinterStatus(True, Paper.OK, False)),  # XON, ASB
    ],
)
def test_the_status_says_what_the_printer_said(answers: dict[bytes, bytes], status: PrinterStatus) -> None:
    with on_serial_line(LiteralPrinter({**READY, **answers})) as port:
        assert SerialPrinter(port, 9600, ONE_SILENCE).status() == status


def test_an_unasked_status_is_not_taken_for_the_confirmation() -> None:
    printer = LiteralPrinter({**READY, GS_R: b"\x10\x00\x00\x00"})
    with on_network(printer) as port:
        result = NetworkPrinter("127.0.0.1", port, UNCONFIRMED).print(SLIP)
    assert result.outcome is Outcome.UNKNOWN


def test_a_printer_behind_a_file_cannot_say_more_than_sent(tmp_path: Path) -> None:
    roll = tmp_path / "roll"
    printer = FilePrinter(str(roll))
    assert printer.status() == PrinterStatus()
    assert printer.print(SLIP) == PrintResult(Outcome.SENT)
    once = roll.read_bytes()
    assert printer.print(SLIP) == PrintResult(Outcome.SENT)
    assert roll.read_bytes() == once * 2


def test_a_missing_device_file_is_not_created() -> None:
    missing = Path("/dev/paihao-no-such-printer")
    assert FilePrinter(str(missing)).print(SLIP) == PrintResult(Outcome.FAILED, Reason.UNREACHABLE)
    assert not missing.exists()


def test_printers_without_a_back_channel_end_as_sent() -> None:
    options = PrinterOptions(mode=Mode.TEXT, back_channel=BackChannel.NONE)
    network, line = LiteralPrinter({}), LiteralPrinter({})
    with on_network(network) as port, on_serial_line(line) as path:
        assert NetworkPrinter("127.0.0.1", port, options).print(SLIP) == PrintResult(Outcome.SENT)
        assert SerialPrinter(path, 115200, options).print(SLIP) == PrintResult(Outcome.SENT)
    assert network.received.endswith(b"\x1dVB\x00")


def test_two_slips_at_once_come_out_one_after_the_other() -> None:
    printer = LiteralPrinter()
    with on_network(printer) as port:
        shared = NetworkPrinter("127.0.0.1", port, PrinterOptions(mode=Mode.TEXT))
        results: list[PrintResult] = []
        threads = [
            threading.Thread(target=lambda text=text: results.append(shared.print((Text(text),))))
            for text in ("甲" * 9, "乙" * 9)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [result.outcome for result in results] == [Outcome.PRINTED] * 2
    for text in ("甲" * 9, "乙" * 9):
        assert printer.received.count(text.encode("gbk")) == 1


def test_what_no_font_has_is_reported() -> None:
    with on_network(LiteralPrinter()) as port:
        result = NetworkPrinter("127.0.0.1", port).print((Text("好🙂"),))
    assert result == PrintResult(Outcome.PRINTED, substituted=("🙂",))


def test_slow_lines_get_text_and_the_setting_overrides() -> None:
    assert [suitable_mode(PrinterOptions(), baud) for baud in (9600, 19200, 115200, None)] == [
        Mode.TEXT,
        Mode.TEXT,
        Mode.RASTER,
        Mode.RASTER,
    ]
    assert suitable_mode(PrinterOptions(mode=Mode.RASTER), 9600) is Mode.RASTER


def test_every_kind_in_the_table_prints(tmp_path: Path) -> None:
    options = PrinterOptions(Roll.MM58)
    with on_network(LiteralPrinter()) as port, on_serial_line(LiteralPrinter()) as path:
        arguments: dict[str, dict[str, Any]] = {
            "network": {"host": "127.0.0.1", "port": port},
            "serial": {"port": path, "baud": 115200},
            "file": {"path": str(tmp_path / "roll")},
        }
        outcomes = {kind: PRINTERS[kind](**arguments[kind], options=options).print(SLIP).outcome for kind in PRINTERS}
    assert outcomes == {"network": Outcome.PRINTED, "serial": Outcome.PRINTED, "file": Outcome.SENT}


HOLD = "import serial, sys; port = serial.Serial(sys.argv[1], exclusive=True); print('held', flush=True); input()"


def test_a_port_that_another_program_holds_is_named_with_that_program_and_free_again_afterwards(tmp_path: Path) -> None:
    with EscposPrinter(tcp=False, link=tmp_path / "printer") as far:
        printer = SerialPrinter(far.path, 115_200)
        assert printer.status().refusal is None
        holding = [sys.executable, "-c", HOLD, far.path]
        with subprocess.Popen(holding, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None and other.stdout.readline() == b"held\n"
            status = printer.status()
            assert (status.online, status.error) == (False, Reason.TAKEN)
            assert f"({other.pid})" in status.detail
            assert printer.print(SLIP) == PrintResult(Outcome.FAILED, Reason.TAKEN)
            assert state_of(status).state == "taken"
            assert other.stdin is not None
            other.stdin.write(b"\n")
        assert printer.print(SLIP).outcome is Outcome.PRINTED
