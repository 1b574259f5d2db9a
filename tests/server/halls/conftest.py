"""Copies of the shipped halls that tests may spoil."""

import shutil
from pathlib import Path

import pytest

from tests.server.halls.hall_folder import HALLS, HallFolder


def _copy(tmp_path: Path, name: str) -> HallFolder:
    shutil.copytree(HALLS, tmp_path / "halls")
    return HallFolder(tmp_path / "halls" / name)


@pytest.fixture
def linjiang(tmp_path: Path) -> HallFolder:
    """The sample hall."""
    return _copy(tmp_path, "linjiang")


@pytest.fixture
def branch(tmp_path: Path) -> HallFolder:
    """Its township branch."""
    return _copy(tmp_path, "branch")


@pytest.fixture
def demo(tmp_path: Path) -> HallFolder:
    """The part of it that the demonstration opens."""
    return _copy(tmp_path, "demo")
