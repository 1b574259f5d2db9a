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
    """A rating, level 5 best; ``press`` is the bridge's name for it, to be said in ``taken``; ``invite`` the id of the
    request that it answers."""

    device: str
    level: int
    press: str
    invite: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A press said again that is kept already, or one that answers no running invitation: it is said no more once it
    hears `taken`. ``in_hand``: it is being kept just now and is answered then."""

    press: str
    invite: int
    in_hand: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """How a device is."""

    device: str
    state: str


Said = Answer | Press | Repeat | State


class Bridge:
    """A press counts once, and only for the invitation that it names. ``after``: ids begin above this, so that a
    program started anew does not ask under the ids of its former life."""

    def __init__(self, after: int = 0) -> None:
        self._held = bytearray()
        self._too_long = False
        self._last_id = after
        self._open: set[int] = set()
        self._invited: dict[str, int] = {}
        self._known: deque[tuple[int, str]] = deque(maxlen=_REMEMBERED)
        self._in_hand: set[tuple[int, str]] = set()
        self.unexpected = 0

    def connected(self) -> None:
        """A new connection: half a line of the old one will never be whole, and its requests are not answered."""
        self._held.clear()
        self._too_long = False
        self._open.clear()

    def ask(self, deed: Deed, device: str, text: str | None = None) -> tuple[int, bytes]:
        """The id of a request and its line. ``device``: like `strip/101`; ``text``: for `show`."""
        self._last_id += 1
        if deed == "invite":
            self._invited[device] = self._last_id
        elif deed == "cancel":
            self._invited.pop(device, None)
        return self._last_id, self._request(self._last_id, deed, device, text)

    def ask_again(self, device: str) -> tuple[int, bytes] | None:
        """The running invitation of a device, under its old id: for a bridge that was away meanwhile."""
        number = self._invited.get(device)
        return None if number is None else (number, self._request(number, "invite", device, None))

    def taken(self, press: Press | Repeat) -> bytes:
        """Tells the bridge that the press is kept; until then it says it again."""
        self._in_hand.discard((press.invite, press.press))
        return _line({"taken": press.press})

    def not_taken(self, press: Press) -> None:
        """It could not be kept: when the bridge says it again it gets another chance."""
        said = (press.invite, press.press)
        self._in_hand.discard(said)
        self._known = deque((one for one in self._known if one != said), maxlen=_REMEMBERED)
        self._invited.setdefault(press.device, press.invite)

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

    def _press(self, said: dict[str, Any]) -> Press | Repeat | None:
        device, level, name, invite = said.get("device"), said.get("level"), said.get("press"), said.get("invite")
        if not isinstance(device, str) or not isinstance(name, str) or not 0 < len(name) <= 64:
            return None
        if type(level) is not int or not 1 <= level <= 5 or type(invite) is not int:
            return None
        said_before = (invite, name)
        if said_before in self._known:
            return Repeat(name, invite, in_hand=said_before in self._in_hand)
        self._known.append(said_before)
        if invite != self._invited.get(device):
            self.unexpected += 1
            return Repeat(name, invite)
        self._in_hand.add(said_before)
        del self._invited[device]
        return Press(device, level, name, invite)

    def _answer(self, said: dict[str, Any]) -> Answer | None:
        number, ok, why = said.get("id"), said.get("ok"), said.get("why", "")
        if type(number) is not int or type(ok) is not bool or not isinstance(why, str) or number not in self._open:
            return None
        self._open.discard(number)
        return Answer(number, ok, "" if ok else why)

    def _request(self, number: int, deed: Deed, device: str, text: str | None) -> bytes:
        self._open.add(number)
        said: dict[str, object] = {"id": number, "do": deed, "device": device}
        if text is not None:
            said["text"] = text
        return _line(said)


def _line(said: dict[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
