"""The serial line: how it is opened, and how it says that it is gone."""

import socket
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.serial_port import LineSettings, LinkLost, SerialPort
from tests.drivers.far_end import FarEnd, await_fact


@pytest.fixture
def port(far_end: FarEnd) -> Iterator[SerialPort]:
    line = SerialPort(str(far_end.link))
    yield line
    line.close()


def read_all(line: SerialPort, size: int) -> bytes:
    got = b""

    def enough() -> bool:
        nonlocal got
        got += line.read_some()
        return len(got) >= size

    await_fact(enough)
    return got


def test_the_line_runs_at_9600_8n1_raw_without_flow_control(far_end: FarEnd, port: SerialPort) -> None:
    port.open()
    iflag, oflag, cflag, lflag, ispeed, ospeed, _ = far_end.settings()
    assert (ispeed, ospeed) == (termios.B9600, termios.B9600)
    assert isinstance(iflag, int) and isinstance(oflag, int) and isinstance(cflag, int) and isinstance(lflag, int)
    assert cflag & termios.CSIZE == termios.CS8
    assert not cflag & (termios.CSTOPB | termios.PARENB | termios.CRTSCTS)
    assert not iflag & (termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.ISTRIP)
    assert not oflag & termios.OPOST
    assert not lflag & (termios.ICANON | termios.ECHO | termios.ISIG)


def test_another_speed_is_set_when_a_profile_asks_for_it(far_end: FarEnd) -> None:
    line = SerialPort(str(far_end.link), LineSettings(baud=19200))
    line.open()
    assert far_end.settings()[4] == termios.B19200
    line.close()


def test_all_256_bytes_pass_unchanged_both_ways(far_end: FarEnd, port: SerialPort) -> None:
    port.open()
    every = bytes(range(256))
    far_end.say(every)
    assert read_all(port, 256) == every
    port.write(every)
    far_end.await_bytes(every)


def test_silence_is_an_empty_read(port: SerialPort) -> None:
    port.open()
    assert port.read_some() == b""


def test_a_second_program_is_refused_the_line(far_end: FarEnd, port: SerialPort) -> None:
    port.open()
    second = SerialPort(str(far_end.link))
    with pytest.raises(LinkLost, match="lock"):
        second.open()
    second.close()
    port.close()
    second.open()
    second.close()


def test_an_unplugged_line_is_lost_for_reading_and_writing(far_end: FarEnd, port: SerialPort) -> None:
    port.open()
    far_end.unplug()
    with pytest.raises(LinkLost):
        port.read_some()
    with pytest.raises(LinkLost):
        port.write(b"\x00")
    port.close()
    with pytest.raises(LinkLost):
        port.open()


def test_a_line_that_takes_nothing_is_lost_and_not_waited_for(far_end: FarEnd, port: SerialPort) -> None:
    port.open()
    with pytest.raises(LinkLost, match="timeout"):
        port.write(bytes(1_000_000))


def test_a_line_that_is_not_open_is_lost(port: SerialPort) -> None:
    with pytest.raises(LinkLost):
        port.read_some()
    with pytest.raises(LinkLost):
        port.write(b"\x00")
    port.close()


def test_what_stands_behind_the_path_is_told_apart(far_end: FarEnd, port: SerialPort) -> None:
    first = port.signature()
    assert first is not None
    far_end.unplug()
    assert port.signature() is None
    far_end.plug()
    assert port.signature() is not None


@pytest.mark.parametrize(
    "port", ["", "socket://", "socket://host", "socket://host:x", "http://host:80", "rfc2217://h:1"]
)
def test_what_can_never_be_a_line_is_refused_at_once(port: str) -> None:
    with pytest.raises(ValueError, match="neither a device path nor socket"):
        SerialPort(port)


def test_a_device_server_is_a_line_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = SerialPort(f"socket://127.0.0.1:{server.getsockname()[1]}")
        line.open()
        far, _ = server.accept()
        far.sendall(b"\xff\x68")
        assert read_all(line, 2) == b"\xff\x68"
        line.write(b"\x16\x00")
        assert far.recv(2) == b"\x16\x00"
        far.close()
        with pytest.raises(LinkLost):
            read_all(line, 1)
        line.close()
        assert line.signature() == ()


def test_a_device_server_that_is_away_is_a_lost_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    with pytest.raises(LinkLost):
        SerialPort(f"socket://127.0.0.1:{free}").open()
