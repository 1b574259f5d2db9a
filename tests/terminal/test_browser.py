"""The browser of a screen: found by name, full screen with its page, started again when it goes, ended at the end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from terminal import browser
from terminal.browser import NoBrowser, ScreenBrowser, find_browser
from tests.terminal.hall_outside import until

URL = "http://127.0.0.1:1/#s=secret"


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """A program that notes how it was started and then does `what`."""

    def make(what: str) -> Path:
        file = tmp_path / "chromium-of-test"
        file.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/starts\necho $$ > {tmp_path}/pid\n{what}\n')
        file.chmod(0o755)
        return file

    return make


def starts(folder: Path) -> list[str]:
    file = folder / "starts"
    return file.read_text().splitlines() if file.exists() else []


def test_the_page_is_shown_full_screen_with_a_profile_of_its_own(
    program: Callable[[str], Path], tmp_path: Path
) -> None:
    screen = ScreenBrowser(str(program("exec sleep 60")), tmp_path / "profile")
    screen.start(URL)
    until(lambda: starts(tmp_path), "the browser starts")
    words = starts(tmp_path)[0].split()
    assert words[-1] == URL and "--kiosk" in words and f"--user-data-dir={tmp_path / 'profile'}" in words
    assert "--autoplay-policy=no-user-gesture-required" in words
    pid = tmp_path / "pid"  # written after the start
    until(lambda: pid.exists() and pid.read_text().strip(), "its number")
    number = int(pid.read_text())
    screen.stop()
    assert not Path(f"/proc/{number}").exists()


def test_a_browser_that_goes_is_started_again_with_growing_pauses(
    program: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "FIRST_PAUSE_S", 0.02)
    screen = ScreenBrowser(str(program("exit 3")), tmp_path / "profile")
    screen.start(URL)
    until(lambda: len(starts(tmp_path)) >= 4, "started again")
    screen.stop()
    after = len(starts(tmp_path))
    assert starts(tmp_path)[after - 1].endswith(URL)


def test_a_browser_that_cannot_be_found_is_told_by_name(program: Callable[[str], Path]) -> None:
    own = program("exit 0")
    assert find_browser(str(own)) == str(own)
    with pytest.raises(NoBrowser, match="no-such-browser"):
        find_browser("no-such-browser")
