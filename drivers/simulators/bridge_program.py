"""The program that a hall would write beside a vendor's library, with imaginary devices.

A second implementation that shares nothing with the drivers.
"""

import json
from typing import Any


class BridgeProgram:
    """``hear`` takes lines and gives lines. A press is said again at each ``repeat`` until it is taken."""

    def __init__(self, *devices: str) -> None:
        self.shown: dict[str, str] = dict.fromkeys(devices, "")
        self.asked: set[str] = set()
        self._untaken: dict[str, dict[str, Any]] = {}
        self._presses = 0
        self._invites: dict[str, int] = {}
        self._rest = ""

    def hear(self, data: bytes) -> bytes:
        """What it answers."""
        *lines, self._rest = (self._rest + data.decode("utf-8")).split("\n")
        answers = [self._do(json.loads(line)) for line in lines]
        return "".join(json.dumps(answer) + "\n" for answer in answers if answer).encode("ascii")

    def press(self, device: str, level: int) -> bytes:
        """Somebody rates."""
        self._presses += 1
        name = f"p{self._presses}"
        self._untaken[name] = {
            "event": "press", "device": device, "invite": self._invites.get(device, 0), "level": level, "press": name,
        }  # fmt: skip
        return self.repeat()

    def repeat(self) -> bytes:
        """All presses that nobody has taken yet."""
        return "".join(json.dumps(press) + "\n" for press in self._untaken.values()).encode("ascii")

    def _do(self, said: dict[str, Any]) -> dict[str, Any]:
        if "taken" in said:
            self._untaken.pop(said["taken"], None)
            return {}
        device = said["device"]
        if device not in self.shown:
            return {"id": said["id"], "ok": False, "why": f"no device {device}"}
        if said["do"] == "show":
            self.shown[device] = said["text"]
        elif said["do"] == "clear":
            self.shown[device] = ""
        elif said["do"] == "invite":
            self.asked.add(device)
            self._invites[device] = said["id"]
        elif said["do"] == "cancel":
            self.asked.discard(device)
        return {"id": said["id"], "ok": True}
