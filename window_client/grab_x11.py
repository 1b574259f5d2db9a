"""Keys of the whole desktop on X11, by XGrabKey (python-xlib, the extra `hotkeys`)."""

import select
from collections.abc import Mapping
from typing import Any

from window_client.hotkey_table import CannotGrab, Hotkey, WhyNot

try:
    from Xlib import XK, X, error
    from Xlib.display import Display
except ModuleNotFoundError:
    Display = None


class X11Grab:
    """Raises CannotGrab where there is no X11, or where it is not the whole desktop."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        if environment.get("WAYLAND_DISPLAY") or environment.get("XDG_SESSION_TYPE") == "wayland":
            # Xwayland would take the grab, and give us the keys of X programs only.
            raise CannotGrab(WhyNot.WAYLAND)
        if Display is None:
            raise CannotGrab(WhyNot.NO_LIBRARY)
        name = environment.get("DISPLAY")
        if not name:
            raise CannotGrab(WhyNot.NO_DISPLAY)
        try:
            self._display = Display(name)
        except (error.DisplayError, error.ConnectionClosedError, error.XauthError, OSError) as problem:
            raise CannotGrab(WhyNot.NO_DISPLAY) from problem
        self._root = self._display.screen().root
        self._modifiers = {"": 0, "Ctrl": X.ControlMask, "Alt": X.Mod1Mask}
        self._locks = self._locks_of_keyboard()
        self._taken: dict[tuple[int, int], Hotkey] = {}
        self._released_ms: dict[int, int] = {}

    def take(self, key: Hotkey) -> bool:
        code = self._display.keysym_to_keycode(XK.string_to_keysym(f"F{key.place}"))
        mask = self._modifiers[key.modifier]
        refused = error.CatchError(error.BadAccess)
        try:
            for lock in self._locks:
                self._root.grab_key(code, mask | lock, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refused)
            self._display.sync()
            if refused.get_error() is not None:
                self._give_back(code, mask)
                return False
        except error.ConnectionClosedError as problem:
            raise CannotGrab(WhyNot.NO_DISPLAY) from problem
        self._taken[code, mask] = key
        return True

    def release(self) -> None:
        try:
            for code, mask in self._taken:
                self._give_back(code, mask)
            self._display.sync()
        except error.ConnectionClosedError as problem:
            raise CannotGrab(WhyNot.NO_DISPLAY) from problem
        finally:
            self._taken.clear()

    def pressed(self, within_s: float) -> list[Hotkey]:
        try:
            if not self._display.pending_events():
                select.select([self._display.fileno()], [], [], within_s)
            found = [self._press(self._display.next_event()) for _ in range(self._display.pending_events())]
        except (error.ConnectionClosedError, OSError) as problem:
            raise CannotGrab(WhyNot.NO_DISPLAY) from problem
        return [key for key in found if key is not None]

    def close(self) -> None:
        try:
            self._display.close()  # the X server gives the keys back
        except (error.ConnectionClosedError, OSError):
            return  # the X server has gone, and the keys with it

    def _press(self, event: Any) -> Hotkey | None:
        """The key of an event that is a press of a person."""
        if event.type == X.KeyRelease:
            self._released_ms[event.detail] = event.time
        if event.type != X.KeyPress:
            return None
        if self._released_ms.get(event.detail) == event.time:
            return None  # a key that is held down repeats as a release and a press of the same moment
        return self._taken.get((event.detail, event.state & (X.ControlMask | X.Mod1Mask)))

    def _give_back(self, code: int, mask: int) -> None:
        for lock in self._locks:
            self._root.ungrab_key(code, mask | lock)

    def _locks_of_keyboard(self) -> tuple[int, ...]:
        """Caps Lock and Num Lock are modifiers for X11, not for people: a key is grabbed with each of them."""
        code = self._display.keysym_to_keycode(XK.string_to_keysym("Num_Lock"))
        rows = enumerate(self._display.get_modifier_mapping())
        number = next((1 << place for place, codes in rows if code and code in codes), X.Mod2Mask)
        return 0, X.LockMask, number, X.LockMask | number
