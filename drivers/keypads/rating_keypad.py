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
        self._start = profile.template("start_rating")

    def start(self, address: int) -> bytes:
        """The frame that asks for a rating; ``address`` is the byte on the line."""
        return self._start.fill(address)

    def acknowledge(self, frame: Frame) -> bytes:
        """The answer to a press."""
        return frame.raw if self.timing.how == "echo" else self.start(frame.address)

    def level(self, frame: Frame) -> int | None:
        """1..5; None for a frame that is no press or a key value this keypad does not have."""
        if frame.function != self._press.function or len(frame.data) != 1:
            return None
        return self._press.key_map.get(frame.data[0])
