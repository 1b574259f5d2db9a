"""A rating keypad: the frames that start a rating and what a press means. Bytes only; drivers.bus does the talking."""

from drivers.framing import Frame
from drivers.profiles.profile import Acknowledgement, Press, Profile


class RatingKeypad:
    """Levels are ours: 5 very satisfied to 1 very dissatisfied."""

    def __init__(self, profile: Profile) -> None:
        if profile.kind != "keypad" or profile.press is None or profile.ack is None:
            raise ValueError(f"{profile.id} is not a keypad")
        self.profile = profile
        self.timing: Acknowledgement = profile.ack
        self._press: Press = profile.press
        self._values = profile.press.values
        self._start = profile.template("start_rating") if "start_rating" in profile.commands else None

    def start(self, address: int) -> bytes | None:
        """The frame that asks for a rating; ``address`` is the byte on the line. None: it needs no asking."""
        return None if self._start is None else self._start.fill(address)

    def acknowledge(self, frame: Frame) -> bytes | None:
        """The answer to a press; None for a keypad that wants none."""
        if self.timing.how == "none":
            return None
        return frame.raw if self.timing.how == "echo" else self.start(frame.address)

    def level(self, frame: Frame) -> int | None:
        """1..5; None for a frame that is no press or a key value this keypad does not have."""
        value = self._value(frame)
        return None if value is None else self._values.get(value)

    def value(self, frame: Frame) -> int:
        """The device's own value of a press, as one number."""
        return int.from_bytes(self._value(frame) or b"", "big")

    def _value(self, frame: Frame) -> bytes | None:
        if self._press.function not in (None, frame.function) or not frame.data.startswith(self._press.prefix):
            return None
        return frame.data[len(self._press.prefix) :]
