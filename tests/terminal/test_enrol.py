"""An agent is enrolled once, and its token is its own."""

import stat
from pathlib import Path
from typing import Any

import pytest

from contract.words import Code, DeviceKind
from terminal.data_dir import DataDir
from terminal.enrol import EnrolRefused, enrol, enrolment
from terminal.settings import TerminalSettings
from tests.terminal.hall_outside import HALL, Outside, refusing

ENROLLED = {
    "kind": "enrolled",
    "revision": 3,
    "device": "K1",
    "device_kind": "kiosk",
    "windows": [],
    "zone": "A",
    "token": "t" * 43,
}


@pytest.fixture
def settings(outside: Outside, tmp_path: Path) -> TerminalSettings:
    return TerminalSettings(outside.url, HALL, tmp_path, "info", (), (), (), 0)


def test_a_code_becomes_a_token_that_only_its_owner_may_read(outside: Outside, settings: TerminalSettings) -> None:
    outside.answering["enrol"] = lambda _: (200, ENROLLED)
    data = DataDir(settings.data_dir)
    known = enrol(settings, data, DeviceKind.KIOSK, " ab2c3d ")
    assert (known.device, known.zone, known.token) == ("K1", "A", "t" * 43)
    assert enrolment(settings, data) == known
    asked = outside.deeds("enrol")[0]
    assert (asked.place, asked.body) == ("device", {"code": "AB2C3D"})
    assert stat.S_IMODE((settings.data_dir / "token").stat().st_mode) == 0o600


@pytest.mark.parametrize("said", [{"device_kind": "window"}, {"token": None}])
def test_a_code_for_something_else_leaves_no_token(
    outside: Outside, settings: TerminalSettings, said: dict[str, Any]
) -> None:
    outside.answering["enrol"] = lambda _: (200, ENROLLED | said)
    with pytest.raises(EnrolRefused):
        enrol(settings, DataDir(settings.data_dir), DeviceKind.KIOSK, "AB2C3D")
    assert not (settings.data_dir / "token").exists()


def test_a_used_code_says_so_in_both_languages(outside: Outside, settings: TerminalSettings) -> None:
    outside.answering["enrol"] = refusing(Code.CODE_INVALID)
    with pytest.raises(EnrolRefused, match=r"已过期.*expired"):
        enrol(settings, DataDir(settings.data_dir), DeviceKind.KIOSK, "AB2C3D")


def test_an_agent_without_a_token_or_of_another_hall_is_not_enrolled(
    outside: Outside, settings: TerminalSettings
) -> None:
    data = DataDir(settings.data_dir)
    with pytest.raises(EnrolRefused):
        enrolment(settings, data)
    data.write_private("token", {"hall": "OTHER", **ENROLLED})
    with pytest.raises(EnrolRefused):
        enrolment(settings, data)
