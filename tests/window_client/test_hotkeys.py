"""The clerk's hotkeys while another program has the keyboard: on a real X11 desktop, and where there is none."""

import ctypes
import gc
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path
from typing import Any

import pytest

from terminal.settings import SettingsRefused
from tests.terminal.hall_outside import until
from tests.window_client.desktop import Desktop
from window_client import grab_x11
from window_client.grab_windows import MOD_NOREPEAT, VK_F1, WM_HOTKEY, WindowsGrab
from window_client.grab_x11 import X11Grab
from window_client.hotkey_table import DEFAULTS, CannotGrab, Grab, WhyNot, hotkey
from window_client.hotkeys import Hotkeys
from window_client.settings import HotkeySettings, read_settings


class Listening:
    """Hotkeys with somebody who hears them."""

    def __init__(self, keys: dict[str, str], open_desktop: Any, *, grab: bool = True) -> None:
        self.heard: list[str] = []
        self.wanted = True
        self.hotkeys = Hotkeys(
            keys,
            grab=grab,
            is_wanted=lambda: self.wanted,
            on_press=self.heard.append,
            on_change=lambda: None,
            open_desktop=open_desktop,
        )

    def __enter__(self) -> "Listening":
        self.hotkeys.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hotkeys.stop()

    @property
    def part(self) -> dict[str, Any]:
        return self.hotkeys.part


def of(desktop: Desktop) -> Any:
    return lambda: X11Grab({"DISPLAY": desktop.name})


@pytest.fixture
def grab(desktop: Desktop) -> Iterator[Grab]:
    made = X11Grab({"DISPLAY": desktop.name})
    yield made
    made.close()


# --- X11 ---------------------------------------------------------------------------------------------------------


def test_a_key_is_heard_while_another_program_has_the_keyboard(desktop: Desktop) -> None:
    with Listening({"main": "F2", "recall": "Ctrl+F3"}, of(desktop)) as clerk:
        until(lambda: clerk.part["grabbed"], "grabbed")
        desktop.press("F2")
        until(lambda: clerk.heard == ["F2"], "F2")
        desktop.press("Control_L", "F3")
        until(lambda: clerk.heard == ["F2", "Ctrl+F3"], "Ctrl+F3")
        desktop.press("F3")  # without Ctrl it is not ours
        assert not desktop.other_got("F2")


def test_caps_lock_and_num_lock_change_nothing(desktop: Desktop) -> None:
    with Listening({"main": "F2"}, of(desktop)) as clerk:
        until(lambda: clerk.part["grabbed"], "grabbed")
        for place, lock in enumerate(("Caps_Lock", "Num_Lock"), 1):
            desktop.press(lock)
            desktop.press("F2")
            until(lambda: len(clerk.heard) == place, f"F2 with {lock}")  # noqa: B023 (waited for at once)


def test_a_key_that_is_held_down_is_one_press(desktop: Desktop) -> None:
    downs: list[int] = []

    class Counted(X11Grab):
        def _press(self, event: Any) -> Any:
            downs.extend([event.time] if event.type == 2 else [])
            return super()._press(event)

    counted = Counted({"DISPLAY": desktop.name})
    try:
        assert counted.take(hotkey("F2"))
        desktop.down("F2")
        heard = []
        while len(downs) < 5:  # the keyboard repeats
            heard += counted.pressed(5)
        desktop.up("F2")
        assert [key.name for key in heard + counted.pressed(0.01)] == ["F2"]
    finally:
        counted.close()


def test_a_key_of_another_program_is_named_and_taken_when_it_is_free(desktop: Desktop, grab: Grab) -> None:
    assert grab.take(hotkey("F5"))
    with Listening({"main": "F2", "miss": "F5"}, of(desktop)) as clerk:
        until(lambda: clerk.part["taken"] == ["F5"], "F5 is named")
        assert clerk.part["grabbed"] and clerk.part["why"] is None
        desktop.press("F2")
        until(lambda: clerk.heard == ["F2"], "the others work")
        grab.release()
        until(lambda: clerk.part["taken"] == [], "F5 is ours", 30)
        desktop.press("F5")
        until(lambda: clerk.heard == ["F2", "F5"], "F5")


def test_the_keys_are_given_back_while_no_clerk_is_there(desktop: Desktop) -> None:
    with Listening({"main": "F2"}, of(desktop)) as clerk:
        until(lambda: clerk.part["grabbed"], "grabbed")
        clerk.wanted = False
        until(lambda: not clerk.part["grabbed"], "given back")
        desktop.press("F2")
        assert desktop.other_got("F2")
        clerk.wanted = True
        until(lambda: clerk.part["grabbed"], "grabbed again")
        desktop.press("F2")
        until(lambda: clerk.heard == ["F2"], "F2")


