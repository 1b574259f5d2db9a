"""A settings file with mistakes is refused with all of them, in both languages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.settings import PrinterSettings
from kiosk.settings import read_settings as read_kiosk
from terminal.settings import SettingsRefused
from window_client.settings import LineSettings
from window_client.settings import read_settings as read_window

NEEDED = 'server = "http://10.0.0.5:8600"\nhall = "LJ"\ndata_dir = "data"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.toml"


def mistakes(file: Path, text: str, read: Callable[[Path], object] = read_kiosk) -> list[str]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsRefused) as refused:
        read(file)
    assert all(one.zh and one.en for one in refused.value.mistakes)
    assert str(file) in str(refused.value)
    return [one.en for one in refused.value.mistakes]


def test_what_is_not_set_has_its_default(file: Path) -> None:
    file.write_text(NEEDED)
    known = read_kiosk(file)
    assert known.terminal.data_dir == file.parent / "data"
    assert (known.terminal.page_port, known.terminal.log_level, known.terminal.frame_ancestors) == (0, "info", ())
    assert known.printer is None
    assert known.zone is None


def test_a_kiosk_with_everything(file: Path) -> None:
    file.write_text(
        'zone = "A"\nlog_level = "debug"\nframe_ancestors = ["http://10.0.0.5:8600"]\n'
        + NEEDED
        + "[page]\nport = 8701\n"
        '[printer]\nkind = "serial"\nport = "/dev/ttyS0"\nbaud = 115200\nwidth_mm = 58\n'
        'mode = "raster"\nstatus = "none"\nconfirm_s = 12.5\n'
    )
    known = read_kiosk(file)
    assert known.printer == PrinterSettings("serial", "/dev/ttyS0", 0, 115200, 58, "raster", "none", 12.5)
    assert (known.zone, known.terminal.page_port) == ("A", 8701)


def test_a_window_agent_with_lines(file: Path) -> None:
    file.write_text(
        NEEDED + 'windows = ["101", "102"]\npages = false\n'
        '[lines.A]\nport = "/dev/ttyUSB0"\ngap_ms = 80\nlocal_echo = true\n[lines.B]\nport = "socket://10.0.0.9:4001"\n'
    )
    known = read_window(file)
    assert (known.windows, known.pages) == (("101", "102"), False)
    assert known.lines == {
        "A": LineSettings("/dev/ttyUSB0", 0.08, True),
        "B": LineSettings("socket://10.0.0.9:4001", None, False),
    }


def test_misspelt_names_never_pass_in_silence(file: Path) -> None:
    text = NEEDED + 'frame_ancestor = []\n[page]\nprot = 1\n[printer]\nkind = "file"\npath = "p.bin"\nwidth = 58\n'
    assert sorted(mistakes(file, text)) == [
        "there is no setting frame_ancestor",
        "there is no setting page.prot",
        "there is no setting printer.width",
    ]


def test_all_mistakes_come_at_once(file: Path) -> None:
    found = mistakes(
        file,
        'server = "10.0.0.5"\nlog_level = "loud"\nwindows = ["101", "101"]\npages = 1\n'
        "[page]\nport = 70000\n[lines.A]\ngap_ms = true\n",
        read_window,
    )
    about = (
        "server",
        "hall",
        "data_dir",
        "log_level",
        "windows",
        "pages",
        "page.port",
        "lines.A.gap_ms",
        "lines.A.port",
    )
    assert {name for name in about if any(f"the setting {name} " in one for one in found)} == set(about)
    assert len(found) == len(about)


def test_another_kinds_printer_settings_are_unknown(file: Path) -> None:
    assert mistakes(file, NEEDED + '[printer]\nkind = "network"\nhost = "10.0.0.7"\nbaud = 9600\n') == [
        "there is no setting printer.baud"
    ]


@pytest.mark.parametrize("text", ["server = ", "\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_one_mistake(file: Path, text: str | None) -> None:
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsRefused) as refused:
        read_kiosk(file)
    assert len(refused.value.mistakes) == 1
