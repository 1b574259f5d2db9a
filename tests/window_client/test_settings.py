"""The window agent's settings name the folder of the hall's own device profiles."""

from pathlib import Path

import pytest

from terminal.settings import SettingsRefused
from window_client.settings import read_settings

NEEDED = 'server = "http://127.0.0.1:8600"\nhall = "LJ"\ndata_dir = "data"\nwindows = ["101"]\n'


def test_a_halls_own_profiles_lie_beside_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "window.toml"
    file.write_text(NEEDED, encoding="utf-8")
    assert read_settings(file).profiles is None
    file.write_text(NEEDED + 'profiles = "devices"\n', encoding="utf-8")
    assert read_settings(file).profiles == tmp_path / "devices"
    file.write_text(NEEDED + "profiles = 3\n", encoding="utf-8")
    with pytest.raises(SettingsRefused, match="profiles"):
        read_settings(file)
