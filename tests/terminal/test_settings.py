"""A settings file with mistakes is refused with all of them, in both languages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.settings import PrinterSettings
from kiosk.settings import read_settings as read_kiosk
from terminal.settings import SettingsRefused
from window_client.line_settings import BridgeSettings, KeyboardSettings, LineSettings, TabletSettings
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


def test_lines_that_are_no_serial_lines(file: Path) -> None:
    file.write_text(
        NEEDED + 'windows = ["101"]\n'
        '[lines.T]\nkind = "sundyn"\nat = { 1 = "10.0.0.31", 7 = "10.0.0.37:9001" }\nkeys = { 1 = 5, 2 = 1 }\n'
        '[lines.K]\nkind = "keyboard"\nport = "/dev/input/by-id/usb-pad"\nkeys = { a = 5, b = 3, c = 1 }\n'
        '[lines.B]\nkind = "bridge"\nport = "socket://127.0.0.1:9100"\n'
    )
    assert read_window(file).lines == {
        "T": TabletSettings(7791, {1: ("10.0.0.31", 8001), 7: ("10.0.0.37", 9001)}, {"1": 5, "2": 1}),
        "K": KeyboardSettings("/dev/input/by-id/usb-pad", {"a": 5, "b": 3, "c": 1}, 0.3, True),
        "B": BridgeSettings("socket://127.0.0.1:9100"),
    }


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ('kind = "pjq"', "lines.X.kind = 'pjq' is wrong, it must be one of bus, sundyn, keyboard, bridge"),
        ('kind = "bridge"\nport = "/dev/ttyUSB0"', "lines.X.port = '/dev/ttyUSB0' is wrong, it must be socket://"),
        ('kind = "bridge"\nport = "socket://a:1"\ngap_ms = 8', "there is no setting lines.X.gap_ms"),
        ('kind = "sundyn"\nkeys = { 1 = 5, 2 = 4 }', "lines.X.at is missing"),
        ('kind = "sundyn"\nat = { 1 = "a b" }\nkeys = { 1 = 5, 2 = 4 }', "lines.X.at.1 = 'a b' is wrong"),
        ('kind = "sundyn"\nat = { 0 = "10.0.0.1" }\nkeys = { 1 = 5, 2 = 4 }', "lines.X.at: addresses are 1 to 127"),
        (
            'kind = "sundyn"\nat = { 1 = "1.1.1.1", 2 = "1.1.1.1" }\nkeys = { 1 = 5, 2 = 4 }',
            "lines.X.at: one host stands twice",
        ),
        ('kind = "keyboard"\nport = "p"\nkeys = { 1 = 5, 2 = 6 }', "lines.X.keys.2 = 6 is wrong"),
        ('kind = "keyboard"\nport = "p"\nkeys = { 1 = 5, 2 = 5 }', "lines.X.keys needs at least two keys"),
        ('kind = "keyboard"\nport = "p"\nkeys = { F1 = 5, 2 = 1 }', "lines.X.keys: each key types one sign"),
    ],
)
def test_a_wrong_line_is_told_by_its_setting(file: Path, line: str, about: str) -> None:
    found = mistakes(file, f'{NEEDED}windows = ["101"]\n[lines.X]\n{line}\n', read_window)
    assert any(about in one for one in found), found


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
