"""What the side-by-side page sees of the stage: frames, papers, strips and keypads, switches, the newest words."""

import threading
from collections.abc import Mapping
from typing import Any, Final

from demo.cast import Cast
from demo.devices import SimulatedDevices
from demo.narrator import Narrator
from demo.switches import Switches

MOST_PAPERS: Final = 6
LOOKS_EVERY_S: Final = 0.2

# What a key on the page is on the call pad.
PAD_KEYS: Final = {
    "call_next": ("call_next", ""),
    "recall": ("recall", ""),
    "start": ("start", ""),
    "miss": ("function", "5"),
    "pause": ("function", "0"),
}


class Scenery:
    """Whoever follows is woken when a member has changed."""

    def __init__(
        self,
        cast: Cast,
        devices: SimulatedDevices,
        switches: Switches,
        narrator: Narrator,
        staff: Mapping[str, Any],
    ) -> None:
        self._switches = switches
        self._cast = cast
        self._devices = devices
        self._narrator = narrator
        self._staff = dict(staff)
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._painter: threading.Thread | None = None
        self._frames: list[dict[str, str]] = []
        self._members: dict[str, Any] = {}

    def start(self) -> None:
        self._members = self._look()
        self._painter = threading.Thread(target=self._paint, name="scenery", daemon=True)
        self._painter.start()

    def stop(self) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        if self._painter is not None:
            self._painter.join()

    def show_frames(self, frames: list[dict[str, str]]) -> None:
        """Every page is there."""
        self._frames = frames
        self._refresh()

    def members(self) -> dict[str, Any]:
        """All members as they are now; a member that did not change is the same object."""
        return self._members

    def wait_change(self, seen: dict[str, Any], within_s: float) -> bool:
        """Until it is no longer what was seen. False at the end of the demo."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping.is_set() or self._members is not seen, within_s)
        return not self._stopping.is_set()

    def paper(self, name: str) -> bytes | None:
        """The picture of a paper (PNG) by its id; None for an unknown one."""
        kiosk, _, number = name.rpartition("-")
        printer = self._devices.printers.get(kiosk)
        papers = [] if printer is None or not number.isdigit() else printer.papers
        if not papers or not 1 <= int(number) <= len(papers):
            return None
        return papers[int(number) - 1].png

    def press(self, window: object, level: object) -> bool:
        """A key of the rating keypad; False when there is no such key."""
        keypad = self._devices.keypad(window) if isinstance(window, str) else None
        if keypad is None or not isinstance(level, int) or isinstance(level, bool):
            return False
        try:
            keypad.press(level)
        except ValueError:
            return False
        return True

    def pad(self, window: object, key: object) -> bool:
        """A key of the call pad; False when there is no such key."""
        pad = self._devices.pad(window) if isinstance(window, str) else None
        if pad is None or not isinstance(key, str) or key not in PAD_KEYS:
            return False
        pad.press(*PAD_KEYS[key])
        return True

    def _paint(self) -> None:
        while not self._stopping.wait(LOOKS_EVERY_S):
            self._refresh()

    def _refresh(self) -> None:
        with self._changed:
            now, before = self._look(), self._members
            kept = {name: before[name] if before.get(name) == value else value for name, value in now.items()}
            if any(kept[name] is not before.get(name) for name in kept):
                self._members = kept
                self._changed.notify_all()

    def _look(self) -> dict[str, Any]:
        return {
            "frames": self._frames,
            "papers": self._papers(),
            "windows": [self._window(part.no) for part in self._cast.windows if self._has_devices(part.no)],
            "faults": self._switches.all(),
            "staff": self._staff,
            "log": self._narrator.lines[-5:],
        }

    def _papers(self) -> list[dict[str, Any]]:
        printers = self._devices.printers.items()
        found = [(kiosk, paper) for kiosk, printer in printers for paper in printer.papers[-MOST_PAPERS:]]
        found.sort(key=lambda one: one[1].time, reverse=True)
        return [
            {
                "id": f"{kiosk}-{paper.number}",
                "kiosk": kiosk,
                "text": [line.text for line in paper.lines],
                "png": f"/stage/paper/{kiosk}-{paper.number}.png",
                "time": paper.time.isoformat(),
            }
            for kiosk, paper in found[:MOST_PAPERS]
        ]

    def _has_devices(self, window: str) -> bool:
        return any(at == window for _, at in self._devices.places)

    def _window(self, window: str) -> dict[str, Any]:
        strip, keypad = self._devices.strip(window), self._devices.keypad(window)
        return {
            "window": window,
            "strip": "" if strip is None else strip.text,
            "keypad_awake": keypad is not None and keypad.awake,
        }
