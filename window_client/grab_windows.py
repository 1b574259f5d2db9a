"""Keys of the whole desktop on Windows, by RegisterHotKey. The keys belong to the thread that asked for them."""

import ctypes
import sys
import time
from ctypes import wintypes
from typing import Any, Final

from window_client.hotkey_table import Hotkey

# winuser.h
WM_HOTKEY: Final = 0x0312
PM_REMOVE: Final = 0x0001
VK_F1: Final = 0x70
MOD_NOREPEAT: Final = 0x4000  # a key that is held down is told once
MODIFIERS: Final = {"": 0, "Alt": 0x0001, "Ctrl": 0x0002}

LOOKS_EVERY_S: Final = 0.03


def user32() -> Any:
    """The system's own library; None elsewhere."""
    if sys.platform == "win32":
        return ctypes.WinDLL("user32")
    return None


class WindowsGrab:
    """`library` is user32.dll. Looks for messages instead of waiting in the library: a wait would hold up the agent."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._taken: dict[int, Hotkey] = {}

    def take(self, key: Hotkey) -> bool:
        number = len(self._taken) + 1
        virtual = VK_F1 + key.place - 1
        if not self._library.RegisterHotKey(None, number, MODIFIERS[key.modifier] | MOD_NOREPEAT, virtual):
            return False
        self._taken[number] = key
        return True

    def release(self) -> None:
        for number in self._taken:
            self._library.UnregisterHotKey(None, number)
        self._taken.clear()

    def pressed(self, within_s: float) -> list[Hotkey]:
        deadline = time.monotonic() + within_s
        while not (found := self._messages()) and time.monotonic() < deadline:
            time.sleep(LOOKS_EVERY_S)
        return found

    def close(self) -> None:
        self.release()

    def _messages(self) -> list[Hotkey]:
        message = wintypes.MSG()
        found = []
        while self._library.PeekMessageW(ctypes.byref(message), None, WM_HOTKEY, WM_HOTKEY, PM_REMOVE):
            if key := self._taken.get(int(message.wParam)):
                found.append(key)
        return found
