"""Whoever stands before a device that does not work is told what is there, what is heard, and what to try."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gevent
import pytest
from click.testing import CliRunner, Result

import paihao
from drivers.doctor_command import devices
from drivers.doctor_families import listen_to
from drivers.doctor_ports import input_devices, ports
from drivers.profile_check import check_profile
from drivers.simulators.bridge_program import BridgeProgram
from drivers.simulators.card_reader import Card, CardReader
from drivers.simulators.escpos_printer import EscposPrinter
from drivers.simulators.on_port import OnPort
from drivers.simulators.onbon_card import OnbonCard, OnbonLine
from drivers.simulators.rs485_line import Rs485Line
from drivers.simulators.sundyn_tablet import SundynTablet
from tests.drivers.far_end import FarEnd, await_fact

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
PRESS = bytes.fromhex("FF 68 03 03 68 81 11 03 95 16")


def run(*options: str) -> Result:
    return CliRunner().invoke(devices, options)


@pytest.fixture
def listening(tmp_path: Path, far_end: FarEnd) -> Iterator[subprocess.Popen[str]]:
    """The command as a person starts it, over a line."""
    kept = tmp_path / "session.jsonl"
    command = [sys.executable, "paihao.py", "doctor", "devices", "--port", str(far_end.link), "--record", str(kept)]
    environ = {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        await_fact(kept.exists)
        yield process
        process.kill()


def test_frames_are_shown_with_their_meaning_and_ctrl_c_ends_in_a_verdict(
    listening: subprocess.Popen[str], far_end: FarEnd, tmp_path: Path
) -> None:
    far_end.say(PRESS)
    assert listening.stdout is not None
    heard, *meant = [listening.stdout.readline() for _ in range(3)]
    assert PRESS.hex(" ").upper() in heard
    assert any("ff68-keypad-5: 地址 / address 1: 满意度 / level 4" in line for line in meant)
    listening.send_signal(signal.SIGINT)
    rest = listening.stdout.read()
    assert "fits: ff68-keypad-5" in rest
    assert "Traceback" not in rest
    assert listening.wait(60) == 0
    kept = [json.loads(line) for line in (tmp_path / "session.jsonl").read_text("utf-8").splitlines()]
    assert kept[0] == {"port": str(far_end.link), "baud": 9600}
    assert bytes.fromhex("".join(line["heard"] for line in kept[1:])) == PRESS
    again = run("--replay", str(tmp_path / "session.jsonl"))
    assert again.exit_code == 0 and "fits: ff68-keypad-5" in again.output


def test_devices_are_looked_at_without_loading_the_server() -> None:
    program = (
        "import sys, paihao\n"
        "try: paihao.main(['doctor', 'devices', '--help'], prog_name='paihao')\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('server', 'kiosk', 'terminal')])"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"
    assert "--replay" in said.stdout


def test_the_halls_doctor_works_as_before_and_names_the_other(tmp_path: Path) -> None:
    said = CliRunner().invoke(paihao.main, ["doctor", "--data", str(tmp_path)])
    assert said.exit_code == 2 and "does not exist" in said.output
    assert "devices" in CliRunner().invoke(paihao.main, ["doctor", "--help"]).output


def test_the_example_of_the_manual_is_a_profile_that_reads_its_session() -> None:
    profile, session = EXAMPLES / "desk-pad.toml", EXAMPLES / "desk-pad.jsonl"
    assert check_profile(profile) == []
    said = run("--replay", str(session), "--profile", str(profile))
    assert said.exit_code == 0
    levels = [line.rpartition(" ")[2] for line in said.output.splitlines() if "→" in line]
    assert levels == ["5", "4", "3", "2", "1", "5"]
    assert "desk-pad: 6 帧 / frames, 6 条看得懂 / understood, 2 字节不成帧" in said.output
    unknown = run("--replay", str(session))
    assert "no frame fits" in unknown.output and "→" not in unknown.output


def test_what_the_manual_shows_of_the_session_stands_in_it() -> None:
    manual = (ROOT / "docs" / "hardware.md").read_text("utf-8")
    said = run("--replay", str(EXAMPLES / "desk-pad.jsonl")).output.splitlines()[:3]
    assert [line.strip() for line in said] == [line for line in map(str.strip, manual.splitlines()) if line in
                                               [one.strip() for one in said]]  # fmt: skip


def test_the_speed_that_fits_is_found(tmp_path: Path) -> None:
    with Rs485Line(link=tmp_path / "line") as line:
        keypad = line.add_keypad(1)

        def press_again_and_again() -> None:
            while True:
                keypad.press(3, even_asleep=True).wait_settled(60)

        somebody = gevent.spawn(press_again_and_again)
        said = run("--port", line.path, "--try", "--seconds", "1")
        somebody.kill()
    assert said.exit_code == 0, said.output
    assert "the speed that fits: 9600" in said.output


def test_nothing_heard_is_a_question_of_the_wiring(far_end: FarEnd) -> None:
    assert "nothing was heard" in run("--port", str(far_end.link), "--seconds", "0.2").output


def test_noise_is_a_question_of_the_speed(listening: subprocess.Popen[str], far_end: FarEnd) -> None:
    far_end.say(bytes.fromhex("00 E0 1C 80 FC 00") * 8)
    assert listening.stdout is not None and "00 E0" in listening.stdout.readline()
    listening.send_signal(signal.SIGINT)
    assert "no frame fits: is the speed right?" in listening.stdout.read()


def test_a_test_slip_is_printed_and_its_end_is_told() -> None:
    with EscposPrinter() as printer:
        said = run("--print", f"network:{printer.host}:{printer.port}")
        assert said.exit_code == 0 and "outcome: printed" in said.output
        assert len(printer.papers) == 1
        printer.set_faults(cover_open=True)
        said = run("--print", f"network:{printer.host}:{printer.port}")
        assert said.exit_code == 1 and "cover_open" in said.output


def test_a_text_is_shown_on_a_strip(tmp_path: Path) -> None:
    with Rs485Line(link=tmp_path / "line") as line:
        strip = line.add_strip(7)
        said = run("--port", line.path, "--strip", "a090-strip:7", "--text", "请A012号")
        assert said.exit_code == 0, said.output
        strip.wait_text("请A012号", 10)
        assert "the strip confirmed" in said.output


def test_a_text_is_shown_on_a_card_on_the_network_and_what_it_says_is_told() -> None:
    card = OnbonCard()
    with OnbonLine(card, tcp=True) as line:
        said = run("--port", line.path, "--strip", "onbon-5k-strip:1", "--text", "请囍A012号")
        assert said.exit_code == 0, said.output
        assert "cannot be shown: 囍" in said.output and "请□A012号: 条屏已确认" in said.output
        assert card.text == "请□A012号"
        card.error = 12
        said = run("--port", line.path, "--strip", "onbon-5k-strip:1")
        assert said.exit_code == 1 and "refuses it: it lacks the font" in said.output
        card.nonsense = b"SSH-2.0-somebody else\r\n"
        said = run("--port", line.path, "--strip", "onbon-5k-strip:1")
        assert said.exit_code == 1 and "no such strip" in said.output
        line.unplug()
        said = run("--port", line.path, "--strip", "onbon-5k-strip:1")
        assert said.exit_code == 1 and "nobody answers at 127.0.0.1" in said.output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "/dev/paihao-no-such-port", "--seconds", "1"], "cannot"),
        (["--replay", "/nowhere/session.jsonl"], "cannot"),
        (["--replay", str(EXAMPLES / "desk-pad.toml")], "port, baud?"),
        (["--print", "network"], "network:HOST:PORT"),
        (["--print", "network:host:x"], "cannot"),
        (["--port", "/dev/null", "--profile", "no-such"], "no such profile"),
        (["--port", "/dev/null", "--strip", "ff68-pad:1"], "not of a strip"),
        (["--port", "http://x"], "neither a device path nor socket"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(options: list[str], says: str) -> None:
    said = run(*options)
    assert said.exit_code == 1
    assert says in said.output and "Traceback" not in said.output


@dataclass
class FoundPort:
    device: str
    description: str


def test_ports_are_listed_with_the_names_that_stay_and_who_holds_them(far_end: FarEnd, tmp_path: Path) -> None:
    device = os.path.realpath(far_end.link)
    staying = tmp_path / "serial" / "by-path"
    staying.mkdir(parents=True)
    (staying / "pci-0000:00:14.0-usb-0:2:1.0").symlink_to(device)
    found = ports(lambda: [FoundPort(device, "USB Serial")], tmp_path / "serial")
    assert found[0].names == (str(staying / "pci-0000:00:14.0-usb-0:2:1.0"),)
    assert any(f"({os.getpid()})" in who for who in found[0].held_by), "the far end of this test"
    assert "in use by" in str(found[0])


@contextmanager
def listened(family: str, where: str, listen: int = 7791) -> Iterator[list[str]]:
    """What the doctor says of a device of a family, meanwhile."""
    said: list[str] = []
    doctor = gevent.spawn(listen_to, family, where, said.append, until=None, listen=listen)
    try:
        await_fact(lambda: bool(said), lambda: str(doctor.exception))
        yield said
    finally:
        doctor.kill()


def says(said: list[str], text: str) -> None:
    await_fact(lambda: any(text in line for line in said), lambda: str(said))


def test_a_tablet_a_scanner_a_card_and_a_bridge_are_heard_in_words(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.bind(("127.0.0.1", 0))
        listen = int(end.getsockname()[1])
    with SundynTablet(listen) as tablet, listened("sundyn", f"127.0.0.1:{tablet.port}", listen) as said:
        says(said, "S95OK")
        await_fact(lambda: tablet.page == "rate")
        tablet.press("2")
        says(said, "键 / key 2")
    with OnPort(lambda data: b"", link=tmp_path / "scanner") as scanner, listened("scanner", scanner.path) as said:
        says(said, "已打开 / open")
        scanner.say("临江A012\r".encode())
        says(said, "码 / code: 临江A012")
    reader = CardReader()
    with OnPort(reader.hear, link=tmp_path / "reader") as port, listened("card", port.path) as said:
        reader.lay(Card("韩梅梅", "2", "19491231", "11010519491231002X"))
        says(said, "an ID card was read (nothing of it is shown)")
        assert "韩梅梅" not in "".join(said) and "002X" not in "".join(said)
    with OnPort(BridgeProgram("keypad/1").hear, tcp=True) as bridge, listened("bridge", bridge.path) as said:
        says(said, "→ Answer(id=1, ok=True")
    with listened("keyboard", str(tmp_path / "nothing")) as said:
        says(said, "does not open")


def test_keyboard_like_devices_are_listed_by_the_names_that_stay(tmp_path: Path) -> None:
    for name in ("usb-Pad_1-event-kbd", "usb-Mouse-event-mouse"):
        (tmp_path / name).write_bytes(b"")
    assert [one.device for one in input_devices(tmp_path)] == [str(tmp_path / "usb-Pad_1-event-kbd")]