def test_a_desktop_that_goes_is_said(desktop: Desktop) -> None:
    opened: list[X11Grab] = []

    def once() -> X11Grab:
        if opened:
            raise CannotGrab(WhyNot.NO_DISPLAY)
        opened.append(X11Grab({"DISPLAY": desktop.name}))
        return opened[0]

    with Listening({"main": "F2"}, once) as clerk:
        until(lambda: clerk.part["grabbed"], "grabbed")
        desktop.end()
        until(lambda: clerk.part["why"] == WhyNot.NO_DISPLAY, "said")
        assert not clerk.part["grabbed"]


# --- no X11 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, WhyNot.NO_DISPLAY),
        ({"DISPLAY": ":9876"}, WhyNot.NO_DISPLAY),
        ({"DISPLAY": "nonsense"}, WhyNot.NO_DISPLAY),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, WhyNot.WAYLAND),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, WhyNot.WAYLAND),
    ],
)
def test_without_a_desktop_of_x11_the_reason_is_said(environment: dict[str, str], why: WhyNot) -> None:
    with Listening(dict(DEFAULTS), lambda: X11Grab(environment)) as clerk:
        until(lambda: clerk.part["why"] == why, why)
        assert not clerk.part["grabbed"]
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # python-xlib leaves the socket of a display that does not answer to the collector


def test_without_the_library_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grab_x11, "Display", None)
    with pytest.raises(CannotGrab) as refused:
        X11Grab({"DISPLAY": ":0"})
    assert refused.value.why is WhyNot.NO_LIBRARY


def test_keys_that_are_not_to_be_grabbed_need_no_desktop() -> None:
    opened = threading.Event()
    with Listening(dict(DEFAULTS), opened.set, grab=False) as clerk:
        assert clerk.part == {"keys": dict(DEFAULTS), "grabbed": False, "why": None, "taken": []}
    assert not opened.is_set()


# --- Windows, with a stand-in for its library ----------------------------------------------------------------------


class User32:
    """What user32.dll does with these calls, as its documentation says."""

    def __init__(self, taken: set[int]) -> None:
        self.taken = taken  # virtual keys of other programs
        self.ours: dict[int, tuple[int, int]] = {}
        self.messages: deque[int] = deque()

    def RegisterHotKey(self, window: None, number: int, modifiers: int, virtual: int) -> int:
        if virtual in self.taken:
            return 0
        self.ours[number] = (modifiers, virtual)
        return 1

    def UnregisterHotKey(self, window: None, number: int) -> int:
        return int(self.ours.pop(number, None) is not None)

    def PeekMessageW(self, message: Any, window: None, first: int, last: int, remove: int) -> int:
        if not self.messages:
            return 0
        content = ctypes.cast(message, ctypes.POINTER(wintypes.MSG)).contents
        content.message, content.wParam = WM_HOTKEY, self.messages.popleft()
        return 1


def test_on_windows_a_press_is_heard_and_a_taken_key_is_named() -> None:
    library = User32(taken={VK_F1 + 4})
    with Listening({"main": "F2", "recall": "Ctrl+F3", "miss": "F5"}, lambda: WindowsGrab(library)) as clerk:
        until(lambda: clerk.part["taken"] == ["F5"], "F5 is named")
        assert library.ours == {1: (MOD_NOREPEAT, 0x71), 2: (0x0002 | MOD_NOREPEAT, 0x72)}
        library.messages.extend([2, 1])
        until(lambda: clerk.heard == ["Ctrl+F3", "F2"], "both")
    assert library.ours == {}


# --- settings ----------------------------------------------------------------------------------------------------


def settings(folder: Path, more: str, windows: str = '["101"]') -> HotkeySettings:
    file = folder / "w.toml"
    file.write_text(f'server = "http://hall:8600"\nhall = "LJ"\ndata_dir = "w"\nwindows = {windows}\n{more}')
    return read_settings(file).hotkeys


def test_the_keys_are_those_of_the_page_unless_the_settings_change_them(tmp_path: Path) -> None:
    assert settings(tmp_path, "") == HotkeySettings(grab=False, keys=DEFAULTS)
    changed = settings(tmp_path, '[hotkeys]\ngrab = true\nmain = "Ctrl+F12"\n')
    assert changed.grab
    assert changed.keys == {**DEFAULTS, "main": "Ctrl+F12"}


@pytest.mark.parametrize(
    ("more", "windows", "said"),
    [
        ('[hotkeys]\nmain = "Enter"\n', '["101"]', "F1 to F12"),
        ('[hotkeys]\nmain = "F3"\n', '["101"]', "the hotkey F3 is used twice"),
        ('[hotkeys]\nnext = "F3"\n', '["101"]', "there is no setting hotkeys.next"),
        ("[hotkeys]\ngrab = true\n", '["101", "102"]', "one window"),
    ],
)
def test_a_wrong_key_is_refused(tmp_path: Path, more: str, windows: str, said: str) -> None:
    with pytest.raises(SettingsRefused, match=said):
        settings(tmp_path, more, windows)
