"""An agent's folder: one agent at a time, secrets for its owner only."""

import stat
from pathlib import Path

import pytest

from terminal.data_dir import DataDir, InUse


def test_a_second_agent_is_kept_out_until_the_first_has_left(tmp_path: Path) -> None:
    first, second = DataDir(tmp_path / "k1"), DataDir(tmp_path / "k1")
    first.take()
    with pytest.raises(InUse, match="in use by another agent"):
        second.take()
    first.leave()
    second.take()
    second.leave()


def test_a_page_keeps_its_secret_over_a_restart(tmp_path: Path) -> None:
    secret = DataDir(tmp_path).page_secret("/w/101/")
    again = DataDir(tmp_path)
    assert again.page_secret("/w/101/") == secret
    assert again.page_secret("/w/102/") != secret
    assert stat.S_IMODE((tmp_path / "page-secrets.json").stat().st_mode) == 0o600


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.write_private("token", {"token": "a" * 100})
    data.write_private("token", {"token": "b"})
    assert data.read("token") == {"token": "b"}
    (tmp_path / "token").write_text('{"tok')
    assert data.read("token") is None
