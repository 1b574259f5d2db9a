"""A bridge to devices that only a vendor's closed library can reach: a small program of the hall's own beside that
library, and one JSON object a line between it and us. The lines are described in docs/hardware.md.

Bytes only: send what the methods give, feed what was read to ``hear``. Works over TCP, a pipe, or a serial line.
"""

import json
from collections import deque
from dataclasses import dataclass
from typing import Any, Final, Literal

_LONGEST: Final = 4096
_REMEMBERED: Final = 1000
Deed = Literal["show", "clear", "invite", "cancel", "status"]
STATES: Final = frozenset({"ready", "silent", "fault", "unplugged"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request; ``why`` is the bridge's own sentence, empty if it was done."""

    id: int
    ok: bool
    why: str


@dataclass(frozen=True, slots=True)
class Press:
    """A rating, level 5 best; ``press`` is the bridge's name for it, to be said in ``taken``."""

    device: str
    level: int
    press: str


@dataclass(frozen=True, slots=True)
class State:
    """How a device is."""

    device: str
    state: str


Said = Answer | Press | State


class Bridge:
    """A press counts once, and only from a device that was invited."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._too_long = False
        self._last_id = 0
        self._open: set[int] = set()
        self._invited: set[str] = set()
        self._known: deque[str] = deque(maxlen=_REMEMBERED)
        self.unexpected = 0

    def ask(self, deed: Deed, device: str, text: str | None = None) -> tuple[int, bytes]:
        """The id of a request and its line. ``device``: like `strip/101`; ``text``: for `show`."""
        self._last_id += 1
        self._open.add(self._last_id)
        if deed == "invite":
            self._invited.add(device)
        elif deed == "cancel":
            self._invited.discard(device)
        said: dict[str, object] = {"id": self._last_id, "do": deed, "device": device}
        if text is not None:
            said["text"] = text
        return self._last_id, _line(said)

    def taken(self, press: Press) -> bytes:
        """Tells the bridge that the press is kept; until then it says it again."""
        return _line({"taken": press.press})

    def hear(self, chunk: bytes) -> list[Said]:
        """What the lines say that are complete; the stream may be split anywhere."""
        found: list[Said] = []
        for byte in chunk:
            if byte != 0x0A:
                self._too_long = self._too_long or len(self._held) >= _LONGEST
                if not self._too_long:
                    self._held.append(byte)
                continue
            said = None if self._too_long else self._meaning(bytes(self._held))
            self._held.clear()
            self._too_long = False
            if said is None:
                self.unexpected += 1
            else:
                found.append(said)
        return found

    def _meaning(self, raw: bytes) -> Said | None:
        try:
            said = json.loads(raw)
        except (ValueError, RecursionError):
            return None
        if not isinstance(said, dict):
            return None
        if said.get("event") == "press":
            return self._press(said)
        if said.get("event") == "state":
            device, state = said.get("device"), said.get("state")
            return State(device, state) if isinstance(device, str) and state in STATES else None
        return self._answer(said)

    def _press(self, said: dict[str, Any]) -> Press | None:
        device, level, name = said.get("device"), said.get("level"), said.get("press")
        if not isinstance(device, str) or not isinstance(name, str) or not 0 < len(name) <= 64:
            return None
        if type(level) is not int or not 1 <= level <= 5 or device not in self._invited or name in self._known:
            return None
        self._known.append(name)
        self._invited.discard(device)
        return Press(device, level, name)

    def _answer(self, said: dict[str, Any]) -> Answer | None:
        number, ok, why = said.get("id"), said.get("ok"), said.get("why", "")
        if type(number) is not int or type(ok) is not bool or not isinstance(why, str) or number not in self._open:
            return None
        self._open.discard(number)
        return Answer(number, ok, "" if ok else why)


def _line(said: dict[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
