"""Parts of the demo on their own: who comes, who sits where, which hardware, which port."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from demo.cast import Cast, cast_of
from demo.command import DEMO_HALL
from demo.folder import DemoFolder, Settings, listener_at
from demo.hardware import real_hardware
from demo.intentions import Fate, crowd
from demo.narrator import CannotStage
from demo.report import percentile
from server.halls.reading import inspect_hall


def cast_in(folder: str) -> Cast:
    hall = inspect_hall(DEMO_HALL.parent / folder).hall
    assert hall is not None
    return cast_of(hall)


def test_the_demonstration_hall_has_two_kiosks_one_line_and_six_windows() -> None:
    cast = cast_in("demo")
    assert [(kiosk.name, kiosk.raster) for kiosk in cast.kiosks] == [("K1", True), ("K2", False)]
    assert [(line.agent, line.lines, len(line.devices)) for line in cast.lines] == [("line-A", ("A",), 18)]
    assert [window.agent for window in cast.windows] == ["W101", "W102", "W103", "W104", "W107", "W113"]
    assert (cast.desk, cast.desk_is_new) == ("1001", False)


@pytest.mark.parametrize("folder", ["demo", "branch"])
def test_nobody_sits_at_two_windows(folder: str) -> None:
    clerks = Counter(window.clerk for window in cast_in(folder).windows)
    assert set(clerks.values()) == {1}


def test_a_hall_of_64_windows_is_too_large_for_one_machine() -> None:
    with pytest.raises(CannotStage, match="64"):
        cast_in("linjiang")


@pytest.mark.parametrize("count", [200, 500])
def test_a_crowd_keeps_its_shares(count: int) -> None:
    people = crowd(cast_in("demo"), count, seed=7)
    fates = Counter(one.fate for one in people)
    assert len(people) == count
    assert fates[Fate.GONE] + fates[Fate.BACK] >= 0.05 * count
    assert fates[Fate.BACK] >= 0.025 * count
    assert fates[Fate.CANCELS] >= 0.03 * count
    assert fates[Fate.HELD] >= 0.03 * count
    assert fates[Fate.PASSED_ON] >= 0.04 * count
    levels = Counter(one.level for one in people)
    assert sum(levels[level] for level in range(1, 6)) >= 0.55 * count
    assert all(levels[level] for level in range(1, 6))
    assert {one.place for one in people} == {"K1", "K2", "desk"}
    assert any(one.priority for one in people)


def test_the_same_seed_draws_the_same_crowd() -> None:
    cast = cast_in("demo")
    assert crowd(cast, 50, seed=3) == crowd(cast, 50, seed=3)
    assert crowd(cast, 50, seed=3) != crowd(cast, 50, seed=4)


def test_a_small_crowd_has_one_of_each_way_and_level() -> None:
    people = crowd(cast_in("demo"), 12, seed=1)
    assert {one.fate for one in people} == set(Fate)
    assert {one.level for one in people} == {None, 1, 2, 3, 4, 5}


def test_real_hardware_is_named_in_words_of_its_own() -> None:
    named = real_hardware(
        ["K1=network:192.168.1.50:9101", "K2=serial:/dev/ttyUSB1:19200"], ["A=/dev/ttyUSB0"], {"K1", "K2"}, {"A"}
    )
    assert named.printers["K1"] == {"kind": "network", "host": "192.168.1.50", "port": 9101}
    assert named.printers["K2"] == {"kind": "serial", "port": "/dev/ttyUSB1", "baud": 19200}
    assert named.lines == {"A": "/dev/ttyUSB0"}
    usual = real_hardware(["K1=network:192.168.1.50"], [], {"K1"}, set())
    assert usual.printers["K1"] == {"kind": "network", "host": "192.168.1.50", "port": 9100}
    assert real_hardware(["K1=file:/dev/usb/lp0"], [], {"K1"}, set()).printers["K1"]["path"] == "/dev/usb/lp0"


@pytest.mark.parametrize("printer", ["K9=network:host", "K1=parallel:host", "K1"])
def test_hardware_that_is_not_understood_is_refused(printer: str) -> None:
    with pytest.raises(CannotStage, match="K1"):
        real_hardware([printer], [], {"K1"}, set())


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    with listener_at(0) as first:
        port = first.getsockname()[1]
        with listener_at(port) as second:
            assert second.getsockname()[1] > port
        with pytest.raises(CannotStage, match=str(port)):
            listener_at(port, tries=1)


def test_the_password_stays_and_one_demo_at_a_time_has_the_folder(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    folder.take()
    password = folder.memory().password
    assert len(password) >= 10
    with pytest.raises(CannotStage, match="another demo"):
        DemoFolder(tmp_path / "demo").take()
    folder.leave()
    again = DemoFolder(tmp_path / "demo")
    again.take()
    assert again.memory().password == password
    again.leave()


def test_settings_are_written_as_they_are_read(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    folder.take()
    settings: Settings = {
        "name": 'a "b" \\ 大厅',
        "list": ["x", "y"],
        "on": True,
        "lines": {"A": {"port": "/dev/tty0", "gap_ms": 80}},
    }
    file = folder.write_settings("K1", settings)
    folder.leave()
    assert tomllib.loads(file.read_text(encoding="utf-8")) == settings


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([], 0.5) is None
    assert percentile([5.0], 0.99) == 5.0
    assert percentile([float(n) for n in range(100)], 0.99) == 99.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
